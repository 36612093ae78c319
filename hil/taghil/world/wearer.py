"""A simulated wearer: body, skin temperature, proximity, and what is done to leg and tag.

The state moves in steps of a minute of scenario time, and values in between are interpolated, so that a sample costs a
few microseconds and a run does not depend on how often it is sampled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taghil.world.body import STEP_H, STEP_US, Alcohol, Person, body_of
from taghil.world.effects import AMBIENT_MDEG_C, CORE_MDEG_C, OFF_SKIN_V, Effects, Goal, in_room
from taghil.world.happenings import Happening
from taghil.world.life import DailyLife
from taghil.world.noise import Noise

if TYPE_CHECKING:
    from taghil.world.scenario import Scenario

SENSOR_H = 0.08
"""Exchange of the air over the cell."""

NA_PER_MG_DL = 15.0
MG_DL_PER_G_DL = 1000.0
NA_PER_G_DL = NA_PER_MG_DL * MG_DL_PER_G_DL

CIRCADIAN_MDEG_C = 700.0
"""Amplitude of the daily drift of skin temperature at the ankle; warmest about 03:00."""
TEMPERATURE_H = 0.10
DRIFT_H = 0.5
"""Correlation time of the slow wander of temperature and fit."""


@dataclass
class Wearer:
    """The state of body, skin and sensor at scenario time 0 and after; times in us, never going back by over a step.

    `drinks`: (time, grams), `off_skin`: (from, to), both in order of time; `start_h`: hour of the day at time 0;
    `ambient_mdeg_c`: the room where nothing else is said.
    """

    person: Person
    drinks: list[tuple[int, float]]
    off_skin: list[tuple[int, int]]
    start_h: float = 9.0
    seed: int = 0
    noise_level: float = 1.0
    happenings: tuple[Happening, ...] = ()
    ambient_mdeg_c: float = AMBIENT_MDEG_C
    held_off: bool = field(default=False, init=False)
    """Taken off the skin by hand, whatever the scenario says."""

    def __post_init__(self) -> None:
        self._noise = Noise(self.seed, self.noise_level)
        self._life: DailyLife | None = None
        if self.person.life == "daily":
            self._life = DailyLife(self.seed, self.noise_level, returns=self.person.spread)
        self._effects = Effects(self.happenings, self.seed) if self.happenings else None
        body = body_of(self.person, self.seed)
        self._alcohol = Alcohol(body, self.person.weight_kg, self.drinks)
        self._skin_mdeg_c = in_room(body.skin_mdeg_c, self.ambient_mdeg_c - AMBIENT_MDEG_C, self.ambient_mdeg_c)
        self._warmest_mdeg_c = max(CORE_MDEG_C, self.ambient_mdeg_c)
        self._on_skin_v, self._least_v = body.on_skin_v, body.least_v
        self._wander_share = 1.0 - math.exp(-STEP_H / DRIFT_H)
        self._wander_draw = math.sqrt(1.0 - math.exp(-2.0 * STEP_H / DRIFT_H))
        self._next_off = 0
        self._vapour_g_dl = 0.0
        self._wander_mdeg_c = 0.0
        self._wander_v = 0.0
        self._at_us = 0
        rest = (0.0, self._skin_mdeg_c + self._circadian(0), self._on_skin_v)
        self._before = rest
        self._after = rest

    @property
    def blood_g_dl(self) -> float:
        """Alcohol in the blood at the last step."""
        return self._alcohol.blood_g_dl

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
        self._alcohol.step(t_us)
        noise = self._noise
        self._wander_mdeg_c += noise() * 150.0 * self._wander_draw - self._wander_mdeg_c * self._wander_share
        self._wander_v += noise() * 0.012 * self._wander_draw - self._wander_v * self._wander_share
        off = self._is_off(t_us)
        if off:
            tac_goal, temp_goal, volts = 0.0, self.ambient_mdeg_c, OFF_SKIN_V
        else:
            temp_goal = self._skin_mdeg_c + self._circadian(t_us) + self._wander_mdeg_c
            # Sweat carries a little more alcohol outwards; a warm skin stands for it.
            sweat = min(1.0, max(0.0, (temp_goal - self._skin_mdeg_c) / 2000.0))
            tac_goal = self._alcohol.skin_g_dl * (1.0 + 0.05 * sweat)
            volts = self._on_skin_v + self._wander_v
        life = self._life
        if life is not None:
            life.step(self.start_h + t_us / 3.6e9)
            tac_goal += life.tac_g_dl
            if not off:
                tac_goal *= life.tac_factor
                temp_goal = min(temp_goal + life.mdeg_c, self._warmest_mdeg_c)
                volts = max(volts + life.volts, self._least_v)
        sensor_h, warming_h = SENSOR_H, TEMPERATURE_H
        effects = self._effects
        if effects is not None:
            # Behind the cell's lag, so that a vapour's fast rise and fall stay as they are.
            tac -= self._vapour_g_dl
            self._vapour_g_dl = 0.0
            if effects.begun(t_us):
                air, play = (life.tac_g_dl, life.play_v) if life is not None else (0.0, self._wander_v)
                goal = Goal(t_us, off, tac_goal, temp_goal, volts, air, play, self.ambient_mdeg_c, sensor_h, warming_h)
                effects.bend(goal)
                tac_goal, temp_goal, volts = goal.tac_g_dl, goal.mdeg_c, goal.volts
                sensor_h, warming_h = goal.sensor_h, goal.warming_h
                self._vapour_g_dl = goal.vapour_g_dl
        tac += (tac_goal - tac) * (STEP_H / sensor_h)
        temp += (temp_goal - temp) * (STEP_H / warming_h)
        tac += self._vapour_g_dl
        # Below the cell's zero only with the damp and the scents of a day.
        self._after = (tac if abs(tac) > 1e-9 else 0.0, temp, volts)

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


def wearer_of(scenario: Scenario, seed: int) -> Wearer:
    """The wearer of a scenario."""
    return Wearer(
        scenario.person,
        list(scenario.drinks),
        list(scenario.off_skin),
        scenario.start.hour + scenario.start.minute / 60.0,
        seed,
        scenario.noise,
        scenario.happenings,
        scenario.ambient_mdeg_c,
    )
