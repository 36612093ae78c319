"""Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): no zero byte inside, one code byte per 254."""

from .bad import Bad


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
    # A bytearray cannot be searched on MicroPython.
    plain = bytes(data)
    view = memoryview(plain)
    size = len(plain)
    at = 0
    put = 0
    while True:
        end = plain.find(b"\0", at)
        if end < 0:
            end = size
        begin = at
        while end - at >= 254:
            # A full group stands for its 254 bytes and no zero.
            out[put] = 255
            out[put + 1 : put + 255] = view[at : at + 254]
            at += 254
            put += 255
        if begin < at == size:
            break
        out[put] = end - at + 1
        put += 1
        out[put : put + end - at] = view[at:end]
        put += end - at
        if end == size:
            break
        at = end + 1
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
