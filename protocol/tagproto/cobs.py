"""Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): no zero byte inside, one code byte per 254."""

from .bad import Bad

# Bytes that are searched for zeros in one go.
_PIECE = 128


def encoded_max(size: int) -> int:
    """Bytes that `size` bytes take at most."""
    return size + size // 254 + 1


def encode(data: bytes) -> bytes:
    """`data` without zero bytes, not delimited."""
    # One buffer of the final size, and no list of parts: a tag's heap is small and full of holes.
    out = bytearray(encoded_max(len(data)))
    return bytes(memoryview(out)[: encode_into(data, out)])


def encode_into(data: "bytes | bytearray | memoryview", out: bytearray) -> int:
    """As `encode`, into the beginning of a buffer that holds `encoded_max` bytes; how many."""
    view = memoryview(data)
    start = 0
    put = 1
    full = False
    for begin in range(0, len(view), _PIECE):
        # A bytearray cannot be searched on MicroPython, and for a copy of all of it there may be no room in one.
        plain = bytes(view[begin : begin + _PIECE])
        size = len(plain)
        at = 0
        while True:
            zero = plain.find(b"\0", at)
            # What follows fits into the group, up to its end or to a zero.
            end = min(size if zero < 0 else zero, at + 255 - (put - start))
            if end > at:
                out[put : put + end - at] = view[begin + at : begin + end]
                put += end - at
                at = end
                full = False
            if put - start == 255:
                # A full group stands for its 254 bytes and no zero.
                out[start] = 255
                start = put
                put += 1
                full = True
            elif at == zero:
                out[start] = put - start
                start = put
                put += 1
                at += 1
                full = False
            else:
                break
    if full:
        return start
    out[start] = put - start
    return put


def decode(data: bytes) -> "bytes | Bad":
    """The bytes that `encode` was given; Bad('cobs') for a zero inside or a group that runs past the end."""
    out = bytearray()
    at = 0
    end = len(data)
    if not end:
        return Bad("cobs", "empty")
    code = 255
    while at < end:
        if at and code != 255:
            out.append(0)
        code = data[at]
        if not code:
            return Bad("cobs", "zero byte inside")
        if at + code > end:
            return Bad("cobs", "group runs past the end")
        group = data[at + 1 : at + code]
        if b"\0" in bytes(group):
            return Bad("cobs", "zero byte inside")
        out.extend(group)
        at += code
    return bytes(out)
