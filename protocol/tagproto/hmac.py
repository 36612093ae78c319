"""HMAC-SHA-256 (RFC 2104), which MicroPython lacks."""

import hashlib


def pads(key: bytes) -> "tuple[bytes, bytes]":
    """The inner and outer key blocks, 64 bytes each, for a key of up to 64 bytes; longer ones are hashed."""
    if len(key) > 64:
        key = hashlib.sha256(key).digest()
    key = key + bytes(64 - len(key))
    return bytes([b ^ 0x36 for b in key]), bytes([b ^ 0x5C for b in key])


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """32 bytes."""
    inner, outer = pads(key)
    return hashlib.sha256(outer + hashlib.sha256(inner + message).digest()).digest()
