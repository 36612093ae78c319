"""P-256 keys as the tag writes them, and who may sign in which epoch."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from tagproto.seals import SignedSeal

_ALGORITHM = ec.ECDSA(Prehashed(hashes.SHA256()))


class Keyring:
    """Public keys by epoch: 64 bytes each, x then y."""

    def __init__(self) -> None:
        self.raw: dict[int, bytes] = {}
        self._loaded: dict[bytes, ec.EllipticCurvePublicKey | None] = {}

    def signed(self, seal: SignedSeal) -> bool:
        """True when the key of the seal's epoch made the signature (ES256, RFC 9053 section 2.1)."""
        raw = self.raw.get(seal.seal.epoch)
        key = self._load(raw) if raw is not None else None
        if key is None:
            return False
        r = int.from_bytes(seal.signature[:32], "big")
        s = int.from_bytes(seal.signature[32:], "big")
        try:
            key.verify(encode_dss_signature(r, s), seal.digest(), _ALGORITHM)
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
