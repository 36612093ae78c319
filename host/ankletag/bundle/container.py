"""A stored ZIP (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16) with nothing left to choose.

Names and their order are fixed, time is 1980-01-01, nothing is compressed, there are no extra fields: what the members
hold decides every byte, so a reader rebuilds the file and compares.
"""

import binascii
import struct

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_NEEDED = 10
_MADE_BY = 3 << 8 | 20
_DATE_1980 = 0x21
_MODE = 0o100644 << 16

LOCAL_SIZE = _LOCAL.size
MAGIC = b"PK\x03\x04"

Members = tuple[tuple[str, bytes], ...]


def build(members: Members) -> bytes:
    """The bytes of the container."""
    directory = b""
    parts: list[bytes] = []
    offset = 0
    for name, data in members:
        encoded = name.encode("ascii")
        crc = binascii.crc32(data)
        common = (0, 0, 0, _DATE_1980, crc, len(data), len(data), len(encoded), 0)
        head = _LOCAL.pack(MAGIC, _NEEDED, *common) + encoded
        directory += (
            _CENTRAL.pack(b"PK\x01\x02", _MADE_BY, _NEEDED, *common, 0, 0, 0, _MODE, offset) + encoded
        )  # comment length, disk, internal attributes, external attributes, offset
        parts += (head, data)
        offset += len(head) + len(data)
    body = b"".join(parts)
    count = len(members)
    return body + directory + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)


def overhead(names: tuple[str, ...]) -> int:
    """Bytes of a container beside what its members hold."""
    return sum(_LOCAL.size + _CENTRAL.size + 2 * len(name) for name in names) + _END.size


def local_size_field(data: bytes, at: int) -> int:
    """The member size in the local header at an offset; 0 where the file ends before it."""
    return int.from_bytes(data[at + 18 : at + 22], "little")


def local_crc_field(data: bytes, at: int) -> int:
    """The CRC-32 in the local header at an offset."""
    return int.from_bytes(data[at + 14 : at + 18], "little")


def central_fields(data: bytes, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """(CRC-32, size) of each member in the central directory, which lies at a fixed distance from the end."""
    at = len(data) - _END.size - sum(_CENTRAL.size + len(name) for name in names)
    found: list[tuple[int, int]] = []
    for name in names:
        entry = data[max(0, at) : max(0, at) + 24]
        found.append((int.from_bytes(entry[16:20], "little"), int.from_bytes(entry[20:24], "little")))
        at += _CENTRAL.size + len(name)
    return found
