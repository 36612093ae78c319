"""Checking a disclosure: from the authority's key to the one record, and when it was made."""

from dataclasses import dataclass

from tagproto import coding, commands, documents, records, seals
from tagproto.bad import Bad
from tagproto.pages import Item
from tagproto.records import Record
from tagproto.seals import SignedSeal
from tagproto.tree import leaf_hash

from ..models import AGAINST, INFORMATION, Finding, UtcSpan
from ..time import Clock
from ..trust.chains import trust
from ..verify import Given, Verified, Window
from ..verify.epochs import Epochs
from ..verify.keys import compressed
from ..verify.papers import certificates, judge_documents, judge_times, judge_witness
from ..verify.receipts import Receipts
from ..verify.statements import Statements, Values
from . import _say as say
from .form import Disclosure, Shown
from .proof import root_of


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What a disclosure shows. verified: its records in the order of their numbers, and the findings; record: the one
    that is disclosed, None where it cannot be read; config: its configuration; proven: nothing speaks against it."""

    verified: Verified
    record: Record | None
    config: Record | None
    span: UtcSpan
    proven: bool


def check_disclosure(disclosure: Disclosure, given: Given) -> Disclosed:
    """Everything that can be said about a disclosed record. given: its documents and order are not looked at."""
    return _Check(disclosure, given).run()


class _Check:
    def __init__(self, disclosure: Disclosure, given: Given) -> None:
        self.given = Given(given.authority, disclosure.documents, None, given.witnesses)
        self.trusted = trust(disclosure.documents, given.authority)
        self.disclosure = disclosure
        self.verified = Verified(disclosure.tag_id, disclosure.public_key or b"", trusted=self.trusted)
        first = [each.octets(documents.KEY) for each in certificates(self.trusted, disclosure.tag_id)]
        if not first and disclosure.public_key is not None:
            first = [compressed(disclosure.public_key)]
        if not first:
            self.verified.add("key-not-pinned", AGAINST, None, None, say.no_key())
        self.statements = Statements(self.trusted, self.given, disclosure.tag_id, self.verified.add)
        self.epochs = Epochs(first, self.verified.add)
        self.receipts = Receipts(self.epochs)
        self.windows: dict[int, Window] = {}

    def run(self) -> Disclosed:
        verified, disclosure = self.verified, self.disclosure
        judge_documents(self.trusted, disclosure.tag_id, disclosure.public_key, verified.add)
        parsed = [(shown, records.parse(shown.record)) for shown in disclosure.records]
        main = parsed[0][1]
        read = [(shown, record) for shown, record in parsed if isinstance(record, Record)]
        if len(read) != len(parsed):
            verified.add("record-bad", AGAINST, None, None, say.record_bad())
        read.sort(key=lambda pair: pair[1].number)
        self._seals(self._judge_statements([record for _, record in read]))
        for shown, record in read:
            self._take(shown, record)
        verified.statements = self.statements.held
        self._elapse()
        verified.clock = Clock(verified)
        verified.findings += verified.clock.findings
        judge_times(verified, self.trusted, verified.add)
        for witness in self.given.witnesses:
            judge_witness(verified, witness, verified.add)
        span, config = UtcSpan(None, None, False), None
        if isinstance(main, Record):
            at = next(index for index, record in enumerate(verified.records()) if record is main)
            span = verified.clock.span(at)
            before = [record for record in verified.records() if record.number <= main.number]
            config = next((record for record in reversed(before) if record.kind == records.CONFIG), None)
        return Disclosed(verified, main if isinstance(main, Record) else None, config, span, not verified.against)

    def _judge_statements(self, read: list[Record]) -> list[tuple[int, Values]]:
        """(number, values) of the receipts that hold."""
        found: list[tuple[int, Values]] = []
        for index, record in enumerate(read):
            values = record.values()
            if record.kind in commands.RECORDS and not isinstance(values, Bad):
                holds = self.statements.holds(index, record, values)
                if holds and record.kind == records.RECEIPT:
                    found.append((record.number, values))
        return found

    def _seals(self, receipts: list[tuple[int, Values]]) -> None:
        """As they follow in a log, with the receipts between them."""
        due = 0
        front: Finding | None = None
        previous: bytes | None = seals.NO_PREVIOUS
        for encoded in self.disclosure.seals:
            signed = seals.parse(encoded)
            if not isinstance(signed, SignedSeal):
                self.verified.add("seal-signature", AGAINST, None, None, say.seal_bad())
                continue
            seal = signed.seal
            if not self.windows and seal.number:
                self.receipts.gap()
            while receipts and receipts[0][0] < seal.first + seal.count:
                self._receipt(*receipts.pop(0), due)
            self._seal(signed, due, previous)
            if not due and seal.number:
                front = next((each for each in self.verified.findings if each.code == "seal-gap"), None)
            due, previous = max(due, seal.number + 1), signed.hash()
        for number, values in receipts:
            self._receipt(number, values, due)
        self.epochs.finish()
        at = self.receipts.anchored_at
        if at is not None and front is not None and self.windows and min(self.windows) <= at + 1:
            self.verified.findings.remove(front)

    def _receipt(self, number: int, values: Values, due: int) -> None:
        differs, is_anchor = self.receipts.take(values, due)
        if differs is not None:
            self.verified.add("receipt-differs", AGAINST, number, number, say.receipt(number, differs))
        elif is_anchor:
            self.verified.add("anchored", INFORMATION, number, number, say.anchored(number))

    def _seal(self, signed: SignedSeal, due: int, previous: bytes | None) -> None:
        seal, add = signed.seal, self.verified.add
        first, last = (seal.first, seal.first + seal.count - 1) if seal.count else (None, None)
        if seal.tag_id != self.disclosure.tag_id:
            add("seal-signature", AGAINST, first, last, say.seal_of_other(seal.number))
        if seal.number != due:
            add("seal-gap", AGAINST, first, last, say.seal_gap(due, seal.number))
        elif seal.previous != previous:
            add("seal-chain", AGAINST, first, last, say.seal_chain(seal.number))
        window = Window(signed, 0, 0, False, 0)
        self.windows.setdefault(seal.number, window)
        self.verified.windows.append(window)
        self.receipts.seal(seal.number, signed.hash())
        self.epochs.seal(signed, seal.number - due, first, last)

    def _take(self, shown: Shown, record: Record) -> None:
        verified, number = self.verified, record.number
        window = self.windows.get(shown.seal)
        leads = False
        if window is not None:
            seal = window.seal.seal
            root = root_of(leaf_hash(shown.salt, shown.record), shown.index, seal.count, shown.path)
            leads = root == seal.root and number == seal.first + shown.index
        if not leads:
            verified.add("window-root", AGAINST, number, number, say.not_under_seal(number, shown.seal))
        verified.items.append(Item(coding.RECORD, record, 0, 0, 0, 0))
        verified.proven.append(leads)

    def _elapse(self) -> None:
        """Moments in each boot, from the ticks of records and of the seals between them: these are never half a period
        of the ticks apart."""
        read = enumerate(self.verified.records())
        points = [(record.number, record.boot, record.ticks, index) for index, record in read]
        ends = [window.seal.seal for window in self.verified.windows]
        points += [(seal.first + seal.count - 1, seal.boot, seal.ticks, -1) for seal in ends]
        points.sort(key=lambda point: (point[1], point[0], point[3] < 0))
        elapsed = [0] * len(self.verified.items)
        boot, at, ticks = -1, 0, 0
        for _, of_boot, now, index in points:
            at = at + (now - ticks) % records.TICKS_PERIOD_MS if of_boot == boot else 0
            boot, ticks = of_boot, now
            if index >= 0:
                elapsed[index] = at
        self.verified.elapsed_ms = elapsed
