"""P-256 keys as the tag writes them, and what a seal's signature says."""

import enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from tagproto.seals import SignedSeal

_ALGORITHM = ec.ECDSA(Prehashed(hashes.SHA256()))


class Verdict(enum.Enum):
    """HOLDS: made by a key that leads back to the pinned one. LOOSE: made by a key that a seal announced which itself
    is not tied to the pinned key. UNKNOWN: nobody announced the key of this epoch. FALSE: another key made it."""

    HOLDS = enum.auto()
    LOOSE = enum.auto()
    UNKNOWN = enum.auto()
    FALSE = enum.auto()


class Keyring:
    """Public keys by epoch: 64 bytes each, x then y. tied: they lead back to the pinned key; loose: they do not."""

    def __init__(self) -> None:
        self.tied: dict[int, bytes] = {}
        self._loose: dict[int, bytes] = {}
        self._loaded: dict[bytes, ec.EllipticCurvePublicKey | None] = {}

    def judge(self, signed: SignedSeal) -> Verdict:
        """What the signature says (ES256, RFC 9053 section 2.1); the key that a good seal announces is taken over."""
        seal = signed.seal
        tied = self.tied.get(seal.epoch)
        raw = tied or self._loose.get(seal.epoch)
        if raw is not None and not self._made(signed, raw):
            return Verdict.FALSE
        if seal.next_key:
            announced = self.tied if tied else self._loose
            announced.setdefault(seal.epoch + 1, seal.next_key)
        if tied:
            return Verdict.HOLDS
        return Verdict.UNKNOWN if raw is None else Verdict.LOOSE

    def _made(self, signed: SignedSeal, raw: bytes) -> bool:
        key = self._load(raw)
        if key is None:
            return False
        r = int.from_bytes(signed.signature[:32], "big")
        s = int.from_bytes(signed.signature[32:], "big")
        try:
            key.verify(encode_dss_signature(r, s), signed.digest(), _ALGORITHM)
        except InvalidSignature:
            return False
        return True

    def _load(self, raw: bytes) -> ec.EllipticCurvePublicKey | None:
        if raw not in self._loaded:
            try:
                self._loaded[raw] = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + raw)
            except ValueError:
                # Not a point of the curve: nothing can have been signed with it.
                self._loaded[raw] = None
        return self._loaded[raw]
