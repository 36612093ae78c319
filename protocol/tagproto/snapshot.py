"""A snapshot of the tag's settings, as one page of flash has it: for the tag, and for a rig that has the flash only.

snapshot = magic u16, generation u32, fields (named in firmware/tag/settings.py), zeros, CRC-32 of all before it;
little-endian.
"""

import binascii

MAGIC = 0x7A6C
# Blocks of the ring that are not used any more, and bytes of a fault: what it has room for.
RETIRED_MAX = 32
FAULT_MAX = 34
FORMAT = "<HI64sBI16sIIIIIB%dHIHBI8siIHiiiB%ds" % (RETIRED_MAX, FAULT_MAX)

# Places of values in it. The highest generation is the newest snapshot; fitted is 1 or 0.
GENERATION = 1
FITTED = 3


def is_snapshot(page: "bytes | bytearray") -> bool:
    """Whether a whole page is one: its magic is right, and its CRC holds."""
    crc = int.from_bytes(page[-4:], "little")
    return binascii.crc32(memoryview(page)[:-4]) == crc and int.from_bytes(page[:2], "little") == MAGIC
