"""Receipts against the log: a station's word about a seal, and the keys with which a chain can start anew."""

from tagproto.cose import POINT_SIZE

from . import _say as say
from .epochs import Epochs

_NO_KEY = bytes(POINT_SIZE)


class Receipts:
    """What receipts that hold may say. anchored_at: the seal of the receipt that tied the log to what a station
    verified before any seal was tied to a first key; None for none."""

    def __init__(self, epochs: Epochs) -> None:
        self._epochs = epochs
        self._hashes: dict[int, set[bytes]] = {}
        self._lost = False
        self.anchored_at: int | None = None

    def gap(self) -> None:
        """Something is missing here, a seal perhaps."""
        self._lost = True

    def seal(self, number: int, digest: bytes) -> None:
        """The next seal of the log."""
        self._lost = False
        self._hashes.setdefault(number, set()).add(digest)

    def take(self, values: dict[str, int | bytes], next_seal: int) -> tuple[str | None, bool]:
        """(what differs, as a sentence's end; whether the checkpoint's keys were taken over)."""
        number, digest, epoch, keys = (values[name] for name in ("seal_number", "seal_hash", "epoch", "keys"))
        assert isinstance(number, int)
        assert isinstance(epoch, int)
        assert isinstance(digest, bytes)
        assert isinstance(keys, bytes)
        known = self._hashes.get(number)
        if known is not None and digest not in known:
            return say.receipt_hash(number), False
        if known is None and number >= next_seal and not self._lost:
            return say.receipt_early(number), False
        pairs = [(epoch, keys[:POINT_SIZE]), (epoch + 1, keys[POINT_SIZE:])]
        named = [(each, point, self._epochs.tied(each)) for each, point in pairs if point != _NO_KEY]
        for each, point, tied in named:
            if tied and point not in tied:
                return say.receipt_key(each), False
        new = [(each, point) for each, point, tied in named if not tied]
        if new and not self._epochs.any_tied:
            self.anchored_at = number
        for each, point in new:
            self._epochs.tie_key(each, point)
        return None, bool(new)
