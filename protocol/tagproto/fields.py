"""Checked packing of named little-endian fields.

MicroPython's struct wraps out-of-range values silently and ignores missing or extra bytes, so every
range and length is checked here, before and after it.

A spec is a tuple of (name, code). Codes: B H I Q (unsigned), b h i q (signed), an int n (exactly n
bytes), "v" (0 to 255 bytes behind a one-byte length), "*" (all that follows; last only).
"""

import struct

from .bad import Bad

_BITS = {"B": 8, "H": 16, "I": 32, "Q": 64, "b": 8, "h": 16, "i": 32, "q": 64}


def pack(spec: "tuple[tuple[str, str | int], ...]", values: "dict[str, int | bytes]") -> bytes:
    """Fields of `values` in the order of `spec`. Raises ValueError naming the field that does not fit."""
    out = b""
    for name, code in spec:
        if name not in values:
            raise ValueError("field missing: " + name)
        value = values[name]
        if isinstance(code, int) or code in ("v", "*"):
            if not isinstance(value, (bytes, bytearray, memoryview)):
                raise ValueError("field is not bytes: " + name)
            if isinstance(code, int):
                if len(value) != code:
                    raise ValueError("field %s is %d bytes, not %d" % (name, len(value), code))
            elif code == "v":
                if len(value) > 255:
                    raise ValueError("field %s is longer than 255 bytes" % name)
                out += bytes((len(value),))
            out += bytes(value)
            continue
        if not isinstance(value, int):
            raise ValueError("field is not an integer: " + name)
        bits = _BITS[code]
        low, high = (0, (1 << bits) - 1) if code.isupper() else (-(1 << bits - 1), (1 << bits - 1) - 1)
        if not low <= value <= high:
            raise ValueError("field %s: %d is outside %d..%d" % (name, value, low, high))
        out += struct.pack("<" + code, value)
    return out


def unpack(
    spec: "tuple[tuple[str, str | int], ...]", data: bytes, offset: int = 0
) -> "tuple[dict[str, int | bytes], int] | Bad":
    """(values, offset behind the last field), or Bad('short') when bytes are missing."""
    values: dict[str, int | bytes] = {}
    end = len(data)
    for name, code in spec:
        if isinstance(code, str) and code not in ("v", "*"):
            size = _BITS[code] >> 3
            if offset + size > end:
                return Bad("short", "field " + name)
            values[name] = struct.unpack_from("<" + code, data, offset)[0]
            offset += size
            continue
        if isinstance(code, int):
            size = code
        elif code == "*":
            size = end - offset
        else:
            if offset >= end:
                return Bad("short", "field " + name)
            size = data[offset]
            offset += 1
        if offset + size > end:
            return Bad("short", "field " + name)
        values[name] = bytes(data[offset : offset + size])
        offset += size
    return values, offset
