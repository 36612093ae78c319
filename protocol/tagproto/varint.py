"""Unsigned integers in 7-bit groups, least first (LEB128, at most five bytes), and zigzag for signs."""

from .bad import Bad


def zigzag(value: int) -> int:
    """0, -1, 1, -2 ... as 0, 1, 2, 3 ..."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value: int) -> int:
    """The inverse of zigzag."""
    return value >> 1 if not value & 1 else -(value + 1 >> 1)


def encode(value: int) -> bytes:
    """1 to 5 bytes for 0 <= value < 2^32. Raises ValueError outside that range."""
    if not 0 <= value < 1 << 32:
        raise ValueError("varint: %d is outside 0..2^32-1" % value)
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode(data: bytes, offset: int) -> "tuple[int, int] | Bad":
    """(value, offset behind it); Bad('short') when bytes are missing, Bad('varint') when not canonical."""
    value = 0
    shift = 0
    while True:
        if offset >= len(data):
            return Bad("short", "varint")
        byte = data[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
        shift += 7
        if shift > 28:
            return Bad("varint", "longer than five bytes")
    # One number has one form: no padding groups, nothing above 32 bits.
    if value >> 32 or (shift and not byte):
        return Bad("varint", "not in its shortest form")
    return value, offset
