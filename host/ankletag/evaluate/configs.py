"""How the tag sampled and sealed, from when to when."""

import bisect
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from tagproto import records
from tagproto.layout import SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S

from ..models import Config, Pace, config_of
from ..time import Clock
from ..verify.result import Verified
from .fittings import Fitting


@dataclass(frozen=True, slots=True)
class InForce:
    """A sealed CONFIG record. item: its position in `Verified.items`; utc_ms as of a reading; order_pace: cadence_s and
    seal_interval_s that the order asks for meanwhile."""

    config: Config
    item: int
    boot: int
    elapsed_ms: int
    utc_ms: int | None
    order_pace: tuple[int, int] | None = None

    @property
    def pace(self) -> tuple[int, int]:
        """(cadence_s, seal_interval_s)."""
        return self.config.cadence_s, self.config.seal_interval_s

    @property
    def is_slow(self) -> bool:
        """Whether this is what a nearly full log makes of the order's pace."""
        return self.order_pace is not None and self.pace != self.order_pace and self.pace == _slow(self.order_pace)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What stations asked for. first_item, last_item: positions in `Verified.items` of the statement that said it, and
    of the next one that said otherwise or of the fitting's last record. What the tag does of itself meanwhile, while
    TAC rises, while it looks for its baseline or while its log is nearly full, is not in it."""

    pace: Pace
    first_item: int
    last_item: int


@dataclass(frozen=True, slots=True)
class Slowdown:
    """The tag worked at the pace that it keeps while its log is nearly full (SPEC.md, what a tag promises).

    first_item, last_item: positions in `Verified.items` of the CONFIG records that began and ended it, or of the last
    record of the fitting; ended: False when it lasts until there. cadence_s, seal_interval_s: the slow pace.
    """

    first_item: int
    last_item: int
    cadence_s: int
    seal_interval_s: int
    ended: bool


def configs(verified: Verified, clock: Clock) -> Iterator[InForce]:
    """Every sealed CONFIG record, in order."""
    for index, record in verified.events():
        config = config_of(record)
        if config is not None and verified.proven[index]:
            elapsed = verified.elapsed_ms[index]
            yield InForce(config, index, record.boot, elapsed, clock.span_at(record.boot, elapsed).middle_ms)


def of_fitting(verified: Verified, known: list[InForce], fitting: Fitting) -> list[InForce]:
    """The one in force when the fitting began, and those that came in it."""
    before = [config for config in known if config.item <= fitting.first_item]
    within = [config for config in known if fitting.first_item < config.item < fitting.last_item]
    paces = [(one.first_item, (one.pace.cadence_s, one.pace.seal_interval_s)) for one in ordered(verified, fitting)]
    paces = paces or [(fitting.first_item, (0, 0))]
    begins = [item for item, _ in paces]
    # What was in force before the FIT record was set up for it.
    return [
        dataclasses.replace(config, order_pace=paces[max(0, bisect.bisect(begins, config.item) - 1)][1])
        for config in before[-1:] + within
    ]


def ordered(verified: Verified, fitting: Fitting) -> list[Ordered]:
    """By the FIT record, and by each CONFIGURED record of the fitting that changes something."""
    found: list[tuple[int, Pace]] = []
    for index, record in verified.events():
        if fitting.first_item <= index < fitting.last_item and record.kind in (records.FIT, records.CONFIGURED):
            values = record.values()
            if isinstance(values, dict) and verified.proven[index]:
                asked_for = {name: value for name, _ in records.PACE if isinstance(value := values[name], int)}
                pace = Pace(**asked_for)
                if not found or found[-1][1] != pace:
                    found.append((index, pace))
    ends = [index for index, _ in found[1:]] + [fitting.last_item - 1]
    return [Ordered(pace, first, last) for (first, pace), last in zip(found, ends, strict=False)]


def _slow(pace: tuple[int, int]) -> tuple[int, int]:
    return max(pace[0], SLOW_CADENCE_S), max(pace[1], SLOW_SEAL_INTERVAL_S)


def at(known: list[InForce], item: int) -> Config | None:
    """What was in force at a position of `Verified.items`; None in front of the first one."""
    place = bisect.bisect_left(known, item, key=lambda config: config.item)
    return known[place - 1].config if place else None


def asked(known: list[InForce]) -> Config | None:
    """The last of a fitting's configurations, with the pace that the order asks for: a tag with a nearly full log, or
    one that still looks for the baseline, keeps another."""
    if not known:
        return None
    last = known[-1]
    if last.order_pace is None or not last.order_pace[0]:
        return last.config
    cadence_s, seal_interval_s = last.order_pace
    return dataclasses.replace(last.config, cadence_s=cadence_s, seal_interval_s=seal_interval_s)


def slowdowns(known: list[InForce], fitting: Fitting) -> list[Slowdown]:
    """From a CONFIG record with the slow pace to one with another, whatever restarts repeat in between."""
    found: list[Slowdown] = []
    begun: InForce | None = None
    for config in known:
        if begun is not None and config.pace != begun.pace:
            found.append(Slowdown(begun.item, config.item, *begun.pace, True))
            begun = None
        if begun is None and config.is_slow:
            begun = config
    if begun is not None:
        found.append(Slowdown(begun.item, fitting.last_item - 1, *begun.pace, False))
    return found
