"""Deterministic CBOR (RFC 8949 section 4.2.1) for what a seal needs: integers, byte and text strings,
arrays, maps with integer keys, tags. The decoder takes only what the encoder would have written."""

from .bad import Bad


class Tag:
    """A tagged item (RFC 8949 section 3.4)."""

    def __init__(self, number: int, value: object) -> None:
        self.number = number
        self.value = value


def _head(major: int, value: int) -> bytes:
    major <<= 5
    if value < 24:
        return bytes((major | value,))
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << 8 * size:
            return bytes((major | extra,)) + value.to_bytes(size, "big")
    raise ValueError("integer over 64 bits")


def encode(item: object) -> bytes:
    """Bytes of an item. Raises ValueError for a type that a seal does not use."""
    if isinstance(item, int) and not isinstance(item, bool):
        return _head(0, item) if item >= 0 else _head(1, -1 - item)
    if isinstance(item, (bytes, bytearray)):
        return _head(2, len(item)) + bytes(item)
    if isinstance(item, str):
        text = item.encode()
        return _head(3, len(text)) + text
    if isinstance(item, (list, tuple)):
        return _head(4, len(item)) + b"".join([encode(part) for part in item])
    if isinstance(item, dict):
        # Dicts are unordered on MicroPython; the bytes of the keys give the order.
        pairs = sorted([(encode(key), encode(value)) for key, value in item.items()])
        return _head(5, len(pairs)) + b"".join([key + value for key, value in pairs])
    if isinstance(item, Tag):
        return _head(6, item.number) + encode(item.value)
    raise ValueError("no CBOR for this type")


def decode(data: bytes) -> object:
    """The one item that `data` holds, or Bad('cbor'). Nesting is limited to 8."""
    result = _decode(bytes(data), 0, 0)
    if isinstance(result, Bad):
        return result
    item, end = result
    return item if end == len(data) else Bad("cbor", "bytes behind the item")


def _decode(data: bytes, at: int, depth: int) -> "tuple[object, int] | Bad":
    if depth > 8 or at >= len(data):
        return Bad("cbor", "nested too deep" if depth > 8 else "ends early")
    major = data[at] >> 5
    value = data[at] & 31
    at += 1
    if value >= 24:
        if value > 27:
            return Bad("cbor", "length form %d" % value)
        size = 1 << value - 24
        if at + size > len(data):
            return Bad("cbor", "ends early")
        value = int.from_bytes(data[at : at + size], "big")
        at += size
        if value < (24 if size == 1 else 1 << 4 * size):
            return Bad("cbor", "not in its shortest form")
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major == 2 or major == 3:
        if at + value > len(data):
            return Bad("cbor", "ends early")
        raw = data[at : at + value]
        at += value
        if major == 2:
            return raw, at
        text = _text(raw)
        return Bad("cbor", "text is not UTF-8") if text is None else (text, at)
    if major == 4:
        items: list[object] = []
        for _ in range(value):
            part = _decode(data, at, depth + 1)
            if isinstance(part, Bad):
                return part
            items.append(part[0])
            at = part[1]
        return items, at
    if major == 5:
        return _decode_map(data, at, depth, value)
    if major == 6:
        part = _decode(data, at, depth + 1)
        if isinstance(part, Bad):
            return part
        return Tag(value, part[0]), part[1]
    return Bad("cbor", "simple values are not used")


def _text(raw: bytes) -> "str | None":
    """Strict UTF-8 (RFC 3629) on both interpreters: MicroPython's own check lets overlong forms and surrogates pass."""
    try:
        text = str(raw, "utf-8")
        for character in text:
            point = ord(character)
            if 0xD800 <= point < 0xE000 or chr(point).encode() != character.encode():
                return None
    except ValueError:  # UnicodeError is one; chr() refuses what is above U+10FFFF with another
        return None
    return text


def _decode_map(data: bytes, at: int, depth: int, count: int) -> "tuple[object, int] | Bad":
    pairs: dict[int, object] = {}
    before = b""
    for _ in range(count):
        start = at
        key = _decode(data, at, depth + 1)
        if isinstance(key, Bad):
            return key
        name, at = key
        if not isinstance(name, int):
            return Bad("cbor", "map key is not an integer")
        if before and data[start:at] <= before:
            return Bad("cbor", "map keys out of order or repeated")
        before = data[start:at]
        value = _decode(data, at, depth + 1)
        if isinstance(value, Bad):
            return value
        pairs[name] = value[0]
        at = value[1]
    return pairs, at
