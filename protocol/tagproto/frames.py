"""Frames of the link: COBS(type, request id, body, CRC-32 little-endian), then one zero byte.

The CRC is CRC-32/ISO-HDLC as in binascii.crc32, which is native on both interpreters.
"""

import binascii

from . import cobs
from .bad import Bad

# Nothing longer than this is sent to a tag, and from a tag no other frame than one of data: 4 + 1024 bytes.
BODY_MAX = 600
DATA_BODY_MAX = 1028
# Kind, request id and CRC.
AROUND_BODY = 6


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
    if not 0 <= kind <= 255 or not 0 <= request_id <= 255 or len(body) > DATA_BODY_MAX:
        raise ValueError("frame out of range")
    plain = bytes((kind, request_id)) + bytes(body)
    return cobs.encode(plain + binascii.crc32(plain).to_bytes(4, "little")) + b"\0"


def encoded_max(body_size: int) -> int:
    """Bytes on the line of a frame with such a body at most, delimiter included."""
    return cobs.encoded_max(body_size + AROUND_BODY) + 1


def encode_into(plain: bytearray, size: int, out: bytearray) -> int:
    """As `encode`, for kind, request id and body in plain[:size], behind which there is room for the CRC.

    Into the beginning of `out`; how many bytes.
    """
    plain[size : size + 4] = binascii.crc32(memoryview(plain)[:size]).to_bytes(4, "little")
    end = cobs.encode_into(memoryview(plain)[: size + 4], out)
    out[end] = 0
    return end + 1


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
    """Frames out of a byte stream that may start anywhere and hold anything. Memory is bounded.

    body_max: of the frames that may come.
    """

    def __init__(self, body_max: int = BODY_MAX) -> None:
        self._encoded_max = encoded_max(body_max) - 1
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
                found.append(self.decode(bytes(self._pending)))
            self._pending = bytearray()
            self._skipping = False
            at = end + 1
        return found

    def decode(self, encoded: bytes) -> "Frame | Bad":
        """What a frame's bytes hold; for who knows more about the line."""
        return decode(encoded)

    def _extend(self, found: "list[Frame | Bad]", part: bytes) -> None:
        if self._skipping:
            return
        if len(self._pending) + len(part) > self._encoded_max:
            # Longer than any frame: garbage up to the next delimiter, reported once.
            self._skipping = True
            self._pending = bytearray()
            found.append(Bad("long", "no delimiter within %d bytes" % self._encoded_max))
        else:
            self._pending.extend(part)
