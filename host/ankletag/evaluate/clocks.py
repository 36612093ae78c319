"""How far off the tag's clock went, by the stations that attested the time in one boot twice or more."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..time import DRIFT_PPM, STATION_MS, Anchor, Clock
from .readings import Reading
from .remarks import Remark

_PPB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ClockDrift:
    """Between the first and the last attestation of a boot, whose record numbers these are. low_ppb, high_ppb: by how
    much the tag's clock was fast, in parts of 10^9: no less and no more; span_ms: by the tag."""

    boot: int
    first_record: int
    last_record: int
    span_ms: int
    low_ppb: int
    high_ppb: int

    @property
    def is_telling(self) -> bool:
        """Whether the bounds are nearer to each other than the crystal may be off: a few hours leave them far apart."""
        return self.high_ppb - self.low_ppb <= DRIFT_PPM * 1000

    @property
    def is_over(self) -> bool:
        """Whether it was certainly more than the tag's crystal may be off."""
        return self.low_ppb > DRIFT_PPM * 1000 or self.high_ppb < -DRIFT_PPM * 1000


def clock_drifts(clock: Clock, readings: Iterable[Reading]) -> Iterator[ClockDrift]:
    """One for each boot of the readings with two attestations that leave bounds, in order."""
    for boot in dict.fromkeys(reading.boot for reading in readings):
        anchors = clock.anchors(boot)
        drift = _between(boot, anchors[0], anchors[-1]) if len(anchors) > 1 else None
        if drift is not None:
            yield drift


def _between(boot: int, first: Anchor, last: Anchor) -> ClockDrift | None:
    span_ms, told_ms = last.elapsed_ms - first.elapsed_ms, last.utc_ms - first.utc_ms
    # Each station's time was right at some moment of the age, and within STATION_MS.
    least_ms, most_ms = told_ms - first.age_ms - 2 * STATION_MS, told_ms + last.age_ms + 2 * STATION_MS
    if least_ms <= 0:
        return None
    low = (span_ms - most_ms) * _PPB // most_ms
    high = -((least_ms - span_ms) * _PPB // least_ms)
    return ClockDrift(boot, first.number, last.number, span_ms, low, high)


def of_clocks(drifts: Iterable[ClockDrift]) -> Iterator[Remark]:
    """A sentence for each that is over the limit."""
    for drift in drifts:
        if drift.is_over:
            low, high = (ppb / 1000 for ppb in (drift.low_ppb, drift.high_ppb))
            sentence = (
                f"Between the attestations in records {drift.first_record} and {drift.last_record} the tag's clock was "
                f"fast by {low:+.1f} to {high:+.1f} ppm; {DRIFT_PPM} either way is what its crystal may be off. Bounds "
                "of times in this boot may be too narrow: either the crystal is bad or a station's clock was wrong."
            )
            yield Remark(drift.first_record, drift.last_record, sentence)
