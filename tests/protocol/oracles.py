"""The same answers from elsewhere: published libraries, and the plainest code that could be written."""

import hashlib
from typing import Any

import cbor2

from tagproto import coding


def cobs_encode(data: bytes) -> bytes:
    """COBS a byte at a time, as its paper tells it; a last group of 254 bytes has no empty one behind it."""
    out = bytearray()
    group = bytearray()
    full = False
    for byte in data:
        full = False
        if byte:
            group.append(byte)
            if len(group) == 254:
                out += b"\xff" + group
                group.clear()
                full = True
        else:
            out += bytes([len(group) + 1]) + group
            group.clear()
    return bytes(out if full else out + bytes([len(group) + 1]) + group)


def merkle(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1 over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + merkle(leaves[:split]) + merkle(leaves[split:])).digest()


def rice_bits(k: int, values: list[int]) -> str:
    """Bits of values under an adaptive Rice model, written out as text (SPEC.md, section Readings)."""
    mean = 24 << k
    bits = ""
    for value in values:
        zig = 2 * value if value >= 0 else -2 * value - 1
        quotient = zig >> k
        if quotient < 12:
            bits += "1" * quotient + "0" + (format(zig % (1 << k), f"0{k}b") if k else "")
        else:
            bits += "1" * 12 + format(zig, "032b")
        mean += min(zig, 16 << k) - mean // 16
        if mean >= 32 << k:
            k = min(k + 1, 15)
        elif mean < 16 << k:
            k = max(k - 1, 0)
    return bits


def as_cbor2(item: Any) -> Any:
    """A case's CBOR item as cbor2 takes it."""
    if isinstance(item, list):
        return [as_cbor2(part) for part in item]
    if isinstance(item, dict):
        if "b" in item:
            return bytes.fromhex(item["b"])
        if "t" in item:
            return bytes.fromhex(item["t"]).decode()
        if "m" in item:
            # cbor2's canonical mode sorts shorter keys first, as RFC 7049 did; RFC 8949 section 4.2.1 sorts by bytes.
            return {key: as_cbor2(value) for key, value in sorted(item["m"], key=lambda pair: cbor2.dumps(pair[0]))}
        return cbor2.CBORTag(item["tag"], as_cbor2(item["of"]))
    return item


def records_in(steps: list[list[Any]]) -> list[list[Any]]:
    """The records that steps of an encoder stand for: [kind, number, boot, ticks, body]."""
    number = boot = 0
    found = []
    for what, *args in steps:
        if what == "boot":
            boot = args[0]
        elif what == "number":
            number = args[0]
        elif what == "reading":
            ticks, flags, cell, temp, prox = args
            body = bytes([flags]) + cell.to_bytes(2, "little", signed=True) + temp.to_bytes(2, "little", signed=True)
            found.append([1, number, boot, ticks, (body + prox.to_bytes(2, "little")).hex()])
            number += 1
        elif what == "event":
            found.append([args[0], number, boot, args[1], args[2]])
            number += 1
    return found


def items_of(results: list[Any]) -> list[Any]:
    """What a Reader found, without places: the records and the other values, and the Bads apart from them."""
    return [row[1] for row in results if isinstance(row, list) and row[0] == coding.RECORD]


def seals_and_seeds_in(steps: list[list[Any]]) -> list[str]:
    """The seals and seeds that steps of an encoder stand for, in hex; seals in another library's CBOR."""
    number = boot = 0
    found = []
    for what, *args in steps:
        if what == "boot":
            boot = args[0]
        elif what == "number":
            number = args[0]
        elif what in ("reading", "event"):
            number += 1
        elif what == "seal of":
            epoch, seal_number, count, ticks, reason, nonce, next_keys, signature = args
            pairs: dict[int, Any] = {1: b"TAG00001", 2: epoch, 3: seal_number, 4: boot, 5: number - count, 6: count}
            pairs |= {7: b"\xa1" * 32, 8: b"\xb2" * 32, 9: ticks, 10: reason}
            pairs |= {11: bytes.fromhex(nonce)} if nonce else {}
            pairs |= {12: bytes.fromhex(next_keys)} if next_keys else {}
            parts = [b"\xa1\x01\x26", {}, cbor2.dumps(pairs), bytes.fromhex(signature)]
            found.append(cbor2.dumps(cbor2.CBORTag(18, parts)).hex())
        else:
            found.append(args[0])
    return found
