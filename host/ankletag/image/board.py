"""One UF2 for all that a board gets: MicroPython, the file system's image, and an erased log where that is wanted."""

from collections.abc import Mapping

from ankletag.image.errors import ImageError
from ankletag.image.geometry import BLOCK_BYTES, FLASH_ADDRESS, IMAGE_BLOCKS, STORAGE_BLOCKS, STORAGE_START
from ankletag.image.uf2 import joined, read_uf2, write_uf2

MICROPYTHON_VARIABLE = "ANKLETAG_UF2"
"""The environment's name for the UF2 of a MicroPython that its user brings."""
MICROPYTHON_RELEASES = "micropython.org/download/RPI_PICO"
"""Where there are such."""
IMAGE_ADDRESS = FLASH_ADDRESS + STORAGE_START
LOG_ADDRESS = IMAGE_ADDRESS + IMAGE_BLOCKS * BLOCK_BYTES
LOG_BYTES = (STORAGE_BLOCKS - IMAGE_BLOCKS) * BLOCK_BYTES
_ERASED = b"\xff"
MICROPYTHON_BANNER = b"Raspberry Pi Pico with RP2040"
"""What a MicroPython says of its board at the prompt (MicroPython, ports/rp2/boards/RPI_PICO/mpconfigboard.h)."""


def board_uf2(image: bytes, micropython: Mapping[int, bytes] | None = None, erase_log: bool = False) -> bytes:
    """The UF2 that writes an image (from `build_image`) and whatever else is given; nothing else on the chip changes.

    micropython: from `check_micropython`. erase_log: settings, keys, journal and log become 0xFF.

    Sectors are written whole and one after the other: the boot ROM erases one for each sixteen numbers of blocks, where
    the first of them goes that comes (pico-bootrom-rp2040, bootrom/virtual_disk.c; RP2040 datasheet, 2.8.4.2).
    """
    pieces = dict(micropython or {})
    pieces[IMAGE_ADDRESS] = image
    if erase_log:
        pieces[LOG_ADDRESS] = _ERASED * LOG_BYTES
    return write_uf2(_whole_sectors(pieces))


def check_micropython(data: bytes, name: str) -> dict[int, bytes]:
    """What a MicroPython's UF2 writes. name: of the file, for messages.

    Raises ImageError where it is no UF2 for an RP2040, where it does not begin where the flash does, where it reaches
    into the part that holds the tag's files and log, and where it does not name itself after the board.
    """
    pieces = joined(_whole_sectors(read_uf2(data, name)))
    first = next(iter(pieces), None)
    if first != FLASH_ADDRESS:
        raise ImageError(
            f"{name} holds no MicroPython: it does not begin at {FLASH_ADDRESS:#x}, where a Pico starts.",
            "Use the MicroPython for the board RPI_PICO.",
        )
    end = max(address + len(piece) for address, piece in pieces.items())
    if end > IMAGE_ADDRESS:
        raise ImageError(
            f"{name} reaches to {end:#x}, into the part from {IMAGE_ADDRESS:#x} on where the tag's files and log lie.",
            "Use the MicroPython for the board RPI_PICO; those of other boards divide the flash in another way.",
        )
    if not any(MICROPYTHON_BANNER in piece for piece in pieces.values()):
        raise ImageError(
            f"{name} holds no MicroPython for a Pico: nowhere in it stands {MICROPYTHON_BANNER.decode()!r}.",
            "Use the MicroPython for the board RPI_PICO.",
        )
    return pieces


def _whole_sectors(pieces: Mapping[int, bytes]) -> dict[int, bytes]:
    """The same with every sector filled up: 0xFF where nothing is to be written."""
    sectors: dict[int, bytearray] = {}
    for address, piece in sorted(pieces.items()):
        at = 0
        while at < len(piece):
            offset = (address + at) % BLOCK_BYTES
            part = piece[at : at + BLOCK_BYTES - offset]
            sector = sectors.setdefault(address + at - offset, bytearray(_ERASED * BLOCK_BYTES))
            sector[offset : offset + len(part)] = part
            at += len(part)
    return {address: bytes(sector) for address, sector in sectors.items()}
