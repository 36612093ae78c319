"""P-256 keys as the tag writes them, and what a seal's signature says."""

import enum
from collections.abc import Iterable

from tagproto import seals
from tagproto.seals import SignedSeal

from ..trust.checking import fits


class Verdict(enum.Enum):
    """HOLDS: made by a key that leads back to a first one. LOOSE: by a key that a seal announced which is itself not
    tied to a first key. UNKNOWN: no seal that was read announced the epoch's key. FALSE: by none announced."""

    HOLDS = enum.auto()
    LOOSE = enum.auto()
    UNKNOWN = enum.auto()
    FALSE = enum.auto()


def compressed(key: bytes) -> bytes:
    """64 bytes, x then y, as the 33 bytes in which seals announce it (SEC 1 section 2.3.3)."""
    return bytes((2 | key[63] & 1,)) + key[:32]


class Keyring:
    """Public keys by epoch, compressed. A tag that could not read a key back announces another in its place: each that
    was announced may sign."""

    def __init__(self, first: Iterable[bytes] = ()) -> None:
        # Those that lead back to a first key, and those that do not.
        self._tied: dict[int, list[bytes]] = {}
        self._loose: dict[int, list[bytes]] = {}
        for point in first:
            self.tie_key(0, point)

    def tied(self, epoch: int) -> list[bytes]:
        """The keys of an epoch that lead back to a first one."""
        return self._tied.get(epoch, [])

    def tie_key(self, epoch: int, point: bytes) -> None:
        """A key of an epoch that is known from elsewhere, 33 bytes."""
        _add(self._tied, epoch, point)

    def judge(self, signed: SignedSeal) -> Verdict:
        """What the signature says (ES256, RFC 9053 section 2.1); the keys that a good seal announces are taken over."""
        epoch = signed.seal.epoch
        tied, loose = self._tied.get(epoch), self._loose.get(epoch)
        known = tied or loose
        if known is not None and not any(fits(point, signed.payload, signed.signature) for point in known):
            return Verdict.FALSE
        if tied:
            self.tie(signed)
            return Verdict.HOLDS
        _announce(self._loose, signed)
        return Verdict.UNKNOWN if loose is None else Verdict.LOOSE

    def tie(self, signed: SignedSeal) -> None:
        """The keys that this seal announces lead back to a first one."""
        _announce(self._tied, signed)


def _announce(known: dict[int, list[bytes]], signed: SignedSeal) -> None:
    for epoch, point in seals.announced(signed.seal).items():
        _add(known, epoch, point)


def _add(known: dict[int, list[bytes]], epoch: int, point: bytes) -> None:
    keys = known.setdefault(epoch, [])
    if point not in keys:
        keys.append(point)
