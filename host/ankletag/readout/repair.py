"""Data frames in which one bit was flipped on the line: the CRC-32 says which one.

A CRC is linear: the difference between the checksum that came and the one that belongs to the data depends on the
flipped bits alone, and differs for every single one. More flipped bits may look like one (one in half a million
damaged frames does), so what is made of a repaired frame counts only where a page's own checksum agrees.
"""

import binascii
import functools

from tagproto import cobs, frames, messages
from tagproto.bad import Bad
from tagproto.frames import Frame

_BITS = (frames.DATA_BODY_MAX + frames.AROUND_BODY) * 8


class _Repaired(Frame):
    """A frame in which a bit was turned back."""


def is_repaired(frame: Frame) -> bool:
    """Whether a bit of this frame was turned back."""
    return isinstance(frame, _Repaired)


class RepairingDecoder(frames.Decoder):
    """Frames of a tag. Of damaged ones, those of data in which one bit is wrong are put right."""

    def __init__(self) -> None:
        super().__init__(frames.DATA_BODY_MAX)

    def decode(self, encoded: bytes) -> "Frame | Bad":
        """One frame without its delimiter, or Bad."""
        frame = frames.decode(encoded)
        if not isinstance(frame, Bad) or frame.reason != "crc":
            return frame
        plain = cobs.decode(encoded)
        assert not isinstance(plain, Bad)
        wrong = binascii.crc32(plain[:-4]) ^ int.from_bytes(plain[-4:], "little")
        bit = _bit_by_difference().get(wrong)
        if bit is None or bit >= len(plain) * 8:
            return frame
        mended = bytearray(plain)
        mended[len(plain) - 1 - bit // 8] ^= 1 << (bit % 8)
        if mended[0] != messages.DATA:
            return frame
        return _Repaired(mended[0], mended[1], bytes(mended[2:-4]))


@functools.cache
def _bit_by_difference() -> dict[int, int]:
    """Difference of the checksums -> the flipped bit: 8 for each byte from the frame's end, 0 to 7 within it."""
    # The CRC itself, little-endian: its last byte is the highest one.
    found = {1 << ((3 - byte) * 8 + bit): byte * 8 + bit for byte in range(4) for bit in range(8)}
    # Behind the CRC, in front of it for the sum: a flipped bit of the last byte of data, then further and further.
    for bit in range(8):
        difference = binascii.crc32(bytes((1 << bit,))) ^ binascii.crc32(b"\0")
        for at in range(32 + bit, _BITS, 8):
            found[difference] = at
            difference = binascii.crc32(b"\0", difference) ^ binascii.crc32(b"\0", 0)
    return found
