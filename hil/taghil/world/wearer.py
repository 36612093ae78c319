"""The simulated wearer: alcohol from dose to blood to skin to cell, skin temperature, proximity.

Small but not arbitrary: Widmark's volume of distribution, first-order absorption, Michaelis-Menten elimination, and one
first-order compartment from blood to the ankle's skin, whose lag puts the peak about two hours after that of breath
(Fairbairn 2019).  The state moves in steps of a minute of scenario time, and values in between are interpolated, so
that a sample costs a few microseconds and a run does not depend on how often it is sampled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from taghil.world.life import DailyLife
from taghil.world.noise import Noise

STEP_US = 60_000_000
STEP_H = 60.0 / 3600.0
UNIT_G = 8.0
"""A UK unit of alcohol in grams."""

ABSORPTION_PER_H = 4.0
ELIMINATION_G_DL_H = 0.018
ELIMINATION_KM_G_DL = 0.005
BLOOD_TO_SKIN_H = 2.2
SENSOR_H = 0.08
"""Exchange of the air over the cell."""
WIDMARK_L_KG = {"male": 0.68, "female": 0.55}

NA_PER_MG_DL = 15.0
MG_DL_PER_G_DL = 1000.0
NA_PER_G_DL = NA_PER_MG_DL * MG_DL_PER_G_DL

ON_SKIN_V, OFF_SKIN_V = 1.05, 0.30
SKIN_MDEG_C, AMBIENT_MDEG_C = 32_600.0, 20_500.0
CORE_MDEG_C = 38_500.0
"""No skin is warmer; the warmest that the bracelet files show."""
CIRCADIAN_MDEG_C = 700.0
"""Amplitude of the daily drift of skin temperature at the ankle; warmest about 03:00."""
TEMPERATURE_H = 0.10
DRIFT_H = 0.5
"""Correlation time of the slow wander of temperature and fit."""


@dataclass(frozen=True)
class Person:
    """Who wears the tag."""

    sex: str = "male"
    weight_kg: float = 80.0
    life: str = "still"
    """'still': at rest all day; 'daily': days and nights, movement, damp (taghil.world.life)."""

    def volume_dl(self) -> float:
        """Widmark's volume of distribution in dL."""
        return WIDMARK_L_KG[self.sex] * self.weight_kg * 10.0


@dataclass
class Wearer:
    """The state of body, skin and sensor at scenario time 0 and after; times in us, never going back by over a step.

    `drinks`: (time, grams), `off_skin`: (from, to), both in order of time; `start_h`: hour of the day at time 0.
    """

    person: Person
    drinks: list[tuple[int, float]]
    off_skin: list[tuple[int, int]]
    start_h: float = 9.0
    seed: int = 0
    noise_level: float = 1.0
    held_off: bool = field(default=False, init=False)
    """Taken off the skin by hand, whatever the scenario says."""
    blood_g_dl: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._noise = Noise(self.seed, self.noise_level)
        self._life = DailyLife(self.seed, self.noise_level) if self.person.life == "daily" else None
        self._volume_dl = self.person.volume_dl()
        self._wander_share = 1.0 - math.exp(-STEP_H / DRIFT_H)
        self._wander_draw = math.sqrt(1.0 - math.exp(-2.0 * STEP_H / DRIFT_H))
        self._next_drink = 0
        self._next_off = 0
        self._gut_g = 0.0
        self._body_g = 0.0
        self._skin_g_dl = 0.0
        self._wander_mdeg_c = 0.0
        self._wander_v = 0.0
        self._at_us = 0
        rest = (0.0, SKIN_MDEG_C + self._circadian(0), ON_SKIN_V)
        self._before = rest
        self._after = rest

    def _circadian(self, t_us: int) -> float:
        hour = self.start_h + t_us / 3.6e9
        return CIRCADIAN_MDEG_C * math.cos((hour - 3.0) * math.pi / 12.0)

    def _is_off(self, t_us: int) -> bool:
        # The state at t is that of the step which ends at t.
        spans = self.off_skin
        while self._next_off < len(spans) and spans[self._next_off][1] < t_us:
            self._next_off += 1
        return self.held_off or (self._next_off < len(spans) and spans[self._next_off][0] < t_us)

    def _step(self) -> None:
        self._at_us = t_us = self._at_us + STEP_US
        self._before = self._after
        tac, temp, _ = self._after
        self._drink(t_us)
        self._skin_g_dl += (self.blood_g_dl - self._skin_g_dl) * (STEP_H / BLOOD_TO_SKIN_H)
        noise = self._noise
        self._wander_mdeg_c += noise() * 150.0 * self._wander_draw - self._wander_mdeg_c * self._wander_share
        self._wander_v += noise() * 0.012 * self._wander_draw - self._wander_v * self._wander_share
        off = self._is_off(t_us)
        if off:
            tac_goal, temp_goal, volts = 0.0, AMBIENT_MDEG_C, OFF_SKIN_V
        else:
            temp_goal = SKIN_MDEG_C + self._circadian(t_us) + self._wander_mdeg_c
            # Sweat carries a little more alcohol outwards; a warm skin stands for it.
            sweat = min(1.0, max(0.0, (temp_goal - SKIN_MDEG_C) / 2000.0))
            tac_goal = self._skin_g_dl * (1.0 + 0.05 * sweat)
            volts = ON_SKIN_V + self._wander_v
        if self._life is not None:
            self._life.step(self.start_h + t_us / 3.6e9)
            tac_goal += self._life.tac_g_dl
            if not off:
                tac_goal *= self._life.tac_factor
                temp_goal = min(temp_goal + self._life.mdeg_c, CORE_MDEG_C)
                volts = max(volts + self._life.volts, OFF_SKIN_V)
        tac += (tac_goal - tac) * (STEP_H / SENSOR_H)
        temp += (temp_goal - temp) * (STEP_H / TEMPERATURE_H)
        # Below the cell's zero only with the damp and the scents of a day.
        self._after = (tac if abs(tac) > 1e-9 else 0.0, temp, volts)

    def _drink(self, t_us: int) -> None:
        while self._next_drink < len(self.drinks) and self.drinks[self._next_drink][0] < t_us:
            self._gut_g += self.drinks[self._next_drink][1]
            self._next_drink += 1
        if not self._gut_g and not self._body_g:
            return
        moved = self._gut_g * (ABSORPTION_PER_H * STEP_H)
        self._gut_g -= moved
        if self._gut_g < 1e-6:
            self._gut_g = 0.0
        blood = self._body_g / self._volume_dl
        burnt = ELIMINATION_G_DL_H * blood / (ELIMINATION_KM_G_DL + blood) * STEP_H * self._volume_dl
        self._body_g = max(0.0, self._body_g + moved - burnt)
        if self._body_g < 1e-6:
            self._body_g = 0.0
        self.blood_g_dl = self._body_g / self._volume_dl

    def _value(self, index: int, t_us: int) -> float:
        while t_us > self._at_us:
            self._step()
        before = self._before[index]
        share = 1.0 - (self._at_us - t_us) / STEP_US
        return before + (self._after[index] - before) * (share if share > 0.0 else 0.0)

    def cell_na(self, t_us: int) -> float:
        """Current of the cell in nA."""
        return self._value(0, t_us) * NA_PER_G_DL

    def tac_g_dl(self, t_us: int) -> float:
        """What the cell's air holds, as TAC in g/dL."""
        return self._value(0, t_us)

    def temp_mdeg_c(self, t_us: int) -> float:
        """Temperature at the skin side in millidegrees Celsius."""
        return self._value(1, t_us)

    def ir_v(self, t_us: int) -> float:
        """Proximity in bracelet volts."""
        return self._value(2, t_us)
