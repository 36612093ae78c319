"""The walk along the log: numbers, boots, ticks, statements, seals, keys."""

import dataclasses

from tagproto import coding, commands, records, seals
from tagproto.bad import Bad
from tagproto.pages import Item
from tagproto.records import Record

from ..models import AGAINST, INFORMATION, Finding, config_of
from . import _say as say
from . import _say_trust
from .epochs import Epochs
from .numbers import Numbers
from .pageset import PageSet
from .receipts import Receipts
from .result import Verified, Window
from .schedule import OF_A_FULL_LOG, Schedule
from .statements import Statements, Values
from .stream import Gap
from .window import OpenWindow


class Walk:
    """Takes item after item; what it finds stands in `result`. first_keys: of epoch 0, 33 bytes each."""

    def __init__(self, pageset: PageSet, result: Verified, statements: Statements, first_keys: list[bytes]) -> None:
        self.pageset = pageset
        self.result = result
        self.statements = statements
        self.result.pages = len(pageset.good) + len(pageset.bad)
        present = pageset.good.keys() | pageset.bad.keys()
        self.result.first_page = min(present, default=0)
        self.result.last_page = max(present, default=-1)
        self._add = result.add
        self.pinned = bool(first_keys)
        self.epochs = Epochs(first_keys, self._add)
        self.receipts = Receipts(self.epochs)
        # What is missing in front of the first record and the first seal: nothing, if a receipt anchors the log.
        self.front: list[Finding] = []
        self.first_root: tuple[Finding, int] | None = None
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
            self.receipts.gap()
        elif item.kind == coding.RECORD:
            self._record(item)
        elif item.kind == coding.SEAL:
            self._seal(item)
        elif item.kind == coding.SEED and isinstance(item.value, bytes):
            self.window.seed(item.value)

    # Records

    def _record(self, item: Item) -> None:
        record = item.value
        assert isinstance(record, Record)
        if self.gaps:
            self._close_gaps(record.number - 1)
        is_first = not self.result.items and record.number > 0
        before = len(self.result.findings)
        if self.numbers.take(record, self.schedule.fitted):
            self.schedule.restart(0)
        if is_first:
            self.front += [each for each in self.result.findings[before:] if each.code == "record-gap"]
        result, elapsed = self.result, self.numbers.elapsed
        if self.schedule.waits_for_room and record.kind != records.LOST:
            self.schedule.restart(elapsed)
        result.items.append(item)
        self.window.add(record)
        result.elapsed_ms.append(elapsed)
        result.proven.append(0)
        if record.kind != records.READING:
            self._event(record)
        elif elapsed > self.schedule.late_from_ms:
            self.schedule.missing = True

    def _close_gaps(self, last: int | None) -> None:
        """Say what is missing, now that the record behind it is known. last: the last one that may be; None: any."""
        first = self.numbers.expected
        # Seals, seeds or parts of records were lost, but no whole record, where the last is below the first.
        whole = last is None or last >= first
        numbers = (first if whole else None, last if whole else None)
        for gap in self.gaps:
            code, sentence = say.gap(gap, self.pageset, numbers)
            self._add(code, AGAINST, numbers[0], numbers[1], sentence)
            if gap.is_missing and not gap.first:
                self.front.append(self.result.findings[-1])
        self.gaps = []

    def _event(self, record: Record) -> None:
        values = record.values()
        if record.kind == records.REMOVE:
            self.schedule.remove()
        elif record.kind == records.LOST and not isinstance(values, Bad):
            self._lost(record, values)
        self.schedule.look(self.numbers.elapsed)
        if isinstance(values, Bad):
            self._add("record-bad", AGAINST, record.number, record.number, say.record_bad(record, values.detail))
            return
        if record.kind == records.KEY:
            self._key(record, values)
        elif record.kind == records.CONFIG:
            self._config(record, values)
        elif record.kind == records.FIT:
            self.schedule.fit(self.numbers.elapsed)
        elif record.kind == records.TRUST:
            self.statements.trust(record, values)
        if record.kind in commands.RECORDS:
            holds = self.statements.holds(len(self.result.items) - 1, record, values)
            if holds and record.kind == records.RECEIPT:
                self._receipt(record, values)

    def _config(self, record: Record, values: Values) -> None:
        number = record.number
        if self.statements.calibrated_otherwise(values):
            self._add("calibration-differs", AGAINST, number, number, _say_trust.calibration_differs(number))
        config = config_of(record)
        if config is None:
            self._add("record-bad", AGAINST, number, number, say.record_bad(record, "a divisor is zero"))
        else:
            self.schedule.configure(config, self.numbers.elapsed)

    def _receipt(self, record: Record, values: Values) -> None:
        number = record.number
        differs, is_anchor = self.receipts.take(values, self.next_seal)
        if differs is not None:
            self._add("receipt-differs", AGAINST, number, number, say.receipt(number, differs))
        elif is_anchor:
            self._add("anchored", INFORMATION, number, number, say.anchored(number))

    def _lost(self, record: Record, values: Values) -> None:
        count, first_ticks = values["count"], values["first_ticks"]
        assert isinstance(count, int)
        assert isinstance(first_ticks, int)
        self._add("readings-lost", INFORMATION, record.number, record.number, say.readings_lost(record, count))
        if all(other.kind in OF_A_FULL_LOG for other in self.window.records):
            self.schedule.full(self.numbers.elapsed + records.ticks_after(record.ticks, first_ticks))

    def _key(self, record: Record, values: Values) -> None:
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
            self.receipts.gap()
            self.window_item = len(self.result.items)
            self.window.close()
            return
        seal = signed.seal
        result = self.result
        first, last = (seal.first, seal.first + seal.count - 1) if seal.count else (None, None)
        if self.gaps:
            self._close_gaps(seal.first + seal.count - 1 if seal.count else -1)
        tied = self.epochs.seal(signed, seal.number - self.next_seal, first, last)
        sound = seal.tag_id == result.tag_id
        if not sound:
            self._add("seal-signature", AGAINST, first, last, say.seal_of_other_tag(signed, result.tag_id))
        # What is sealed twice counts once: pages carry no signature of their own, so they can be copied in again.
        sound = self._chain(signed, first, last) and sound
        sound = self._root(signed, first, last) and sound
        elapsed = self.numbers.elapsed_at(seal.boot, seal.ticks)
        if self.schedule.sealed(elapsed, seal.count):
            self._add("seal-late", AGAINST, first, last, say.seal_late(signed))
        end = len(result.items)
        if sound:
            self.sound[signed.hash()] = len(result.windows)
        result.windows.append(Window(signed, self.window_item, end, False, elapsed, self.window.seed_of(signed)))
        self.receipts.seal(seal.number, signed.hash())
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
            if not self.result.windows:
                self.front.append(self.result.findings[-1])
        elif self.previous is not None and signed.seal.previous != self.previous:
            self._add("seal-chain", AGAINST, first, last, say.seal_chain(number))
        self.next_seal = max(self.next_seal, number + 1)
        self.previous = signed.hash()
        return not again

    def _root(self, signed: seals.SignedSeal, first: int | None, last: int | None) -> bool:
        result, sentence = self.result, self.window.fault(signed)
        if sentence:
            self._add("window-root", AGAINST, first, last, sentence)
            if not result.windows:
                self.first_root = result.findings[-1], signed.seal.first
        return not sentence

    def finish(self) -> None:
        """No item follows."""
        if self.gaps:
            self._close_gaps(None)
        self.epochs.finish()
        result = self.result
        tail = len(result.items) - self.window_item
        if tail:
            first, last = result.record(self.window_item).number, result.record(len(result.items) - 1).number
            if self.schedule.missing:
                self._add("seal-late", AGAINST, first, last, say.tail_late())
            self._add("record-unsealed", INFORMATION, first, last, say.record_unsealed(tail, first, last))
        if not result.items:
            self._add("record-gap", AGAINST, None, None, say.nothing(result.pages))
        if not self.pinned:
            self._add("key-not-pinned", AGAINST, None, None, say.key_not_pinned())
        self._forgive_front()

    def _forgive_front(self) -> None:
        """What is missing up to the checkpoint that anchors the log is no finding; what is missing behind it is one."""
        result, anchored_at = self.result, self.receipts.anchored_at
        if anchored_at is None or not result.first_page or not result.windows:
            return
        number = result.windows[0].seal.seal.number
        if number > anchored_at + 1:
            return
        if number <= anchored_at and self.first_root and result.items and self.first_root[1] < result.record(0).number:
            self.front.append(self.first_root[0])
        result.findings = [each for each in result.findings if not any(each is front for front in self.front)]
