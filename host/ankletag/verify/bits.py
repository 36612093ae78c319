"""Which single bit, put right, makes a page's CRC hold."""

import binascii
import functools

from tagproto.pages import PAGE_SIZE

_DATA = PAGE_SIZE - 4


@functools.cache
def _syndromes() -> dict[int, int]:
    """CRC difference -> bit. CRC-32 is linear: a flipped bit changes the CRC alike in every page of this size."""
    zero = binascii.crc32(bytes(_DATA))
    found: dict[int, int] = {}
    for bit in range(8 * _DATA):
        page = bytearray(_DATA)
        page[bit >> 3] = 1 << (bit & 7)
        found[binascii.crc32(page) ^ zero] = bit
    for bit in range(32):
        found[1 << bit] = 8 * _DATA + bit
    return found


def flipped_bit(raw: bytes) -> int | None:
    """8 * byte + bit (least significant first) of the one wrong bit in a page; None when no single bit explains it."""
    if len(raw) != PAGE_SIZE:
        return None
    difference = binascii.crc32(raw[:_DATA]) ^ int.from_bytes(raw[_DATA:], "little")
    return _syndromes().get(difference)


def with_bit_flipped(raw: bytes, bit: int) -> bytes:
    """The page with one bit turned over."""
    page = bytearray(raw)
    page[bit >> 3] ^= 1 << (bit & 7)
    return bytes(page)
