"""An emulator's flash as part of a whole chip, and back: the same log on the VM and on the emulated RP2040.

MicroPython on RPI_PICO keeps its storage, 1,408 KiB, at the end of the 2 MiB of flash, so from 0xA0000 on (MicroPython,
ports/rp2/rp2_flash.c: MICROPY_HW_FLASH_STORAGE_BASE).  The file system's image is the first part of it, the emulator's
flash.bin is the rest.  An image has room for what cells hold only: loose cells become 1, wear and weak blocks stay
behind.
"""

from __future__ import annotations

import os
from pathlib import Path

from ankletag.image import geometry
from taghil.nor.cells import side_files
from taghil.vm.state import StateFolder
from tagproto import layout

CHIP_BYTES = geometry.CHIP_BYTES
STORAGE_BYTES = geometry.STORAGE_BYTES
STORAGE_START = geometry.STORAGE_START
FILES_BYTES = layout.FILE_SYSTEM_BLOCKS * layout.BLOCK_SIZE
LOG_BYTES = STORAGE_BYTES - FILES_BYTES


class ChipImageError(ValueError):
    """Bytes that are no such part of a chip; the message is a sentence."""


def join(files: bytes, log: bytes) -> bytes:
    """The storage part: the file system's image (ankletag.image.firmware_image), behind it a flash of the emulator."""
    _check(files, "file system's image", FILES_BYTES)
    _check(log, "emulator's flash image", LOG_BYTES)
    return files + log


def whole_chip(storage: bytes) -> bytes:
    """All 2 MiB: the storage part at its place, 0xFF where MicroPython itself lies."""
    _check(storage, "storage part", STORAGE_BYTES)
    return b"\xff" * STORAGE_START + storage


def split(image: bytes) -> tuple[bytes, bytes]:
    """(file system's image, emulator's flash image) of a storage part or of a whole chip."""
    if len(image) == CHIP_BYTES:
        image = image[STORAGE_START:]
    if len(image) != STORAGE_BYTES:
        raise ChipImageError(
            f"{len(image)} bytes are no Pico's flash: its storage part has {STORAGE_BYTES}, all of it {CHIP_BYTES}"
        )
    return image[:FILES_BYTES], image[FILES_BYTES:]


def take_log(state: Path) -> bytes:
    """The flash image of the emulator that kept its tag in this folder.

    Raises StateBusy while one runs on it, ChipImageError when there is none or it is not of a Pico's size.
    """
    folder = StateFolder(state)
    if not folder.flash.is_file():
        raise ChipImageError(f"{state} holds no emulated tag: {folder.flash.name} is not there")
    lock = folder.lock()
    try:
        log = folder.flash.read_bytes()
    finally:
        os.close(lock)
    _check(log, f"{folder.flash}", LOG_BYTES)
    return log


def put_log(state: Path, log: bytes) -> None:
    """Makes these bytes the flash image of the emulator that will keep its tag in this folder.

    A folder that has lived keeps its unique id and its time, a new one takes them from how the emulator is started: the
    log goes on only on the tag that it is of.  Raises StateBusy while an emulator runs on the folder.
    """
    _check(log, "emulator's flash image", LOG_BYTES)
    state.mkdir(parents=True, exist_ok=True)
    folder = StateFolder(state)
    lock = folder.lock()
    try:
        for path in side_files(folder.flash):
            # They tell of the cells of another chip.
            path.unlink(missing_ok=True)
        new = folder.flash.with_name(folder.flash.name + ".new")
        new.write_bytes(log)
        os.replace(new, folder.flash)
    finally:
        os.close(lock)


def _check(data: bytes, what: str, size: int) -> None:
    if len(data) != size:
        raise ChipImageError(f"the {what} has {len(data)} bytes, not {size}")
