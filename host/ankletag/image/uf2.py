"""UF2, the files that a board in BOOTSEL takes: blocks of 512 bytes, each with 256 bytes for a place in its flash.

Source: Microsoft, UF2 specification (https://github.com/microsoft/uf2); RP2040 datasheet, 2.8.4.2: the boot ROM takes
256 bytes a block, for whole pages, of its own family, and starts the board when it has as many as the blocks count.
"""

import struct
from collections.abc import Mapping

from ankletag.image.errors import ImageError
from ankletag.image.geometry import CHIP_BYTES, FLASH_ADDRESS

FAMILY = 0xE48B_FF56
"""The RP2040's."""
PAGE_BYTES = 256
_BLOCK_BYTES = 512
_START = (0x0A32_4655, 0x9E5D_5157)
_END = 0x0AB1_6F30
_NOT_FLASH = 0x0000_0001
_HAS_FAMILY = 0x0000_2000
# Magics, flags, address, bytes, number of the block, count of blocks, family.
_HEAD = struct.Struct("<8I")
_DATA_BYTES = _BLOCK_BYTES - _HEAD.size - 4


def read_uf2(data: bytes, name: str) -> dict[int, bytes]:
    """What a UF2 file for an RP2040 writes, as bytes by address; what adjoins is one piece, in the order of addresses.

    name: of the file, for messages. Raises ImageError for what is no such file, for one that is cut or has a block
    twice, and for one that writes anywhere but into 2 MiB of flash.
    """
    if not data or len(data) % _BLOCK_BYTES:
        raise _bad(name, f"it has {len(data)} bytes, and a UF2 has whole blocks of {_BLOCK_BYTES}")
    pages: dict[int, bytes] = {}
    numbers: set[int] = set()
    counts: set[int] = set()
    for at in range(0, len(data), _BLOCK_BYTES):
        number, count, address, payload = _block(data[at : at + _BLOCK_BYTES], at // _BLOCK_BYTES, name)
        if number in numbers:
            raise _bad(name, f"block {number} is in it twice")
        numbers.add(number)
        counts.add(count)
        if payload is None:
            continue
        # Pages are aligned: two overlap where they begin at one place.
        if address in pages:
            raise _bad(name, f"two blocks are for {address:#010x}")
        pages[address] = payload
    if len(counts) != 1:
        raise _bad(name, "its blocks do not agree on how many they are")
    count = counts.pop()
    if missing := set(range(count)) - numbers:
        raise _bad(name, f"block {min(missing)} of {count} is missing")
    if max(numbers) >= count:
        raise _bad(name, f"it has a block {max(numbers)}, and says that there are {count}")
    return joined(pages)


def write_uf2(pieces: Mapping[int, bytes]) -> bytes:
    """The file that writes these bytes by address, in the order of addresses.

    Raises ValueError for a piece that is not of whole pages of 256 bytes, or reaches into another or out of the flash.
    """
    pages: dict[int, bytes] = {}
    for address, piece in joined(pieces).items():
        if address % PAGE_BYTES or len(piece) % PAGE_BYTES:
            raise ValueError(f"{len(piece)} bytes at {address:#x} are no whole pages of {PAGE_BYTES}")
        if not _in_flash(address, len(piece)):
            raise ValueError(f"{len(piece)} bytes at {address:#x} are not in the flash")
        for at in range(0, len(piece), PAGE_BYTES):
            pages[address + at] = piece[at : at + PAGE_BYTES]
    blocks = []
    for number, (address, page) in enumerate(pages.items()):
        head = _HEAD.pack(*_START, _HAS_FAMILY, address, PAGE_BYTES, number, len(pages), FAMILY)
        blocks.append(head + page.ljust(_DATA_BYTES, b"\0") + _END.to_bytes(4, "little"))
    return b"".join(blocks)


def joined(pieces: Mapping[int, bytes]) -> dict[int, bytes]:
    """The same bytes with what adjoins in one piece, in the order of addresses. Raises ValueError where two overlap."""
    found: list[tuple[int, bytearray]] = []
    for address, piece in sorted(pieces.items()):
        end = found[-1][0] + len(found[-1][1]) if found else -1
        if address < end:
            raise ValueError(f"two pieces overlap at {address:#x}")
        if address == end:
            found[-1][1].extend(piece)
        elif piece:
            found.append((address, bytearray(piece)))
    return {address: bytes(piece) for address, piece in found}


def _block(block: bytes, index: int, name: str) -> tuple[int, int, int, bytes | None]:
    """(number, count, address, bytes) of a block; no bytes in one that is not for the flash. index: which in the file,
    from 0."""
    start, second, flags, address, size, number, count, family = _HEAD.unpack_from(block)
    if (start, second) != _START or int.from_bytes(block[-4:], "little") != _END:
        raise _bad(name, f"its block {index} does not begin or end as one of a UF2")
    if flags & _NOT_FLASH:
        return number, count, address, None
    if not flags & _HAS_FAMILY or family != FAMILY:
        of = f"is of family {family:#010x}" if flags & _HAS_FAMILY else "names no family"
        raise ImageError(
            f"{name} is not for an RP2040: block {index} {of}, not {FAMILY:#010x}.",
            "Use the MicroPython for the board RPI_PICO.",
        )
    if size != PAGE_BYTES or address % PAGE_BYTES:
        raise _bad(
            name, f"block {index} has {size} bytes for {address:#010x}, and an RP2040 takes pages of {PAGE_BYTES}"
        )
    if not _in_flash(address, size):
        raise _bad(name, f"block {index} is for {address:#010x}, which is not in the 2 MiB of a Pico's flash")
    return number, count, address, block[_HEAD.size : _HEAD.size + size]


def _in_flash(address: int, size: int) -> bool:
    return address >= FLASH_ADDRESS and address + size <= FLASH_ADDRESS + CHIP_BYTES


def _bad(name: str, why: str) -> ImageError:
    return ImageError(f"{name} is no UF2 that a Pico takes: {why}.", "Download the file again, or make it anew.")
