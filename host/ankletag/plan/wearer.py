"""A modelled wearer: the codes that the tag's senses give, as restless as real skin is.

What wanders has the sizes of the nine bracelet files of UCI data set 515 (temperature changes by 0.3 degC in 5.4
minutes, proximity stays for hours and then moves by 0.2 V); what is white is the parts' own noise. Seeded: a plan is
the same every time.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from tagproto.records import TICKS_PERIOD_MS

SEED = 1
# What moves, moves in steps of a minute at most.
_STEP_S = 60
_DAY_FROM_H, _DAY_TO_H = 7, 23


@dataclass(frozen=True, slots=True)
class Sense:
    """One sense, in codes. white: the part's noise in a reading, rms; wander: rms by (night, day) of what comes and
    goes over `hours`; follows_h: how slowly the sense follows; shift: rms of jumps, (night, day) of them an hour.
    """

    name: str
    level: int
    white: float
    wander: tuple[float, float]
    hours: float
    follows_h: float
    shift: float = 0.0
    shifts_per_h: tuple[float, float] = (0.0, 0.0)
    source: str = ""


SENSES = (
    Sense(
        "cell",
        8000,
        white=1.2,
        wander=(58.0, 58.0),
        hours=1.0,
        follows_h=0.08,
        source="ADS1115: 1 LSB of noise at +/- 2.048 V, LMP91000 40 uV; damp and scents 0.002 g/dL over an hour",
    ),
    Sense(
        "temperature",
        4100,
        white=0.5,
        wander=(360.0, 420.0),
        hours=1.8,
        follows_h=0.10,
        source="TMP117: 0.5 LSB with 8 averages; skin and clothing 2.8 degC by night and 3.3 degC by day over 1.8 h",
    ),
    Sense(
        "proximity",
        10_500,
        white=3.0,
        wander=(100.0, 700.0),
        hours=0.25,
        follows_h=0.0,
        shift=1400.0,
        shifts_per_h=(0.3, 0.7),
        source="VCNL4040: 3 counts; play 10 mV by night and 70 mV by day, 0.14 V when the leg lies otherwise",
    ),
)


class _Wander:
    """A sense as it moves: an Ornstein-Uhlenbeck process behind a first-order lag, with jumps."""

    def __init__(self, sense: Sense, noise: float, draw: random.Random) -> None:
        self._sense = sense
        self._noise = noise
        self._draw = draw
        self._wander = 0.0
        self._posture = 0.0
        self._value = 0.0

    def step(self, hours: float, day: int) -> None:
        sense, gauss = self._sense, self._draw.gauss
        keep = math.exp(-hours / sense.hours)
        self._wander = self._wander * keep + gauss(0.0, self._noise * sense.wander[day]) * math.sqrt(1 - keep * keep)
        if sense.shift and self._draw.random() < sense.shifts_per_h[day] * hours:
            self._posture = gauss(0.0, self._noise * sense.shift)
        share = 1.0 - math.exp(-hours / sense.follows_h) if sense.follows_h else 1.0
        self._value += (self._wander + self._posture - self._value) * share

    def code(self) -> int:
        white = self._draw.gauss(0.0, self._noise * self._sense.white)
        return round(self._sense.level + self._value + white)


def readings(cadence_s: int, count: int, noise: float) -> Iterator[tuple[int, int, int, int]]:
    """(ticks, cell code, temperature code, proximity count) of `count` readings. noise: a factor on all randomness."""
    draw = random.Random(SEED)
    senses = [_Wander(sense, noise, draw) for sense in SENSES]
    steps = max(1, math.ceil(cadence_s / _STEP_S))
    hours = cadence_s / steps / 3600
    for number in range(count):
        for step in range(steps):
            hour = (number * cadence_s / 3600 + step * hours + 9) % 24
            for sense in senses:
                sense.step(hours, int(_DAY_FROM_H <= hour < _DAY_TO_H))
        cell, temp, prox = (sense.code() for sense in senses)
        ticks = (number + 1) * cadence_s * 1000 % TICKS_PERIOD_MS
        yield ticks, max(-32768, min(32767, cell)), max(-32768, min(32767, temp)), max(0, min(65535, prox))
