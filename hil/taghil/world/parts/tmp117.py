"""TMP117, the skin-side temperature (TI SNOSD82D).

The result is 0x8000 until the first conversion; DATA_READY is cleared by reading the result or the configuration; a
one-shot conversion ends in shutdown.  Alert mode: a result beyond a limit sets its flag, and reading the configuration
clears both; therm mode: the high flag stands from the high limit on until the low one.  7.8125 m degC an LSB.
"""

from __future__ import annotations

from taghil.world.bus import Skin
from taghil.world.noise import Noise

ADDRESS = 0x4A
RESULT, CONFIG, HIGH_LIMIT, LOW_LIMIT, UNLOCK, OFFSET, ID = 0x00, 0x01, 0x02, 0x03, 0x04, 0x07, 0x0F
RESET = {
    RESULT: 0x8000,
    CONFIG: 0x0220,
    HIGH_LIMIT: 0x6000,
    LOW_LIMIT: 0x8000,
    UNLOCK: 0,
    5: 0,
    6: 0,
    OFFSET: 0,
    8: 0,
    ID: 0x0117,
}
READ_ONLY = (RESULT, ID)

DATA_READY, SOFT_RESET, MODE_MASK = 0x2000, 0x0002, 0x0C00
HIGH_ALERT, LOW_ALERT, THERM = 0x8000, 0x4000, 0x0010
SHUTDOWN, ONE_SHOT = 0x0400, 0x0C00
LSB_MDEG_C = 7.8125
ACTIVE_US = (15_500, 125_000, 500_000, 1_000_000)
"""Time of a conversion by AVG (1, 8, 32, 64 averages)."""
CYCLE_US = (15_500, 125_000, 250_000, 500_000, 1_000_000, 4_000_000, 8_000_000, 16_000_000)
"""Cycle by CONV when it is longer than the conversion itself (datasheet table 7)."""
NOISE_LSB = (2.8, 1.0, 0.5, 0.35)
"""Noise in LSB rms by AVG: the repeatability of 6.5, +/-1 LSB with 8 averages, taken as one sigma, and with the root of
the averages for the others."""


def _signed(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word


class Tmp117:
    """The registers and the converter."""

    def __init__(self, skin: Skin, noise: Noise) -> None:
        self._skin = skin
        self._noise = noise
        self.power_on(0)

    def power_on(self, now_us: int) -> None:
        """Registers as after power-on: continuous conversion, 8 averages, one a second."""
        self.registers = dict(RESET)
        self._pointer = RESULT
        self._start(now_us)

    def answers(self) -> bool:
        return True

    def _start(self, now_us: int) -> None:
        """Starts the converter in the configured mode."""
        config = self.registers[CONFIG]
        self._average = average = (config >> 5) & 3
        mode = config & MODE_MASK
        self._off = mode == SHUTDOWN
        self._single = mode == ONE_SHOT
        self._period_us = max(ACTIVE_US[average], CYCLE_US[(config >> 7) & 7])
        self._next_us = now_us + ACTIVE_US[average]

    def _settle(self, now_us: int) -> None:
        """Brings result and flags up to now; only the last of the conversions since then leaves a trace."""
        if self._off or now_us < self._next_us:
            return
        done_us = self._next_us
        if self._single:
            self.registers[CONFIG] = self.registers[CONFIG] & ~MODE_MASK | SHUTDOWN
            self._off = True
        else:
            done_us += (now_us - done_us) // self._period_us * self._period_us
            self._next_us = done_us + self._period_us
        registers = self.registers
        code = round(self._skin.temp_mdeg_c(done_us) / LSB_MDEG_C + self._noise() * NOISE_LSB[self._average])
        code = max(-32768, min(32767, code + _signed(registers[OFFSET])))
        registers[RESULT] = code & 0xFFFF
        registers[CONFIG] |= DATA_READY
        if code > _signed(registers[HIGH_LIMIT]):
            registers[CONFIG] |= HIGH_ALERT
        elif code < _signed(registers[LOW_LIMIT]):
            if registers[CONFIG] & THERM:
                registers[CONFIG] &= ~HIGH_ALERT
            else:
                registers[CONFIG] |= LOW_ALERT

    def write(self, data: bytes, now_us: int) -> None:
        if not data:
            return
        self._pointer = pointer = data[0] & 0x0F
        if len(data) < 3 or pointer in READ_ONLY:
            return
        value = data[1] << 8 | data[2]
        if pointer != CONFIG:
            self.registers[pointer] = value
            return
        self._settle(now_us)
        if value & SOFT_RESET:
            self.power_on(now_us)
            return
        # Alert and ready flags are the part's own; a write starts the mode anew.
        self.registers[CONFIG] = self.registers[CONFIG] & 0xF000 | value & 0x0FFC
        self._start(now_us)

    def read(self, n: int, now_us: int) -> bytes:
        self._settle(now_us)
        pointer = self._pointer
        value = self.registers.get(pointer, 0)
        if pointer <= CONFIG:
            alerts = 0 if pointer == RESULT or value & THERM else HIGH_ALERT | LOW_ALERT
            self.registers[CONFIG] &= ~(DATA_READY | alerts)
        word = bytes((value >> 8, value & 0xFF))
        return word if n == 2 else (word * ((n + 1) // 2))[:n]
