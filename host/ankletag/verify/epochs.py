"""Who may sign which seal: the first key is pinned, seals announce those that follow, and epochs run without gaps."""

from dataclasses import dataclass

from tagproto.records import Record
from tagproto.seals import SignedSeal

from ..models import AGAINST
from . import _say as say
from .keys import Keyring, Verdict, compressed
from .result import Add


@dataclass(slots=True)
class _Run:
    """Seals in a row that nothing ties to the pinned key. breaks: how many of them have a key that nobody announced."""

    why: str
    epoch: int
    first_seal: int
    last_seal: int = 0
    first_record: int | None = None
    last_record: int | None = None
    breaks: int = 0


class Epochs:
    """Keys and epochs along the log. What does not hold goes to `add`."""

    def __init__(self, pinned_key: bytes | None, add: Add) -> None:
        self._keyring = Keyring()
        if pinned_key is not None:
            self._keyring.pin(pinned_key)
        self._add = add
        # The next seal's epoch lies between these: a seal that cannot be read may have announced a key or not.
        self._low = 0
        self._high = 0
        self._seen: set[bytes] = set()
        self._last: SignedSeal | None = None
        self._last_verdict = Verdict.HOLDS
        self._run: _Run | None = None

    def key_record(self, record: Record, epoch: int, key: bytes) -> bool:
        """A key that the log names: the first one is taken where none was pinned (True), others must be known."""
        known = self._keyring.tied(epoch)
        if not known and epoch == 0:
            self._keyring.pin(key)
            return True
        if compressed(key) not in known:
            self._add("key-differs", AGAINST, record.number, record.number, say.key_differs(epoch, bool(known)))
        return False

    def read_beside(self, signed: SignedSeal) -> None:
        """A seal out of a page that is refused for one bit, read with that bit put right: only its keys are taken, and
        only if the signature holds, which no wrong bit would let it."""
        if self._keyring.tied(signed.seal.epoch):
            self._keyring.judge(signed)

    def seal(self, signed: SignedSeal, lost: int, first: int | None, last: int | None) -> bool:
        """True when the signature leads back to the pinned key. lost: seals missing before it; negative: a repeat."""
        verdict = self._keyring.judge(signed)
        if verdict == Verdict.FALSE:
            self._add("seal-signature", AGAINST, first, last, say.seal_signature(signed))
        elif verdict == Verdict.HOLDS:
            self._end_run()
        else:
            self._join_run(signed, verdict, lost, first, last)
        self._order(signed, verdict, lost, first, last)
        self._last, self._last_verdict = signed, verdict
        return verdict == Verdict.HOLDS

    def finish(self) -> None:
        """The log ends here."""
        self._end_run()

    def _order(self, signed: SignedSeal, verdict: Verdict, lost: int, first: int | None, last: int | None) -> None:
        seal, digest = signed.seal, signed.hash()
        if digest in self._seen:
            # A copy of a seal that was there: its number says so already.
            return
        self._seen.add(digest)
        self._high += max(0, lost)
        if verdict == Verdict.FALSE:
            # Its epoch is not to be believed. The seal in whose place it stands may have announced a key.
            self._high += lost >= 0
            return
        if seal.epoch < self._low:
            self._add("epoch-repeat", AGAINST, first, last, say.epoch_repeat(signed, self._low))
            return
        if seal.epoch > self._high:
            self._add("epoch-gap", AGAINST, first, last, say.epoch_gap(signed, self._high))
        self._low = self._high = seal.epoch + bool(seal.next_keys)

    def _join_run(self, signed: SignedSeal, verdict: Verdict, lost: int, first: int | None, last: int | None) -> None:
        run = self._run
        if run is None:
            run = self._run = _Run(self._why(signed, lost), signed.seal.epoch, signed.seal.number)
        run.last_seal = signed.seal.number
        run.breaks += verdict == Verdict.UNKNOWN
        if first is not None:
            run.first_record = first if run.first_record is None else run.first_record
            run.last_record = last

    def _why(self, signed: SignedSeal, lost: int) -> str:
        if not signed.seal.epoch:
            return say.WHY_NOTHING_PINNED
        if lost > 0:
            return say.why_missing(signed.seal.number - lost, signed.seal.number - 1)
        if self._last is not None and self._last_verdict == Verdict.FALSE:
            return say.why_false(self._last.seal.number)
        return say.WHY_NOT_ANNOUNCED

    def _end_run(self) -> None:
        run = self._run
        if run is None:
            return
        self._run = None
        sentence = say.key_unknown(run.epoch, run.why, run.first_seal, run.last_seal, run.breaks)
        self._add("key-unknown", AGAINST, run.first_record, run.last_record, sentence)
