"""What happenings do to the senses: each bends where a step of the wearer leads.

Sizes are drawn for each happening by its kind, its begin and the seed, so that no two are alike and a scenario repeats.
Where no figure is known they are assumptions, and say so.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from taghil.world.body import LEAST_V
from taghil.world.happenings import FALL_US, KINDS, RISE_US, Happening

AMBIENT_MDEG_C = 20_500.0
"""The room, if a scenario says nothing."""
CORE_MDEG_C = 38_500.0
"""No skin is warmer; the warmest that the bracelet files show."""
OFF_SKIN_V = 0.30
ROOM_SHARE = 0.3
"""How much of a change of the room comes through to a tag on the skin: an assumption; skin over a leg in free air
changes by about half of it."""

EXERCISE_MDEG_C = (1_000.0, 2_000.0)
EXERCISE_SWEAT = (1.1, 1.3)
EXERCISE_PLAY = 3.0
"""The play between skin and tag, times its usual one."""
OTHER_V = (0.20, 0.40)
OTHER_MDEG_C = (1_000.0, 2_000.0)
DUMMY_V = (0.90, 1.20)
DUMMY_MDEG_C = 20.0
"""What a regulated heater keeps to."""
SOCK_V = (0.30, 0.45)
SOCK_MDEG_C = (2_000.0, 4_000.0)
SOCK_TAC = 0.30
SOCK_SENSOR_H = 0.5
"""Damping and slowness of alcohol that comes through cloth: assumptions."""
FOIL_V = (0.50, 0.80)
FOIL_MDEG_C = (500.0, 1_500.0)
WATER_V = (0.26, 0.38)
WET_V = 0.45
"""Water in the gap scatters more than free air does."""
WATER_H = 0.03


@dataclass
class Goal:
    """Where a step leads: what the senses would settle at, and how fast they do."""

    t_us: int
    off: bool
    """Off the skin: what is between skin and tag counts for nothing."""
    tac_g_dl: float
    mdeg_c: float
    volts: float
    air_g_dl: float
    """Of the TAC, what is the room's and not the wearer's."""
    play_v: float
    """Of the volts, what is movement."""
    ambient_mdeg_c: float
    sensor_h: float
    warming_h: float
    vapour_g_dl: float = 0.0
    """What reaches the cell at once, with no skin and no gap to pass."""


Bend = Callable[[Goal], None]


class Effects:
    """The happenings of a scenario as time goes on."""

    def __init__(self, happenings: tuple[Happening, ...], seed: int) -> None:
        self._waiting = sorted(happenings, reverse=True)
        self._seed = seed
        self._now: list[tuple[int, int, Bend]] = []

    def begun(self, t_us: int) -> bool:
        """Whether anything goes on in the minute that ends at t_us."""
        return bool(self._now) or bool(self._waiting and self._waiting[-1].from_us < t_us)

    def bend(self, goal: Goal) -> None:
        """Bends the goal of a step by all that goes on."""
        while self._waiting and self._waiting[-1].from_us < goal.t_us:
            happening = self._waiting.pop()
            self._now.append((KINDS.index(happening.kind), happening.to_us, _bend_of(happening, self._seed)))
            self._now.sort(key=lambda item: item[0])
        self._now = [item for item in self._now if item[1] >= goal.t_us]
        for _, _, bend in self._now:
            bend(goal)


def in_room(mdeg_c: float, change_mdeg_c: float, ambient_mdeg_c: float) -> float:
    """A temperature at the skin after the room has changed to `ambient_mdeg_c`."""
    return min(mdeg_c + ROOM_SHARE * change_mdeg_c, max(CORE_MDEG_C, ambient_mdeg_c))


def _bend_of(happening: Happening, seed: int) -> Bend:
    draw = random.Random(f"{happening.kind} {happening.from_us} {seed}")
    return _BENDS[happening.kind](happening, draw)


def _either(draw: random.Random, sizes: tuple[float, float]) -> float:
    return draw.choice((-1.0, 1.0)) * draw.uniform(*sizes)


def _farther(from_v: float, by_v: float) -> float:
    """Proximity moved by so much, as long as skin is what the tag sees."""
    return max(from_v + by_v, min(from_v, LEAST_V))


def _room(happening: Happening, draw: random.Random) -> Bend:
    celsius = happening.celsius

    def bend(goal: Goal) -> None:
        change = celsius * 1000.0 - goal.ambient_mdeg_c
        goal.ambient_mdeg_c += change
        goal.mdeg_c = goal.ambient_mdeg_c if goal.off else in_room(goal.mdeg_c, change, goal.ambient_mdeg_c)

    return bend


def _exercise(happening: Happening, draw: random.Random) -> Bend:
    warmer, sweat = draw.uniform(*EXERCISE_MDEG_C), draw.uniform(*EXERCISE_SWEAT)

    def bend(goal: Goal) -> None:
        if goal.off:
            return
        goal.mdeg_c = min(goal.mdeg_c + warmer, max(goal.mdeg_c, CORE_MDEG_C))
        goal.tac_g_dl = goal.air_g_dl + (goal.tac_g_dl - goal.air_g_dl) * sweat
        goal.volts = _farther(goal.volts, (EXERCISE_PLAY - 1.0) * goal.play_v)

    return bend


def _other(happening: Happening, draw: random.Random) -> Bend:
    volts, mdeg_c = _either(draw, OTHER_V), _either(draw, OTHER_MDEG_C)

    def bend(goal: Goal) -> None:
        if goal.off:
            return
        goal.tac_g_dl = goal.air_g_dl
        goal.mdeg_c = min(goal.mdeg_c + mdeg_c, max(goal.mdeg_c, CORE_MDEG_C))
        goal.volts = _farther(goal.volts, volts)

    return bend


def _dummy(happening: Happening, draw: random.Random) -> Bend:
    volts = draw.uniform(*DUMMY_V)

    def bend(goal: Goal) -> None:
        if goal.off:
            return
        goal.tac_g_dl = goal.air_g_dl
        goal.mdeg_c = happening.celsius * 1000.0 + draw.uniform(-DUMMY_MDEG_C, DUMMY_MDEG_C)
        goal.volts = volts

    return bend


def _interferent(happening: Happening, draw: random.Random) -> Bend:
    fall_us = FALL_US[happening.what]

    def bend(goal: Goal) -> None:
        age_us = goal.t_us - happening.from_us
        share = age_us / RISE_US if age_us <= RISE_US else math.exp((RISE_US - age_us) / fall_us)
        goal.vapour_g_dl += happening.g_dl * share

    return bend


def _sock(happening: Happening, draw: random.Random) -> Bend:
    volts, cooler = _either(draw, SOCK_V), draw.uniform(*SOCK_MDEG_C)

    def bend(goal: Goal) -> None:
        if goal.off:
            return
        goal.volts = max(goal.volts + volts, OFF_SKIN_V)
        away = goal.mdeg_c - goal.ambient_mdeg_c
        goal.mdeg_c -= min(cooler, away) if away > 0.0 else max(-cooler, away)
        goal.tac_g_dl = goal.air_g_dl + (goal.tac_g_dl - goal.air_g_dl) * SOCK_TAC
        goal.sensor_h = SOCK_SENSOR_H

    return bend


def _foil(happening: Happening, draw: random.Random) -> Bend:
    volts, cooler = draw.uniform(*FOIL_V), draw.uniform(*FOIL_MDEG_C)

    def bend(goal: Goal) -> None:
        if goal.off:
            return
        goal.volts += volts
        goal.mdeg_c -= cooler
        goal.tac_g_dl = goal.vapour_g_dl = 0.0

    return bend


def _water(happening: Happening, draw: random.Random) -> Bend:
    volts = draw.uniform(*WATER_V)

    def bend(goal: Goal) -> None:
        if not goal.off:
            goal.volts = max(goal.volts - volts, min(goal.volts, WET_V))
        goal.mdeg_c = happening.celsius * 1000.0
        goal.warming_h = WATER_H
        goal.tac_g_dl = goal.vapour_g_dl = 0.0

    return bend


_BENDS: dict[str, Callable[[Happening, random.Random], Bend]] = {
    "room": _room,
    "exercise": _exercise,
    "other": _other,
    "dummy": _dummy,
    "interferent": _interferent,
    "sock": _sock,
    "foil": _foil,
    "water": _water,
}
