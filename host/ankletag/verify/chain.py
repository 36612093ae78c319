"""The walk along the log: numbers, boots, ticks, seals, keys."""

import dataclasses
import gc
from collections.abc import Iterable

from tagproto import coding, records, seals
from tagproto.bad import Bad
from tagproto.pages import Item
from tagproto.records import Record

from ..models import AGAINST, INFORMATION, Finding, config_of
from . import _say as say
from .epochs import Epochs
from .locate import seals_in
from .numbers import Numbers
from .pageset import PageSet, collect
from .result import Verified, Window
from .schedule import OF_A_FULL_LOG, Schedule
from .stream import Gap, items
from .window import OpenWindow


def verify_pages(raws: Iterable[bytes], pinned_key: bytes | None = None, tag_id: bytes | None = None) -> Verified:
    """Everything that can be said about raw 256-byte pages, in any order, copies in the order of their receipt.

    pinned_key: the 64-byte public key of epoch 0 that was pinned at fitting; without one the log's own is taken and
    that is a finding. tag_id: the tag that the pages are said to come from; without one, the one of the first seal.
    Never raises for bad evidence: what does not hold is a Finding in the result.
    """
    collecting = gc.isenabled()
    # Hundreds of thousands of small objects and no cycles: the collector would only walk them again and again.
    gc.disable()
    try:
        pageset = collect(raws)
        walk = _Walk(pageset, pinned_key, tag_id)
        for item in items(pageset):
            walk.take(item)
        return walk.finish()
    finally:
        if collecting:
            gc.enable()


class _Walk:
    def __init__(self, pageset: PageSet, pinned_key: bytes | None, tag_id: bytes | None) -> None:
        self.pageset = pageset
        self.result = Verified(tag_id=tag_id or b"", public_key=pinned_key or b"")
        self.result.pages = len(pageset.good) + len(pageset.bad)
        present = pageset.good.keys() | pageset.bad.keys()
        self.result.first_page = min(present, default=0)
        self.result.last_page = max(present, default=-1)
        self.findings = self.result.findings
        self.findings += pageset.findings
        self.pinned = pinned_key is not None
        self.epochs = Epochs(pinned_key, self._add)
        self.schedule = Schedule()
        self.gaps: list[Gap] = []
        self.numbers = Numbers(self._add)
        # The window that is open, and where its items begin.
        self.window = OpenWindow()
        self.window_item = 0
        self.next_seal = 0
        # Windows by the hash of their seal, when all but the signature is right.
        self.sound: dict[bytes, int] = {}
        self.previous: bytes | None = seals.NO_PREVIOUS

    def take(self, item: Item | Gap) -> None:
        if isinstance(item, Gap):
            self.gaps.append(item)
            self.window.gap()
            if item.bad is not None and item.bad.corrected is not None:
                for signed in seals_in(self.pageset.good, item.bad.corrected):
                    self.epochs.read_beside(signed)
        elif item.kind == coding.RECORD:
            self._record(item)
        elif item.kind == coding.SEAL:
            self._seal(item)
        elif item.kind == coding.SEED and isinstance(item.value, bytes):
            self.window.seed(item.value)

    def _add(self, code: str, severity: str, first: int | None, last: int | None, sentence: str) -> None:
        self.findings.append(Finding(code, severity, first, last, sentence))

    # Records

    def _record(self, item: Item) -> None:
        record = item.value
        assert isinstance(record, Record)
        number = record.number
        if self.gaps:
            self._close_gaps(number)
        if self.numbers.take(record, self.schedule.fitted):
            self.schedule.restart(0)
        if self.schedule.waits_for_room and record.kind not in OF_A_FULL_LOG:
            self.schedule.restart(self.numbers.elapsed)
        result = self.result
        result.items.append(item)
        self.window.add(record)
        result.elapsed_ms.append(self.numbers.elapsed)
        result.proven.append(0)
        if record.kind != records.READING:
            self._event(record)

    def _close_gaps(self, number: int | None) -> None:
        """Say what is missing, now that the record behind it is known."""
        first = self.numbers.expected
        last = None if number is None else number - 1
        if last is not None and last < first:
            # Seals, seeds or parts of records were lost, but no whole record.
            first_last: tuple[int | None, int | None] = (None, None)
        else:
            first_last = (first, last)
        for gap in self.gaps:
            code, sentence, place = say.gap(gap, self.pageset, first_last)
            where = (place.first_record, place.last_record) if place and place.first_record is not None else first_last
            self._add(code, AGAINST, where[0], where[1], sentence)
        self.gaps = []

    def _event(self, record: Record) -> None:
        values = record.values()
        if isinstance(values, Bad):
            self._add("record-bad", AGAINST, record.number, record.number, say.record_bad(record, values.detail))
            return
        if record.kind == records.KEY:
            self._key(record, values)
        elif record.kind == records.CONFIG:
            config = config_of(record)
            if config is None:
                detail = "a divisor is zero"
                self._add("record-bad", AGAINST, record.number, record.number, say.record_bad(record, detail))
            else:
                self.schedule.configure(config, self.numbers.elapsed)
        elif record.kind == records.FIT:
            self.schedule.fitted = True
            self.schedule.restart(self.numbers.elapsed)
        elif record.kind == records.REMOVE:
            self.schedule.fitted = False
        elif record.kind == records.LOST:
            self._lost(record, values)

    def _lost(self, record: Record, values: dict[str, int | bytes]) -> None:
        count, first_ticks = values["count"], values["first_ticks"]
        assert isinstance(count, int)
        assert isinstance(first_ticks, int)
        self._add("readings-lost", INFORMATION, record.number, record.number, say.readings_lost(record, count))
        if all(other.kind in OF_A_FULL_LOG for other in self.window.records):
            self.schedule.full(self.numbers.elapsed - (record.ticks - first_ticks) % records.TICKS_PERIOD_MS)

    def _key(self, record: Record, values: dict[str, int | bytes]) -> None:
        epoch, key = values["epoch"], values["public_key"]
        assert isinstance(epoch, int)
        assert isinstance(key, bytes)
        if self.epochs.key_record(record, epoch, key):
            self.result.public_key = key

    # Seals

    def _seal(self, item: Item) -> None:
        assert isinstance(item.value, bytes)
        signed = seals.parse(item.value)
        if isinstance(signed, Bad):
            self._add("seal-signature", AGAINST, None, None, say.seal_unreadable(item.seq, signed.detail))
            self.previous = None
            self.window_item = len(self.result.items)
            self.window.close()
            return
        seal = signed.seal
        result = self.result
        if not result.tag_id:
            result.tag_id = seal.tag_id
        first, last = (seal.first, seal.first + seal.count - 1) if seal.count else (None, None)
        if self.gaps:
            self._close_gaps(seal.first + seal.count if seal.count else None)
            self.previous = None if seal.number != self.next_seal else self.previous
        tied = self.epochs.seal(signed, seal.number - self.next_seal, first, last)
        sound = True
        if seal.tag_id != result.tag_id:
            sound = False
            self._add("seal-signature", AGAINST, first, last, say.seal_of_other_tag(signed, result.tag_id))
        # What is sealed twice counts once: pages carry no signature of their own, so they can be copied in again.
        sound = self._chain(signed, first, last) and sound
        sound = self._root(signed, first, last) and sound
        elapsed = self._seal_elapsed(signed)
        if self.schedule.sealed(elapsed, seal.count):
            self._add("seal-late", AGAINST, first, last, say.seal_late(signed))
        end = len(result.items)
        if sound:
            self.sound[signed.hash()] = len(result.windows)
        result.windows.append(Window(signed, self.window_item, end, False, elapsed))
        for one in tied:
            self._prove(one)
        self.window_item = end
        self.window.close()

    def _prove(self, signed: seals.SignedSeal) -> None:
        """Its signature holds, or a seal whose signature holds carries its hash."""
        place = self.sound.get(signed.hash())
        if place is None:
            return
        windows = self.result.windows
        window = windows[place] = dataclasses.replace(windows[place], held=True)
        # A window that holds is its last `count` records: what stands before them belongs to a lost seal.
        count = signed.seal.count
        self.result.proven[window.last_item - count : window.last_item] = b"\1" * count

    def _chain(self, signed: seals.SignedSeal, first: int | None, last: int | None) -> bool:
        """False for a seal whose number was there before."""
        number = signed.seal.number
        again = number < self.next_seal
        if again:
            self._add("seal-repeat", AGAINST, first, last, say.seal_repeat(number, self.next_seal))
        elif number > self.next_seal:
            self._add("seal-gap", AGAINST, first, last, say.seal_gap(self.next_seal, number))
        elif self.previous is not None and signed.seal.previous != self.previous:
            self._add("seal-chain", AGAINST, first, last, say.seal_chain(number))
        self.next_seal = max(self.next_seal, number + 1)
        self.previous = signed.hash()
        return not again

    def _root(self, signed: seals.SignedSeal, first: int | None, last: int | None) -> bool:
        sentence = self.window.fault(signed)
        if sentence:
            self._add("window-root", AGAINST, first, last, sentence)
        return not sentence

    def _seal_elapsed(self, signed: seals.SignedSeal) -> int:
        if signed.seal.boot != self.numbers.boot or not self.result.items:
            return self.numbers.elapsed
        return self.numbers.elapsed + records.ticks_after(self.numbers.ticks, signed.seal.ticks)

    def finish(self) -> Verified:
        if self.gaps:
            self._close_gaps(None)
        self.epochs.finish()
        result = self.result
        tail = len(result.items) - self.window_item
        if tail:
            first, last = result.record(self.window_item).number, result.record(len(result.items) - 1).number
            if self.schedule.late(self.numbers.elapsed):
                self._add("seal-late", AGAINST, first, last, say.tail_late())
            self._add("record-unsealed", INFORMATION, first, last, say.record_unsealed(tail, first, last))
        if not result.items:
            self._add("record-gap", AGAINST, None, None, say.nothing(result.pages))
        if not self.pinned:
            self._add("key-not-pinned", AGAINST, None, None, say.key_not_pinned())
        self._add("not-certified", INFORMATION, None, None, say.not_certified())
        return result
