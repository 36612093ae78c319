"""Where the zero of the alcohol sensor lies, day by day: what the readings of alcohol-free hours on skin show.

A cell ages, and its zero moves. Raw codes and TAC stay as they are: this says how far off they are by now.
"""

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tagproto import records

from .episodes import Episode
from .leg import Sample
from .parameters import Parameters
from .remarks import Remark

_DAY_MS = 86_400_000
_DAYS_OF_SLOPE = 30


@dataclass(frozen=True, slots=True)
class ZeroDay:
    """day: of watched time since the fitting, from 0; first_record, last_record: of its readings; zero_ug_dl: the low
    quantile of their TAC."""

    day: int
    first_record: int
    last_record: int
    zero_ug_dl: int


@dataclass(frozen=True, slots=True)
class Zero:
    """days: those with enough readings, in order; level_ug_dl: their median, None without one; slope_ug_dl_30_days: by
    the median of the slopes between any two days, and drift_ug_dl: that from the first to the last; None under
    `Parameters.zero_days`."""

    days: tuple[ZeroDay, ...] = ()
    level_ug_dl: int | None = None
    slope_ug_dl_30_days: int | None = None
    drift_ug_dl: int | None = None


def zero_of(on_skin: Iterable[Sample], episodes: Sequence[Episode], parameters: Parameters) -> Zero:
    """The course of the zero over a fitting. on_skin: in order."""
    begins, ends = [each.first.item for each in episodes], [each.last.item for each in episodes]

    def drunk(item: int) -> bool:
        place = bisect.bisect_right(begins, item) - 1
        return place >= 0 and item <= ends[place]

    usable = (
        sample
        for sample in on_skin
        if sample.reading.tac_ug_dl is not None
        and not sample.reading.flags & records.FLAG_CELL_SATURATED
        and not drunk(sample.reading.item)
    )
    days: list[ZeroDay] = []
    for day, group in itertools.groupby(usable, lambda sample: sample.watched_ms // _DAY_MS):
        found = [sample.reading for sample in group]
        if len(found) >= parameters.zero_samples:
            values = sorted(reading.tac_ug_dl or 0 for reading in found)
            low = values[(len(values) - 1) * parameters.zero_quantile_percent // 100]
            days.append(ZeroDay(day, found[0].number, found[-1].number, low))
    if not days:
        return Zero()
    level = round(median(day.zero_ug_dl for day in days))
    if len(days) < parameters.zero_days:
        return Zero(tuple(days), level)
    slope = median(
        (later.zero_ug_dl - earlier.zero_ug_dl) / (later.day - earlier.day)
        for earlier, later in itertools.combinations(days, 2)
    )
    drift = slope * (days[-1].day - days[0].day)
    return Zero(tuple(days), level, round(slope * _DAYS_OF_SLOPE), round(drift))


def of_zero(zero: Zero, parameters: Parameters) -> Iterator[Remark]:
    """A sentence where the zero has moved too far, or lies too far from where the calibration has it."""
    limit = parameters.zero_off_ug_dl
    # A day or two of drinking look like a zero that is off.
    if zero.level_ug_dl is None or zero.drift_ug_dl is None:
        return
    first, last = zero.days[0], zero.days[-1]
    if abs(zero.drift_ug_dl) > limit:
        what = f"The alcohol sensor's zero moved by {zero.drift_ug_dl:+,} ug/dL in {last.day - first.day} days"
    elif abs(zero.level_ug_dl) > limit:
        what = f"In alcohol-free hours the alcohol sensor reads {zero.level_ug_dl:+,} ug/dL"
    else:
        return
    yield Remark(
        first.first_record,
        last.last_record,
        f"{what}; more than {limit:,} is a reason to calibrate the tag again. TAC is shown as it was measured.",
    )
