"""P-256 keys as the tag writes them, and what a seal's signature says."""

import enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from tagproto import seals
from tagproto.seals import SignedSeal

_ALGORITHM = ec.ECDSA(Prehashed(hashes.SHA256()))


class Verdict(enum.Enum):
    """HOLDS: made by a key that leads back to the pinned one. LOOSE: by a key that a seal announced which is itself not
    tied to the pinned key. UNKNOWN: no seal that was read announced the epoch's key. FALSE: by none announced."""

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

    def __init__(self) -> None:
        # Those that lead back to the pinned key, and those that do not.
        self._tied: dict[int, list[bytes]] = {}
        self._loose: dict[int, list[bytes]] = {}
        self._loaded: dict[bytes, ec.EllipticCurvePublicKey | None] = {}

    def pin(self, key: bytes) -> None:
        """The key of epoch 0, 64 bytes."""
        self._tied[0] = [compressed(key)]

    def tied(self, epoch: int) -> list[bytes]:
        """The keys of an epoch that lead back to the pinned one."""
        return self._tied.get(epoch, [])

    def judge(self, signed: SignedSeal) -> Verdict:
        """What the signature says (ES256, RFC 9053 section 2.1); the keys that a good seal announces are taken over."""
        seal = signed.seal
        tied, loose = self._tied.get(seal.epoch), self._loose.get(seal.epoch)
        known = tied or loose
        if known is not None and not any(self._made(signed, key) for key in known):
            return Verdict.FALSE
        if tied:
            self.tie(signed)
            return Verdict.HOLDS
        _announce(self._loose, signed)
        return Verdict.UNKNOWN if loose is None else Verdict.LOOSE

    def tie(self, signed: SignedSeal) -> None:
        """The keys that this seal announces lead back to the pinned one."""
        _announce(self._tied, signed)

    def _made(self, signed: SignedSeal, point: bytes) -> bool:
        key = self._load(point)
        if key is None:
            return False
        r = int.from_bytes(signed.signature[:32], "big")
        s = int.from_bytes(signed.signature[32:], "big")
        try:
            key.verify(encode_dss_signature(r, s), signed.digest(), _ALGORITHM)
        except InvalidSignature:
            return False
        return True

    def _load(self, point: bytes) -> ec.EllipticCurvePublicKey | None:
        if point not in self._loaded:
            try:
                self._loaded[point] = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            except ValueError:
                # Not a point of the curve: nothing can have been signed with it.
                self._loaded[point] = None
        return self._loaded[point]


def _announce(known: dict[int, list[bytes]], signed: SignedSeal) -> None:
    for epoch, key in seals.announced(signed.seal).items():
        keys = known.setdefault(epoch, [])
        if key not in keys:
            keys.append(key)
