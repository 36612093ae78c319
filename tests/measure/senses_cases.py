"""What is done to wearers and their tags, and what they do themselves: the rows of the tables in docs/senses.md."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from ankletag.evaluate import INTERFERENT, LIFELESS, LIQUID, MOVED, OBSTRUCTION, SENSE, SKIN, TEMPERATURE
from measure.senses_wearers import MINUTE_US, Days, Span
from taghil.world.body import UNIT_G
from taghil.world.happenings import FALL_US, RISE_US, SPENT, Happening

DAY = 1440
OFF_MIN = 4
"""So long the tag is off when it changes legs."""

Make = Callable[[random.Random], tuple[Days, Span]]


@dataclass(frozen=True)
class Case:
    """kind: of loss that it has to show, or INTERFERENT; make: what happens, drawn, and when."""

    kind: str
    what: str
    make: Make


@dataclass(frozen=True)
class Ordinary:
    """What nobody is to be accused of. rightly: kinds that may be told of it."""

    what: str
    make: Callable[[random.Random], Days]
    rightly: tuple[str, ...] = ()


def _span(draw: random.Random, shortest: int, longest: int) -> Span:
    """Within the second day and the night behind it."""
    first = draw.randrange(DAY, DAY + 14 * 60)
    return Span(first, first + draw.randrange(shortest, longest + 1))


def _happening(span: Span, kind: str, celsius: float = 0.0) -> Happening:
    return Happening(span.first * MINUTE_US, span.last * MINUTE_US, kind, celsius)


def happens(kind: str, shortest: int, longest: int, celsius: float = 0.0) -> Make:
    """One happening of so many minutes."""

    def make(draw: random.Random) -> tuple[Days, Span]:
        span = _span(draw, shortest, longest)
        return Days(happenings=(_happening(span, kind, celsius),)), span

    return make


def off(draw: random.Random) -> tuple[Days, Span]:
    """The tag is held off the skin."""
    span = _span(draw, 5, 60)
    return Days(off_skin=(span,)), span


def unplugged(draw: random.Random) -> tuple[Days, Span]:
    """One sense gives nothing."""
    span = _span(draw, 10, 60)
    return Days(unplugged=((draw.choice(("cell", "temp", "prox")), span),)), span


def worn_by(kind: str, shortest: int, longest: int, celsius: float = 0.0) -> Make:
    """The strap is opened, and something else than the wearer wears the tag."""

    def make(draw: random.Random) -> tuple[Days, Span]:
        span = _span(draw, shortest, longest)
        opened = Span(span.first, span.first + OFF_MIN)
        days = Days((_happening(span, kind, celsius),), off_skin=(opened,), breaks=(opened,))
        return days, span

    return make


def vapour(what: str) -> Make:
    """A puff of something volatile."""

    def make(draw: random.Random) -> tuple[Days, Span]:
        first = draw.randrange(DAY, DAY + 14 * 60)
        lasts_us = RISE_US + SPENT * FALL_US[what]
        g_dl = draw.uniform(0.04, 0.12)
        begin_us = first * MINUTE_US
        puff = Happening(begin_us, begin_us + lasts_us, "interferent", g_dl=g_dl, what=what)
        return Days(happenings=(puff,)), Span(first, first + lasts_us // MINUTE_US)

    return make


def evening(draw: random.Random) -> Days:
    """Three to ten units in three hours."""
    units = draw.randint(3, 10)
    begin = DAY + 10 * 60
    return Days(drinks=tuple((begin + 180 * number // units, UNIT_G) for number in range(units)))


def washing(draw: random.Random) -> Days:
    """Every morning the tag is held off the skin to wash, under a shower."""
    mornings = [22 * 60 + DAY * day + draw.randrange(60) for day in range(3)]
    spans = [Span(morning, morning + 6) for morning in mornings]
    return Days(off_skin=tuple(spans), breaks=tuple(spans))


def doing(kind: str, shortest: int, longest: int, celsius: float = 0.0) -> Callable[[random.Random], Days]:
    return lambda draw: happens(kind, shortest, longest, celsius)(draw)[0]


CASES = (
    Case(SKIN, "tag held off the skin for 5 to 60 minutes, strap closed", off),
    Case(OBSTRUCTION, "a sock between tag and skin for 5 to 14 hours", happens("sock", 300, 840)),
    Case(OBSTRUCTION, "kitchen foil between tag and skin for 4 to 10 hours", happens("foil", 240, 600)),
    Case(LIQUID, "a bath of 39 degC for 15 to 40 minutes", happens("water", 15, 40, 39.0)),
    Case(LIQUID, "a shower of 38 degC for 5 to 10 minutes", happens("water", 5, 10, 38.0)),
    Case(LIQUID, "swimming in water of 27 degC for 30 to 60 minutes", happens("water", 30, 60, 27.0)),
    Case(TEMPERATURE, "on a bottle at 15 degC for 3 to 10 hours, strap opened", worn_by("dummy", 180, 600, 15.0)),
    Case(SENSE, "one sense unplugged for 10 to 60 minutes", unplugged),
    Case(MOVED, "on another person's leg for 30 hours, strap opened", worn_by("other", 1800, 1800)),
    Case(LIFELESS, "on a bottle kept at 33 degC for 8 to 14 hours, strap opened", worn_by("dummy", 480, 840, 33.0)),
    Case(INTERFERENT, "hand sanitiser, 0.04 to 0.12 g/dL", vapour("sanitiser")),
    Case(INTERFERENT, "perfume, 0.04 to 0.12 g/dL", vapour("perfume")),
    Case(INTERFERENT, "petrol, 0.04 to 0.12 g/dL", vapour("petrol")),
)
ORDINARY = (
    Ordinary("nothing but days and nights", lambda draw: Days()),
    Ordinary("an hour or two of sport", doing("exercise", 60, 120)),
    Ordinary("4 to 8 hours out of doors at -10 degC", doing("room", 240, 480, -10.0), (TEMPERATURE,)),
    Ordinary("tag held off the skin for 6 minutes every morning, to wash", washing, (SKIN,)),
    Ordinary("3 to 10 units of alcohol in an evening", evening, ("episode",)),
)
