"""Wearers whose senses are read once a minute and judged by the host's rules: no tag, no log, no seals in between.

Codes are what the tag's parts would give: the wearer's values on the parts' scales, with the parts' noise.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from ankletag.evaluate import Baseline, Episode, Loss, Parameters, Reading
from ankletag.evaluate.baseline import worked_out
from ankletag.evaluate.configs import InForce
from ankletag.evaluate.episodes import episodes
from ankletag.evaluate.leg import lifeless, moved, samples
from ankletag.evaluate.tampers import changes, losses
from ankletag.models import Calibration, Config
from taghil.world.body import Person
from taghil.world.bus import Skin
from taghil.world.cell import NOMINAL, Cell, CellTraits
from taghil.world.happenings import Happening
from taghil.world.noise import Noise
from taghil.world.wearer import Wearer
from tagproto import records

MINUTE_US = 60_000_000
FITTED_H = 9
CALIBRATION = Calibration(b"nominal1", 500_000, 15_000, 120_000, 62_500, 7_812_500, 100)
IN_FORCE = [InForce(Config(0, 60, 21_600, CALIBRATION, 1, 0), -1, 0, 0, None)]
# Of cell (one step of the ADC and 40 uV before it), thermometer and proximity, in codes.
NOISE = (1.2, 1.0, 3.0)
NO_VALUE = {"cell": records.FLAG_NO_CELL, "temp": records.FLAG_NO_TEMP, "prox": records.FLAG_NO_PROX}


@dataclass(frozen=True)
class Span:
    """From one minute after the fitting to another."""

    first: int
    last: int


@dataclass(frozen=True)
class Days:
    """What a wearer lives through. unplugged: part and when; breaks: when the strap was open; cell: that of the tag."""

    happenings: tuple[Happening, ...] = ()
    drinks: tuple[tuple[int, float], ...] = ()
    off_skin: tuple[Span, ...] = ()
    unplugged: tuple[tuple[str, Span], ...] = ()
    breaks: tuple[Span, ...] = ()
    cell: CellTraits = NOMINAL


@dataclass(frozen=True)
class Judged:
    """What the host says of it. baseline_at: minute of the baseline, None without one."""

    losses: list[Loss]
    episodes: list[Episode]
    baseline_at: int | None

    def shows(self, kind: str, span: Span | None = None) -> bool:
        """Whether there is a loss of a kind, in a span of minutes where one is given."""
        return any(
            loss.kind == kind and (span is None or (loss.first_item <= span.last and loss.last_item >= span.first))
            for loss in self.losses
        )


def person_of(seed: int) -> Person:
    draw = random.Random(f"person {seed}")
    sex = draw.choice(("male", "female"))
    return Person(sex, draw.uniform(50, 120) if sex == "male" else draw.uniform(45, 100), "daily", spread=True)


def readings_of(seed: int, days: Days, length_days: int = 3) -> list[Reading]:
    """One a minute from the fitting on; item, number and minute are the same."""
    off = [(span.first * MINUTE_US, span.last * MINUTE_US) for span in days.off_skin]
    drinks = [(minute * MINUTE_US, grams) for minute, grams in days.drinks]
    wearer = Wearer(person_of(seed), drinks, off, float(FITTED_H), seed, 1.0, days.happenings)
    skin: Skin = wearer if days.cell == NOMINAL else Cell(wearer, days.cell)
    noise = Noise(seed + 7_000)
    found = []
    for minute in range(length_days * 1440):
        at_us = minute * MINUTE_US
        flags = 0
        for part, span in days.unplugged:
            flags |= NO_VALUE[part] if span.first <= minute < span.last else 0
        volts = 0.5 + skin.cell_na(at_us) * 120e3 * 1e-9
        cell = min(32767, max(0, round(volts / 62.5e-6 + noise() * NOISE[0])))
        temp = round(wearer.temp_mdeg_c(at_us) / 7.8125 + noise() * NOISE[1])
        prox = max(0, round(wearer.ir_v(at_us) * 10_000 + noise() * NOISE[2]))
        found.append(reading(minute, minute * 60_000, flags, (cell, temp, prox)))
    return found


def reading(item: int, elapsed_ms: int, flags: int, codes: tuple[int, int, int]) -> Reading:
    """A reading of the one boot, under the nominal calibration."""
    cell, temp, prox = (0 if flags & missing else code for missing, code in zip(NO_VALUE.values(), codes, strict=True))
    return Reading(
        item, item, 0, elapsed_ms, None, flags, cell, temp, prox,
        None if flags & records.FLAG_NO_CELL else CALIBRATION.tac_ug_dl(cell, temp),
        None if flags & records.FLAG_NO_TEMP else CALIBRATION.temp_mdeg_c(temp),
        None if flags & records.FLAG_NO_PROX else CALIBRATION.ir_mv(prox),
    )  # fmt: skip


def judged(found: Sequence[Reading], breaks: Sequence[Loss] = ()) -> Judged:
    """By the rules of SPEC.md and of the host. breaks: of the strap."""
    parameters = Parameters()
    search = worked_out(found, IN_FORCE)
    baseline = None
    if search.found:
        medians = search.found[0]
        baseline = Baseline(medians.last, medians.last, medians, 0, 0, CALIBRATION.ir_mv(medians.prox_count))
    shown = losses(found, list(changes(found, IN_FORCE, baseline)))
    on_skin = samples(found)
    all_breaks = sorted([*shown, *breaks], key=lambda loss: loss.first_item)
    shown += moved(on_skin, all_breaks, parameters)[0] + (lifeless(on_skin, parameters) or [])
    return Judged(shown, episodes(found, parameters), baseline.item if baseline else None)
