"""Frames of the link: COBS(type, request id, body, CRC-32 little-endian), then one zero byte.

The CRC is CRC-32/ISO-HDLC as in binascii.crc32, which is native on both interpreters.
"""

import binascii

from . import cobs
from .bad import Bad

# A page frame carries 4 + 256 bytes; anything longer than this never comes from our side.
BODY_MAX = 600
_ENCODED_MAX = BODY_MAX + 6 + (BODY_MAX + 6) // 254 + 1


class Frame:
    """One good frame: kind (message type), request_id and body bytes."""

    def __init__(self, kind: int, request_id: int, body: bytes) -> None:
        self.kind = kind
        self.request_id = request_id
        self.body = body

    def __repr__(self) -> str:
        return "Frame(0x%02x, %d, %d bytes)" % (self.kind, self.request_id, len(self.body))


def encode(kind: int, request_id: int, body: bytes) -> bytes:
    """The bytes on the line, delimiter included. Raises ValueError when a part does not fit."""
    if not 0 <= kind <= 255 or not 0 <= request_id <= 255 or len(body) > BODY_MAX:
        raise ValueError("frame out of range")
    plain = bytes((kind, request_id)) + bytes(body)
    return cobs.encode(plain + binascii.crc32(plain).to_bytes(4, "little")) + b"\0"


def decode(encoded: bytes) -> "Frame | Bad":
    """One frame without its delimiter, or Bad with reason 'cobs', 'short' or 'crc'."""
    plain = cobs.decode(encoded)
    if isinstance(plain, Bad):
        return plain
    if len(plain) < 6:
        return Bad("short", "%d bytes" % len(plain))
    if binascii.crc32(plain[:-4]) != int.from_bytes(plain[-4:], "little"):
        return Bad("crc", "%d bytes" % len(plain))
    return Frame(plain[0], plain[1], plain[2:-4])


class Decoder:
    """Frames out of a byte stream that may start anywhere and hold anything. Memory is bounded."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> "list[Frame | Bad]":
        """What `data` completes, in order. Empty frames (doubled delimiters) are not reported."""
        found: list[Frame | Bad] = []
        plain = bytes(data)
        at = 0
        # No list of parts: a flood of delimiters must not take much memory.
        while at < len(plain):
            end = plain.find(b"\0", at)
            self._extend(found, plain[at : end if end >= 0 else len(plain)])
            if end < 0:
                break
            if self._pending:
                found.append(decode(bytes(self._pending)))
            self._pending = bytearray()
            self._skipping = False
            at = end + 1
        return found

    def _extend(self, found: "list[Frame | Bad]", part: bytes) -> None:
        if self._skipping:
            return
        if len(self._pending) + len(part) > _ENCODED_MAX:
            # Longer than any frame: garbage up to the next delimiter, reported once.
            self._skipping = True
            self._pending = bytearray()
            found.append(Bad("long", "no delimiter within %d bytes" % _ENCODED_MAX))
        else:
            self._pending.extend(part)
