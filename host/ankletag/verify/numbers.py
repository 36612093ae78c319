"""Record and boot numbers run without gaps, and ticks forward."""

from tagproto import records
from tagproto.records import TICKS_PERIOD_MS, Record

from ..models import AGAINST
from . import _say as say
from .result import Add

_TICKS_MASK = TICKS_PERIOD_MS - 1
_TICKS_HALF = TICKS_PERIOD_MS >> 1
# A tag records something every four days while its log has a page left, so a step of half the period is one back.
# Before a fitting nothing hangs on it: there a longer silence is believed, and only a short way back counts as back.
_TICKS_PERIOD_LESS_AN_HOUR = TICKS_PERIOD_MS - 3_600_000


class Numbers:
    """Where the log stands. expected: number of the next record; boot, ticks: of the last one; elapsed: ms since the
    first record of its boot, wraps of the ticks taken out. What does not run goes to `add`."""

    def __init__(self, add: Add) -> None:
        self._add = add
        self.expected = 0
        self.boot = -1
        self.ticks = 0
        self.elapsed = 0

    def take(self, record: Record, fitted: bool) -> bool:
        """The next record; True when a boot begins with it."""
        number, ticks = record.number, record.ticks
        if number != self.expected:
            self._jump(record)
        self.expected = number + 1
        begins = record.boot != self.boot
        if begins:
            self._new_boot(record)
        else:
            step = (ticks - self.ticks) & _TICKS_MASK
            if step >= _TICKS_HALF and (fitted or step >= _TICKS_PERIOD_LESS_AN_HOUR):
                step -= TICKS_PERIOD_MS
                self._add("ticks-backwards", AGAINST, number, number, say.ticks_backwards(record, -step))
            self.elapsed += step
        self.ticks = ticks
        return begins

    def elapsed_at(self, boot: int, ticks: int) -> int:
        """Of a seal behind the last record: ms since the first record of its boot."""
        return self.elapsed + (records.ticks_after(self.ticks, ticks) if boot == self.boot else 0)

    def _jump(self, record: Record) -> None:
        number, expected = record.number, self.expected
        if number < expected:
            self._add("record-repeat", AGAINST, number, number, say.record_repeat(record, expected))
            return
        values = record.values() if record.kind == records.BOOT else {}
        if isinstance(values, dict) and values.get("skipped") == number - expected:
            return
        self._add("record-gap", AGAINST, expected, number - 1, say.record_gap(expected, number - 1))

    def _new_boot(self, record: Record) -> None:
        if self.boot >= 0 and record.boot != self.boot + 1:
            self._add("boot-gap", AGAINST, record.number, record.number, say.boot_gap(self.boot, record.boot))
        elif record.kind != records.BOOT and (self.boot >= 0 or not record.number):
            self._add("boot-gap", AGAINST, record.number, record.number, say.boot_unsaid(record))
        self.boot = record.boot
        self.elapsed = 0
