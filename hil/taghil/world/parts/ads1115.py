"""ADS1115, the 16-bit ADC of the cell voltage (TI SBAS444E).

Single-shot: writing OS = 1 starts a conversion that takes 1 / data rate; OS reads 0 until it is done.  Continuous: the
conversion register holds the last whole conversion.  Results saturate at 0x7FFF and 0x8000.
"""

from __future__ import annotations

from collections.abc import Callable

from taghil.world.noise import Noise

ADDRESS = 0x49
CONVERSION, CONFIG, LO_THRESH, HI_THRESH = range(4)
RESET = (0x0000, 0x8583, 0x8000, 0x7FFF)

OS, MODE_SINGLE = 0x8000, 0x0100
FULL_SCALE_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)
RATE_SPS = (8, 16, 32, 64, 128, 250, 475, 860)
MUX = ((0, 1), (0, 3), (1, 3), (2, 3), (0, None), (1, None), (2, None), (3, None))
NOISE_LSB = 1.0
"""Input noise in LSB rms: table 1 (8.1) gives 62.5 uV rms at +/-2.048 V and every data rate, which is one LSB.
The converter itself is quieter: the table cannot show less than its step."""


class Ads1115:
    """The registers and the converter; `inputs` are the voltages of AIN0 to AIN3 at an instant of virtual time."""

    def __init__(self, inputs: tuple[Callable[[int], float], ...], noise: Noise) -> None:
        self._inputs = inputs
        self._noise = noise
        self.conversions = 0
        """How many there have been."""
        self.power_on()

    def power_on(self) -> None:
        """Registers as after power-on: idle, single-shot."""
        self.registers = list(RESET)
        self._pointer = CONVERSION
        self._done_us = -1
        self._started_us = 0
        self._count = 0

    def answers(self) -> bool:
        return True

    def conversion_us(self) -> int:
        """Length of a conversion at the configured data rate in us."""
        return 1_000_000 // RATE_SPS[(self.registers[CONFIG] >> 5) & 7]

    def write(self, data: bytes, now_us: int) -> None:
        if not data:
            return
        self._pointer = data[0] & 3
        if len(data) < 3 or self._pointer == CONVERSION:
            return
        value = data[1] << 8 | data[2]
        if self._pointer != CONFIG:
            self.registers[self._pointer] = value
            return
        self._settle(now_us)
        self.registers[CONFIG] = value & ~OS
        if not value & MODE_SINGLE:
            self._started_us, self._count = now_us, 0
            self._done_us = -1
        elif value & OS:
            self._done_us = now_us + self.conversion_us()

    def _settle(self, now_us: int) -> None:
        """Brings the conversion register up to now."""
        config = self.registers[CONFIG]
        if config & MODE_SINGLE:
            if 0 <= self._done_us <= now_us:
                self.registers[CONVERSION] = self._convert(self._done_us)
                self._done_us = -1
            return
        period = self.conversion_us()
        count = (now_us - self._started_us) // period
        if count > self._count:
            self._count = count
            self.registers[CONVERSION] = self._convert(self._started_us + count * period)

    def _convert(self, at_us: int) -> int:
        self.conversions += 1
        config = self.registers[CONFIG]
        plus, minus = MUX[(config >> 12) & 7]
        volts = self._inputs[plus](at_us)
        if minus is not None:
            volts -= self._inputs[minus](at_us)
        code = round(volts * 32768.0 / FULL_SCALE_V[(config >> 9) & 7] + self._noise() * NOISE_LSB)
        return max(-32768, min(32767, code)) & 0xFFFF

    def read(self, n: int, now_us: int) -> bytes:
        self._settle(now_us)
        value = self.registers[self._pointer]
        if self._pointer == CONFIG and value & MODE_SINGLE and self._done_us < 0:
            value |= OS
        word = bytes((value >> 8, value & 0xFF))
        return word if n == 2 else (word * ((n + 1) // 2))[:n]
