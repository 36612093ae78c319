"""UTC out of (boot, ticks): the tag's time is never set, stations attest it, and every answer has bounds."""

import bisect
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagproto import records

from .models import AGAINST, Finding, UtcSpan

if TYPE_CHECKING:
    from .verify.result import Verified

# The RP2040's crystal: 30 ppm at 25 degC and as much again for temperature and age leaves room at 50 on a leg.
DRIFT_PPM = 50
# A station keeps its clock by NTP over whatever network an office has: half a second either way is always in it.
STATION_MS = 500


@dataclass(frozen=True, slots=True)
class Anchor:
    """A station's UTC: true within STATION_MS at one moment between `elapsed_ms - age_ms` and `elapsed_ms`; number: of
    the record."""

    elapsed_ms: int
    age_ms: int
    utc_ms: int
    number: int

    def bounds(self, elapsed_ms: int) -> tuple[int, int]:
        away = elapsed_ms - self.elapsed_ms
        drift = (abs(away) * DRIFT_PPM + 999_999) // 1_000_000
        at = self.utc_ms + away
        return at - drift - STATION_MS, at + self.age_ms + drift + STATION_MS


class Clock:
    """UTC bounds for every record of a log. findings: attestations that contradict each other.

    Only attestations count that hold, that a seal covers, and whose station nobody has revoked.
    """

    def __init__(self, verified: "Verified | None" = None) -> None:
        self._verified = verified
        self._anchors: dict[int, list[Anchor]] = {}
        self._at: dict[int, list[int]] = {}
        self._between: dict[int, UtcSpan] = {}
        self.findings: list[Finding] = []
        if verified is None:
            return
        for held in verified.statements:
            revoked = held.station is not None and held.station.revoked_s is not None
            if held.record.kind == records.ATTESTATION and verified.proven[held.index] and not revoked:
                self._add(held.record, verified.elapsed_ms[held.index])
        for boot, anchors in self._anchors.items():
            anchors.sort(key=lambda anchor: anchor.elapsed_ms)
            self._at[boot] = [anchor.elapsed_ms for anchor in anchors]
            for earlier, later in itertools.pairwise(anchors):
                low, high = earlier.bounds(later.elapsed_ms)
                own_low, own_high = later.bounds(later.elapsed_ms)
                if own_high < low or high < own_low:
                    self._conflict(earlier, later, later.utc_ms - (low + high) // 2)
        last = {record.boot: verified.elapsed_ms[index] for index, record in enumerate(verified.records())}
        for boot, behind in itertools.pairwise(sorted(self._anchors)):
            over_ms = (self.span_at(boot, last[boot]).earliest_ms or 0) - (self.span_at(behind, 0).latest_ms or 0)
            if over_ms > 0:
                self._conflict(self._anchors[boot][-1], self._anchors[behind][0], over_ms)
        self._bound_unattested(last)

    def anchors(self, boot: int) -> list[Anchor]:
        """The attestations of a boot that count, in order of their moments."""
        return self._anchors.get(boot, [])

    def _add(self, record: records.Record, elapsed_ms: int) -> None:
        values = record.values()
        if not isinstance(values, dict):
            return
        utc_ms, nonce_ticks = values["utc_ms"], values["nonce_ticks"]
        assert isinstance(utc_ms, int)
        assert isinstance(nonce_ticks, int)
        age_ms = max(0, records.ticks_after(nonce_ticks, record.ticks))
        self._anchors.setdefault(record.boot, []).append(Anchor(elapsed_ms, age_ms, utc_ms, record.number))

    def _conflict(self, earlier: Anchor, later: Anchor, off_ms: int) -> None:
        sentence = (
            f"The attestations in records {earlier.number} and {later.number} contradict each other by "
            f"{abs(off_ms) / 1000:.3f} s: at least one station's clock was wrong."
        )
        self.findings.append(Finding("clock-conflict", AGAINST, earlier.number, later.number, sentence))

    def _bound_unattested(self, last: dict[int, int]) -> None:
        """A boot without an attestation lies between its neighbours."""
        boots = sorted(last)
        before: int | None = None
        for boot in boots:
            if boot in self._anchors:
                before = self.span_at(boot, last[boot]).earliest_ms
            else:
                self._between[boot] = UtcSpan(before, None, False)
        after: int | None = None
        for boot in reversed(boots):
            if boot in self._anchors:
                after = self.span_at(boot, 0).latest_ms
            else:
                self._between[boot] = UtcSpan(self._between[boot].earliest_ms, after, False)

    def span_at(self, boot: int, elapsed_ms: int) -> UtcSpan:
        """Bounds at a moment of a boot, in ms since the boot's first record."""
        anchors = self._anchors.get(boot)
        if not anchors:
            return self._between.get(boot, UtcSpan(None, None, False))
        place = bisect.bisect_right(self._at[boot], elapsed_ms)
        near = anchors[max(0, place - 1) : place + 1]
        low, high = near[0].bounds(elapsed_ms)
        if len(near) == 2:
            other_low, other_high = near[1].bounds(elapsed_ms)
            both = max(low, other_low), min(high, other_high)
            # Where they contradict each other (a finding), the bounds hold both.
            low, high = both if both[0] <= both[1] else (min(low, other_low), max(high, other_high))
        return UtcSpan(low, high, True)

    def span(self, index: int) -> UtcSpan:
        """Bounds of the record at a position of `Verified.items`."""
        assert self._verified is not None
        return self.span_at(self._verified.record(index).boot, self._verified.elapsed_ms[index])
