"""A private key on this computer, and what it signs: COSE payloads (RFC 9052), ES256, deterministic (RFC 6979)."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tagproto import commands, cose

_ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


class SigningKey:
    """A P-256 private key. point: 33 bytes, compressed (SEC 1 section 2.3.3); key_id: the 8 bytes that name it."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self.private = private
        self.point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        self.key_id = cose.key_id(self.point)

    @classmethod
    def generate(cls) -> "SigningKey":
        """A new key from the system's random numbers."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    def sign(self, payload: bytes) -> bytes:
        """64 bytes, r then s, over the Sig_structure of a payload."""
        r, s = decode_dss_signature(self.private.sign(cose.signed_bytes(payload), _ALGORITHM))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def signed(self, payload: bytes) -> bytes:
        """The payload as a COSE_Sign1."""
        return cose.assemble(payload, self.sign(payload))

    def command(self, kind: int, tag_id: bytes, nonce: bytes, values: dict[str, int | bytes]) -> dict[str, int | bytes]:
        """All fields of a signed request (SPEC.md, Signed requests). values: those in front of the nonce."""
        whole = {**values, "nonce": nonce, "station": self.key_id}
        return {**whole, "signature": self.sign(commands.payload(kind, tag_id, whole))}
