"""Another leg, or none: what only long stretches of readings show. The tag does not judge this; the host does."""

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tagproto import tamper

from .classes import LIFELESS, MOVED, POWER, SKIN, STRAP
from .losses import Loss
from .parameters import Parameters
from .readings import Reading

# Medians over hours need no more than this, however densely a tag samples.
_APART_MS = 300_000
# Behind these the tag may be on another leg.
_BREAKS = (STRAP, SKIN, POWER)


@dataclass(frozen=True, slots=True)
class Sample:
    """A reading on skin with infrared and temperature. watched_ms: time that the tag was on since its first reading;
    what passed between two boots counts for nothing. stretch: of readings without a gap on skin."""

    reading: Reading
    watched_ms: int
    stretch: int
    ir_mv: int
    temp_mdeg_c: int


def samples(readings: Iterable[Reading]) -> list[Sample]:
    """One in five minutes at most."""
    found: list[Sample] = []
    watched_ms = stretch = 0
    before: Reading | None = None
    for reading in readings:
        if before is not None and before.boot == reading.boot:
            watched_ms += max(0, reading.elapsed_ms - before.elapsed_ms)
        elif before is not None:
            stretch += 1
        before = reading
        if reading.ir_mv is None or reading.temp_mdeg_c is None or reading.ir_mv < tamper.SKIN_BELOW_MV:
            stretch += reading.ir_mv is not None
        elif not found or watched_ms - found[-1].watched_ms >= _APART_MS or found[-1].stretch != stretch:
            found.append(Sample(reading, watched_ms, stretch, reading.ir_mv, reading.temp_mdeg_c))
    return found


def moved(found: Sequence[Sample], losses: Iterable[Loss], parameters: Parameters) -> tuple[list[Loss], int]:
    """Infrared lies elsewhere for a day behind a break than for a day before it: another leg, or otherwise put on.

    Each begins with the break. Also how many breaks are not judged, because less than half of one of the two days is
    there, or because they lie in the day behind such a loss.
    """
    window_ms = parameters.moved_window_s * 1000
    items = [sample.reading.item for sample in found]
    times = [sample.watched_ms for sample in found]
    result: list[Loss] = []
    passed_by = free_from = 0
    for loss in losses:
        if loss.kind not in _BREAKS:
            continue
        begin, end = bisect.bisect_left(items, loss.first_item), bisect.bisect_right(items, loss.last_item)
        before: Sequence[Sample] = ()
        after: Sequence[Sample] = ()
        if free_from <= begin and begin > 0 and end < len(found):
            before = found[bisect.bisect_left(times, times[begin - 1] - window_ms) : begin]
            after = found[end : bisect.bisect_right(times, times[end] + window_ms)]
        if min(_span_ms(before), _span_ms(after)) * 2 < window_ms:
            passed_by += 1
            continue
        away_mv = median(one.ir_mv for one in after) - median(one.ir_mv for one in before)
        if abs(away_mv) > parameters.moved_mv:
            last = after[-1].reading
            result.append(Loss(MOVED, loss.first_item, last.item, loss.first_record, last.number, True))
            free_from = end + len(after)
    return result, passed_by


def lifeless(found: Sequence[Sample], parameters: Parameters) -> list[Loss] | None:
    """Temperature that stays closer to itself for hours than that of any leg does, on what infrared takes for skin.

    None where the tag was never on skin for so long.
    """
    window_ms = parameters.lifeless_window_s * 1000
    result: list[Loss] = []
    judged = False
    begun: int | None = None
    last = first = 0
    for place, sample in enumerate(found):
        while found[first].stretch != sample.stretch or found[first].watched_ms < sample.watched_ms - window_ms:
            first += 1
        window = found[first : place + 1]
        long_enough = _span_ms(window) * 10 >= window_ms * 9
        judged = judged or long_enough
        if long_enough and _spread_mdeg_c(window) < parameters.lifeless_spread_mdeg_c:
            begun, last = first if begun is None else begun, place
        elif begun is not None:
            result.append(_lifeless(found, begun, last, True))
            begun = None
    if begun is not None:
        result.append(_lifeless(found, begun, last, False))
    return result if judged else None


def _spread_mdeg_c(window: Sequence[Sample]) -> int:
    """Without the lowest and the highest tenth: a hand that touches it for a moment is no leg."""
    values = sorted(sample.temp_mdeg_c for sample in window)
    tenth = len(values) // 10
    return values[-1 - tenth] - values[tenth]


def _span_ms(window: Sequence[Sample]) -> int:
    return window[-1].watched_ms - window[0].watched_ms if window else 0


def _lifeless(found: Sequence[Sample], first: int, last: int, ended: bool) -> Loss:
    begin, end = found[first].reading, found[last].reading
    return Loss(LIFELESS, begin.item, end.item, begin.number, end.number, ended)
