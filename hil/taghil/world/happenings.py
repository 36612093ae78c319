"""What is done to leg and tag, and how a scenario tells it; taghil.world.effects knows what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from taghil.world.checked import Checked, Table

KINDS = ("room", "exercise", "other", "dummy", "interferent", "sock", "foil", "water")
"""From the inside outwards: so they are applied where several go on at once."""
PLAIN = ("exercise", "sock", "foil")
"""Those that need no more than their times."""
HAPPENING_KEYS = (*PLAIN, "water", "room", "worn_by", "interferent")

RISE_US = 120_000_000
FALL_US = {"sanitiser": 180_000_000, "perfume": 240_000_000, "petrol": 360_000_000}
"""A vapour falls to 1/e in so long: one wrist file goes to 506 ug/L and back in ten minutes; heavy ones are slower."""
SPENT = 12
"""Times FALL_US after which nothing is left of a vapour: a hundred-thousandth of its peak."""


@dataclass(frozen=True, order=True)
class Happening:
    """Something between two instants of scenario time (us); of the others, what its kind asks for.

    'room': another temperature around the tag. 'exercise': the wearer moves and sweats. 'other': another person's leg.
    'dummy': a warmed thing instead of a leg. 'interferent': a vapour from `from_us` on, `g_dl` at its peak. 'sock':
    cloth between skin and tag. 'foil': metal between skin and tag. 'water': the tag is under water.
    """

    from_us: int
    to_us: int
    kind: str
    celsius: float = 0.0
    g_dl: float = 0.0
    what: str = ""


def read_happenings(checked: Checked, table: Table) -> tuple[Happening, ...]:
    """The happenings of a scenario in order of time. Raises ScenarioError."""
    found: list[Happening] = []
    for kind in PLAIN:
        for key, item in checked.items(table, kind):
            found += [Happening(*span, kind) for span in checked.spans(key, item)]
    for key, item in checked.items(table, "water"):
        celsius = checked.number(key + "celsius", item.get("celsius", 39.0), 0.0, 60.0)
        found += [Happening(*span, "water", celsius) for span in checked.spans(key, item, ("celsius",))]
    for key, item in checked.items(table, "room"):
        celsius = checked.number(key + "celsius", item.get("celsius"), -40.0, 100.0)
        found += [Happening(*span, "room", celsius) for span in checked.spans(key, item, ("celsius",))]
    for key, item in checked.items(table, "worn_by"):
        who = checked.choice(key + "who", item.get("who"), ("other", "dummy"))
        others = ("who", "celsius") if who == "dummy" else ("who",)
        spans = checked.spans(key, item, others)
        celsius = checked.number(key + "celsius", item.get("celsius", 33.0), 0.0, 60.0)
        found += [Happening(*span, who, celsius) for span in spans]
    for kinds in (("water",), ("room",), ("other", "dummy"), *((kind,) for kind in PLAIN)):
        name = "worn_by" if "other" in kinds else kinds[0]
        checked.apart(name, [(each.from_us, each.to_us) for each in found if each.kind in kinds])
    for key, item in checked.items(table, "interferent"):
        instants = checked.instants(key, item, ("g_dl", "what"))
        g_dl = checked.number(key + "g_dl", item.get("g_dl", 0.05), 0.0, 0.5)
        what = checked.choice(key + "what", item.get("what", "sanitiser"), FALL_US)
        lasts_us = RISE_US + SPENT * FALL_US[what]
        found += [Happening(at_us, at_us + lasts_us, "interferent", g_dl=g_dl, what=what) for at_us in instants]
    return tuple(sorted(found))
