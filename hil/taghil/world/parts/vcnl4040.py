"""VCNL4040, infrared proximity of the skin (Vishay 84274, application note 84307).

Sixteen-bit registers, low byte first.  PS_SD (reset 1) holds the sensor off; counts end at 4,095 or, with PS_HD, at
65,535.  Scale of the reference board: 100 uV of bracelet volts a count.
"""

from __future__ import annotations

from taghil.world.bus import Skin
from taghil.world.noise import Noise

ADDRESS = 0x60
ALS_CONF, PS_CONF, PS_CONF_MS, PS_CANCEL, PS_LOW, PS_HIGH = 0x00, 0x03, 0x04, 0x05, 0x06, 0x07
PS_DATA, ALS_DATA, WHITE_DATA, INT_FLAG, ID = 0x08, 0x09, 0x0A, 0x0B, 0x0C
READ_ONLY_FROM = PS_DATA
RESET = [0] * 13
RESET[ALS_CONF] = 0x0001
RESET[PS_CONF] = 0x0001
RESET[ID] = 0x0186

PS_OFF, PS_16_BIT = 0x0001, 0x0800
ACTIVE_FORCE, TRIGGER = 0x0008, 0x0004
VOLTS_PER_COUNT = 100e-6
INTEGRATION_HALVES = (2, 3, 4, 5, 6, 7, 8, 16)
"""Integration time by PS_IT in halves of T (1T to 8T, 4.5T not offered)."""
T_US = 125
DUTY = (40, 80, 160, 320)
NOISE_COUNTS = 3.0
"""Noise of one measurement in counts, rms: an assumption, the datasheet gives no figure."""


class Vcnl4040:
    """The registers and the proximity measurement; the ambient light under a tag is dark."""

    def __init__(self, skin: Skin, noise: Noise) -> None:
        self._skin = skin
        self._noise = noise
        self.power_on()

    def power_on(self) -> None:
        """Registers as after power-on: both sensors off."""
        self.registers = list(RESET)
        self._pointer = 0
        self._next_us = 0
        self._period_us = 0
        self._pending = False

    def answers(self) -> bool:
        return True

    def _start(self, now_us: int) -> None:
        config = self.registers[PS_CONF]
        on = not config & PS_OFF
        forced = bool(self.registers[PS_CONF_MS] & ACTIVE_FORCE)
        one_us = INTEGRATION_HALVES[(config >> 1) & 7] * T_US // 2
        self._period_us = 0 if forced else one_us * DUTY[(config >> 6) & 3]
        self._pending = on and not forced
        # A measurement is done after one integration, and the next one a duty period later.
        self._next_us = now_us + one_us

    def _settle(self, now_us: int) -> None:
        if not self._pending or now_us < self._next_us:
            return
        done_us = self._next_us
        if self._period_us:
            done_us += (now_us - done_us) // self._period_us * self._period_us
            self._next_us = done_us + self._period_us
        else:
            self._pending = False
        registers = self.registers
        counts = round(self._skin.ir_v(done_us) / VOLTS_PER_COUNT + self._noise() * NOISE_COUNTS) - registers[PS_CANCEL]
        top = 0xFFFF if registers[PS_CONF] & PS_16_BIT else 0x0FFF
        registers[PS_DATA] = max(0, min(top, counts))

    def write(self, data: bytes, now_us: int) -> None:
        if not data:
            return
        self._pointer = pointer = data[0]
        if len(data) < 3 or pointer >= READ_ONLY_FROM:
            return
        value = data[1] | data[2] << 8
        self._settle(now_us)
        trigger = pointer == PS_CONF_MS and value & TRIGGER
        if trigger:
            value &= ~TRIGGER
        changed = self.registers[pointer] != value
        self.registers[pointer] = value
        if pointer in (PS_CONF, PS_CONF_MS) and (changed or trigger):
            self._start(now_us)
            if trigger and value & ACTIVE_FORCE and not self.registers[PS_CONF] & PS_OFF:
                self._pending = True

    def read(self, n: int, now_us: int) -> bytes:
        self._settle(now_us)
        value = self.registers[self._pointer] if self._pointer <= ID else 0
        word = bytes((value & 0xFF, value >> 8))
        return word if n == 2 else (word * ((n + 1) // 2))[:n]
