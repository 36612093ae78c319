"""An ordinary day on the ankle: what moves temperature, proximity and the cell's air between one minute and the next.

The sizes are those of the nine bracelet files of UCI data set 515 (skin 24 to 31 degC by day and 30 to 37 by night;
median change in 30 minutes 1.2 degC, in 5.4 minutes 0.3 degC and 33 mV; proximity the same for hours, then 0.2 V
off): tests/rig/test_life.py compares.  Where the files say nothing, the restless side was taken.
"""

from __future__ import annotations

import math
import random

STEP_H = 60.0 / 3600.0
SLEEPS_FROM_H, WAKES_H = 23.0, 7.0

AWAKE_MDEG_C = -5_000.0
"""By day the ankle stands free and is colder than under the cover."""
WANDER_MDEG_C = (3_300.0, 2_800.0)
"""Slow wander of skin and clothing by (awake, asleep), rms."""
WANDER_H = 1.8
SHIFT_PER_H = (0.7, 0.3)
"""How often leg and tag come to lie otherwise."""
SHIFT_V = 0.14
RETURN_PER_H = 1.5
"""How often it comes back to where it lay, of those that `return`: when the files lie 0.25 V off their median, it is
for half an hour in the middle, and an hour and a half at most."""
AWAY_V = 0.20
JITTER_V = (0.070, 0.010)
"""Play between skin and tag, rms: walking, sitting; turning over."""
JITTER_H = 0.25
SWEAT_SHARE = (0.20, 0.10)
"""Fluctuation of what the skin lets out, as a share of TAC, rms."""
SWEAT_H = 0.4
AIR_G_DL = 0.002
"""Fluctuation of the cell's zero with damp and scents in the air, rms."""
AIR_H = 1.0


class _Wander:
    """A value that wanders about 0: Ornstein-Uhlenbeck in steps of a minute, correlated over `hours`."""

    def __init__(self, hours: float) -> None:
        self.value = 0.0
        self._keep = math.exp(-STEP_H / hours)
        self._draw = math.sqrt(1.0 - self._keep * self._keep)

    def step(self, noise: float, rms: float) -> float:
        self.value = self.value * self._keep + noise * self._draw * rms
        return self.value


class DailyLife:
    """What is added to the resting wearer; `step` moves it on by a minute. `level` scales all that is drawn.

    `returns`: leg and tag come back to where they lay, as in the files; else they stay until they shift again.
    """

    def __init__(self, seed: int, level: float = 1.0, returns: bool = False) -> None:
        # Not the noise table of the parts: this must not repeat within a year.
        self._random = random.Random(f"life {seed}")
        self._level = level
        self._returns = returns
        self._warmth = _Wander(WANDER_H)
        self._play = _Wander(JITTER_H)
        self._sweat = _Wander(SWEAT_H)
        self._air = _Wander(AIR_H)
        self._posture_v = 0.0
        self.mdeg_c = 0.0
        self.volts = 0.0
        self.play_v = 0.0
        self.tac_factor = 1.0
        self.tac_g_dl = 0.0

    def step(self, hour: float) -> None:
        """The minute that ends at an hour of the day (any multiple of 24 on top)."""
        clock = hour % 24.0
        asleep = 1 if clock >= SLEEPS_FROM_H or clock < WAKES_H else 0
        level, gauss = self._level, self._random.gauss
        self.mdeg_c = self._warmth.step(gauss(0.0, level), WANDER_MDEG_C[asleep])
        if not asleep:
            self.mdeg_c += AWAKE_MDEG_C
        if self._returns and self._posture_v:
            if self._random.random() < RETURN_PER_H * STEP_H:
                self._posture_v = 0.0
        elif self._random.random() < SHIFT_PER_H[asleep] * STEP_H:
            self._posture_v = gauss(0.0, level * (AWAY_V if self._returns else SHIFT_V))
        self.play_v = self._play.step(gauss(0.0, level), JITTER_V[asleep])
        self.volts = self._posture_v + self.play_v
        self.tac_factor = max(0.2, 1.0 + self._sweat.step(gauss(0.0, level), SWEAT_SHARE[asleep]))
        self.tac_g_dl = self._air.step(gauss(0.0, level), AIR_G_DL)
