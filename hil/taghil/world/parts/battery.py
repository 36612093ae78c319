"""What the tag lives on, and the converter that measures it: a bench supply, or a CR2 that empties.

The CR2 has a charge, an open voltage that follows it, and a resistance that grows towards its end and in the cold.
What is drawn follows the tag's own plan (tagproto.battery): idle with virtual time, and each reading and each seal.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from taghil.world.checked import NEVER_US
from taghil.world.noise import Noise
from tagproto.battery import CELL_MAH, IDLE_UA, READING_UC, SEAL_UC

HOUR_US = 3_600_000_000
UC_PER_MAH = 3_600_000
SUPPLY_MV = 3100.0

AWAKE_A = 0.026
"""What flows while the converter measures: the CPU is awake."""
EMPTY_MV = 2000.0
"""Under this the board's converter gives up: the battery's own end of discharge."""
OTHER_MV = 4.0
"""From one to another, rms; an assumption."""

DIVIDER = 2
REFERENCE_MV = 3300.0
CODES = 4096
NOISE_CODES = 2.0
"""Of a conversion, rms: the RP2040's datasheet gives 8.7 effective bits, most of them lost to noise of its supply."""


class Bench:
    """A steady supply, of which nothing is asked."""

    def __init__(self) -> None:
        self.charge_uc = 0.0
        self.on = False
        self.look_us = NEVER_US
        """Virtual time at which to look whether it is empty."""

    def power(self, on: bool, now_us: int) -> None:
        """The tag begins or ends to live on it."""
        self.on = on

    def replace(self) -> None:
        """A fresh one."""

    def seal(self) -> None:
        """The tag has made a seal."""

    def draw(self, microampere: float, us: int) -> None:
        """Something beside the tag's own plan has taken its part."""

    def empty(self, now_us: int) -> bool:
        """Whether the tag cannot live on it any more."""
        return False

    def mv(self, now_us: int) -> float:
        """Millivolts at the tag's terminals while it is awake."""
        return SUPPLY_MV


class Cr2(Bench):
    """A battery. Drawn from while it is `on`: from the fitting on, and not while the tag has no power.

    readings: how many the tag has taken; temp_mdeg_c: by virtual time; noise: how one differs from the other.
    """

    def __init__(
        self, charge_percent: float, readings: Callable[[], int], temp_mdeg_c: Callable[[int], float], noise: Noise
    ) -> None:
        super().__init__()
        self.charge_uc = charge_percent / 100.0 * CELL_MAH * UC_PER_MAH
        self._readings = readings
        self._temp_mdeg_c = temp_mdeg_c
        self._noise = noise
        self._other_mv = noise() * OTHER_MV
        self._settled_us = 0
        self._counted = 0

    def replace(self) -> None:
        self.charge_uc = float(CELL_MAH * UC_PER_MAH)
        self._other_mv = self._noise() * OTHER_MV

    def power(self, on: bool, now_us: int) -> None:
        self._settle(now_us)
        self.on = on
        self.look_us = now_us + HOUR_US if on else NEVER_US

    def seal(self) -> None:
        if self.on:
            self.charge_uc -= SEAL_UC

    def draw(self, microampere: float, us: int) -> None:
        if self.on:
            self.charge_uc -= microampere * us / 1e6

    def empty(self, now_us: int) -> bool:
        self.look_us = now_us + HOUR_US
        return self.mv(now_us) < EMPTY_MV

    def mv(self, now_us: int) -> float:
        self._settle(now_us)
        left = max(0.0, self.charge_uc / (CELL_MAH * UC_PER_MAH))
        # Flat, with a hump at the beginning and a knee at the end.
        open_mv = 2660.0 + 260.0 * left + 100.0 * math.exp((left - 1.0) / 0.05) - 640.0 * math.exp(-left / 0.07)
        ohm = 0.8 + 2.5 * math.exp(-left / 0.08)
        warmer = (self._temp_mdeg_c(now_us) - 20_000.0) / 20_000.0
        resisted_mv = 1000.0 * AWAKE_A * ohm * math.pow(2.0, -warmer)
        return open_mv + self._other_mv - resisted_mv

    def _settle(self, now_us: int) -> None:
        count = self._readings()
        if self.on and now_us > self._settled_us:
            self.charge_uc -= IDLE_UA * (now_us - self._settled_us) / 1e6 + READING_UC * (count - self._counted)
        self._settled_us, self._counted = now_us, count


class Converter:
    """The RP2040's 12-bit converter behind the board's divider, as MicroPython's `read_u16` gives it."""

    def __init__(self, noise: Noise) -> None:
        self._noise = noise

    def read_u16(self, mv: float) -> int:
        """The code of a supply's voltage."""
        code = round(mv / DIVIDER * CODES / REFERENCE_MV + self._noise() * NOISE_CODES)
        code = min(CODES - 1, max(0, code))
        return code << 4 | code >> 8
