"""COSE_Sign1 (RFC 9052 section 4.2) with ES256 (RFC 9053 section 2.1): seals, and what an authority signs.

This module makes and reads the bytes; who signs or verifies is passed in, or done by the caller.
"""

import hashlib

from . import cbor
from .bad import Bad

# A compressed P-256 point (SEC 1 section 2.3.3).
POINT_SIZE = 33
SIGNATURE_SIZE = 64
_COSE_SIGN1 = 18
_PROTECTED = b"\xa1\x01\x26"  # {1: -7}, alg ES256


class Sign1:
    """A COSE_Sign1: the payload's bytes, the 64-byte signature (r, s), and all of its bytes."""

    def __init__(self, payload: bytes, signature: bytes, encoded: bytes) -> None:
        self.payload = payload
        self.signature = signature
        self.encoded = encoded

    def digest(self) -> bytes:
        """SHA-256 of what was signed: give it to an ECDSA verifier together with `signature`."""
        return signed_digest(self.payload)


def signed_bytes(payload: bytes) -> bytes:
    """Sig_structure (RFC 9052 section 4.4): ["Signature1", protected, external_aad (empty), payload]."""
    return cbor.encode(["Signature1", _PROTECTED, b"", payload])


def signed_digest(payload: bytes) -> bytes:
    """SHA-256 of the Sig_structure, which ES256 signs."""
    return hashlib.sha256(signed_bytes(payload)).digest()


def assemble(payload: bytes, signature: bytes) -> bytes:
    """COSE_Sign1 bytes. Raises ValueError when the signature is not 64 bytes."""
    if len(signature) != SIGNATURE_SIZE:
        raise ValueError("ES256 signature is not 64 bytes")
    return cbor.encode(cbor.Tag(_COSE_SIGN1, [_PROTECTED, {}, payload, signature]))


def parse(encoded: bytes, reason: str) -> "tuple[Sign1, dict[int, object]] | Bad":
    """(the parts, the payload's map), signature not checked; Bad('cbor') or Bad(reason)."""
    outer = cbor.decode(encoded)
    if isinstance(outer, Bad):
        return outer
    if not isinstance(outer, cbor.Tag) or outer.number != _COSE_SIGN1:
        return Bad(reason, "not a COSE_Sign1")
    parts = outer.value
    if not isinstance(parts, list) or len(parts) != 4:
        return Bad(reason, "not four parts")
    protected, unprotected, payload, signature = parts
    if protected != _PROTECTED or unprotected != {}:
        return Bad(reason, "algorithm is not ES256, or a header that is never written")
    if not isinstance(payload, bytes) or not isinstance(signature, bytes) or len(signature) != SIGNATURE_SIZE:
        return Bad(reason, "payload or signature of the wrong kind")
    pairs = cbor.decode(payload)
    if isinstance(pairs, Bad):
        return pairs
    if not isinstance(pairs, dict):
        return Bad(reason, "payload is not a map")
    return Sign1(payload, signature, bytes(encoded)), pairs


def compressed(key: bytes) -> bytes:
    """A public key of 64 bytes, x then y, as its compressed point."""
    return bytes((2 | key[63] & 1,)) + key[:32]


def key_id(point: bytes) -> bytes:
    """The 8 bytes that name a key: the first ones of the SHA-256 of its compressed point."""
    return hashlib.sha256(point).digest()[:8]
