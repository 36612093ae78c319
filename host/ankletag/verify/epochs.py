"""Who may sign which seal: the first key is given, seals announce those that follow, and epochs run without gaps."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from tagproto.records import Record
from tagproto.seals import SignedSeal

from ..models import AGAINST, INFORMATION
from . import _say as say
from .keys import Keyring, Verdict, compressed
from .result import Add

# A seal announces the key of the second one behind it.
_ANNOUNCED_BEFORE = 2


@dataclass(frozen=True, slots=True)
class _Loose:
    """A seal that nothing ties to a first key yet. why: the reason, for a finding."""

    signed: SignedSeal
    why: str
    first: int | None
    last: int | None


class Epochs:
    """Keys and epochs along the log. What does not hold goes to `add`. any_tied: whether a seal was tied yet."""

    def __init__(self, first_keys: Iterable[bytes], add: Add) -> None:
        self._keyring = Keyring(first_keys)
        self.any_tied = False
        self._add = add
        # The next seal's epoch lies between these: a seal that cannot be read may have announced a key or not.
        self._low = 0
        self._high = 0
        self._seen: set[bytes] = set()
        # Where announcements were lost last: number of the last such seal, and the words for it.
        self._lost_at = -1
        self._lost_words = ""
        self._loose: list[_Loose] = []

    def tied(self, epoch: int) -> list[bytes]:
        """The keys of an epoch, 33 bytes each, that lead back to a first one."""
        return self._keyring.tied(epoch)

    def tie_key(self, epoch: int, point: bytes) -> None:
        """A key that a receipt's checkpoint vouches for."""
        self._keyring.tie_key(epoch, point)

    def key_record(self, record: Record, epoch: int, key: bytes) -> bool:
        """A key that the log names: the first one is taken where none was given (True), others must be known."""
        known = self._keyring.tied(epoch)
        if not known and epoch == 0:
            self._keyring.tie_key(0, compressed(key))
            return True
        if compressed(key) not in known:
            self._add("key-differs", AGAINST, record.number, record.number, say.key_differs(epoch, bool(known)))
        return False

    def seal(self, signed: SignedSeal, lost: int, first: int | None, last: int | None) -> list[SignedSeal]:
        """The seals that lead back to a first key from here on: this one, and those before it that it vouches for.

        lost: seals missing before it; negative: a repeat.
        """
        verdict = self._keyring.judge(signed)
        if lost > 0:
            self._lost_at = signed.seal.number - 1
            self._lost_words = say.why_missing(signed.seal.number - lost, self._lost_at)
        tied: list[SignedSeal] = []
        if verdict == Verdict.FALSE:
            self._lost_at = signed.seal.number
            self._lost_words = say.why_false(self._lost_at)
            self._add("seal-signature", AGAINST, first, last, say.seal_signature(signed))
        elif verdict == Verdict.HOLDS:
            self.any_tied = True
            tied = [signed, *self._vouched(signed)]
            if lost >= 0:
                self.finish()
        else:
            self._loose.append(_Loose(signed, self._why(signed), first, last))
        self._order(signed, verdict, lost, first, last)
        return tied

    def _why(self, signed: SignedSeal) -> str:
        """Why its key is not known: the seal before the one before it announced it, or was to."""
        if not signed.seal.epoch:
            return say.WHY_NO_FIRST
        near = self._lost_at >= 0 and 0 <= signed.seal.number - self._lost_at <= _ANNOUNCED_BEFORE
        return self._lost_words if near else say.WHY_NOT_ANNOUNCED

    def _vouched(self, signed: SignedSeal) -> list[SignedSeal]:
        """A seal that holds names the hash of the one before it: that is the tag's then, whatever key signed it."""
        found: list[SignedSeal] = []
        after = signed
        while self._loose and self._loose[-1].signed.hash() == after.seal.previous:
            loose = self._loose.pop()
            self._add("seal-by-hash", INFORMATION, loose.first, loose.last, say.seal_by_hash(loose.signed, loose.why))
            self._keyring.tie(loose.signed)
            found.append(loose.signed)
            after = loose.signed
        return found

    def finish(self) -> None:
        """No seal that holds is to come for those that nothing ties to a first key."""
        run, self._loose = self._loose, []
        if not run:
            return
        linked = all(later.signed.seal.previous == earlier.signed.hash() for earlier, later in itertools.pairwise(run))
        numbers = [number for loose in run for number in (loose.first, loose.last) if number is not None]
        sentence = say.key_unknown(run[0].signed, run[-1].signed, run[0].why, linked)
        self._add("key-unknown", AGAINST, min(numbers, default=None), max(numbers, default=None), sentence)

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
