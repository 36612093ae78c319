"""Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): no zero byte inside, one code byte per 254."""

from .bad import Bad


def encode(data: bytes) -> bytes:
    """`data` without zero bytes, not delimited. At most len(data) + len(data) // 254 + 1 bytes."""
    out = bytearray()
    blocks = bytes(data).split(b"\0")
    last = len(blocks) - 1
    for index, block in enumerate(blocks):
        at = 0
        while len(block) - at >= 254:
            # A full group stands for its 254 bytes and no zero.
            out.append(255)
            out.extend(block[at : at + 254])
            at += 254
        if index == last and at and at == len(block):
            break
        out.append(len(block) - at + 1)
        out.extend(block[at:])
    return bytes(out)


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
