"""Whether a signature fits: ES256 (RFC 9053 section 2.1) over the Sig_structure of a payload. Pure."""

import functools

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tagproto import cose

_ALGORITHM = ec.ECDSA(hashes.SHA256())


@functools.lru_cache(maxsize=1024)
def public_key(point: bytes) -> ec.EllipticCurvePublicKey | None:
    """The key in a compressed point (33 bytes, SEC 1 section 2.3.3); None where the curve has no such point."""
    if len(point) != cose.POINT_SIZE:
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None


def compressed(key: bytes) -> bytes:
    """64 bytes, x then y, as a compressed point (33 bytes)."""
    return bytes((2 | key[63] & 1,)) + key[:32]


def fits(point: bytes, payload: bytes, signature: bytes) -> bool:
    """Whether the holder of `point` (33 bytes) signed the payload. signature: 64 bytes, r then s."""
    key = public_key(point)
    if key is None or len(signature) != cose.SIGNATURE_SIZE:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), cose.signed_bytes(payload), _ALGORITHM)
    except InvalidSignature:
        return False
    return True
