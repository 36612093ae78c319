"""How MicroPython mounts the flash of RPI_PICO, and which part of it is the image's.

Source: MicroPython, ports/rp2/rp2_flash.c (352 blocks of 4096 bytes), ports/rp2/modules/_boot.py (progsize=256, and the
format when it does not mount), extmod/vfs_lfs.c (read size and lookahead of 32 by default), extmod/vfs_lfsx.c (cache).
"""

from littlefs import LittleFS, UserContext

from tagproto import layout

BLOCK_BYTES = layout.BLOCK_SIZE
"""One erase sector."""
STORAGE_BLOCKS = layout.STORAGE_BLOCKS
"""What `rp2.Flash()` reports: 1408 KiB. A superblock that declares another number does not mount."""
IMAGE_BLOCKS = layout.FILE_SYSTEM_BLOCKS
"""The blocks that files may lie in; all behind them is settings, keys, journal and log."""
CHIP_BYTES = 2 << 20
"""A Pico's flash (W25Q16JV)."""
STORAGE_BYTES = STORAGE_BLOCKS * BLOCK_BYTES
STORAGE_START = CHIP_BYTES - STORAGE_BYTES
"""Where the storage begins on the chip: it is the end of the flash (MICROPY_HW_FLASH_STORAGE_BASE)."""
FLASH_ADDRESS = 0x1000_0000
"""Where the processor sees the flash (RP2040 datasheet, 2.2: XIP)."""

# littlefs 2.0 is read by every MicroPython; 2.1 adds nothing to a file system that is only read.
DISK_VERSION = 0x0002_0000

# As the stock `_boot.py` mounts: progsize=256, the rest by default.
_READ_BYTES = 32
_PROGRAM_BYTES = 256
_LOOKAHEAD_BYTES = 32
# MicroPython's cache. A file that is held inline in its directory must fit into the cache of who reads it.
_CACHE_BYTES = 4 * _PROGRAM_BYTES


def file_system(flash: UserContext, blocks: int) -> LittleFS:
    """A littlefs of `blocks` blocks over `flash`, neither formatted nor mounted."""
    return LittleFS(
        context=flash,
        mount=False,
        block_size=BLOCK_BYTES,
        block_count=blocks,
        read_size=_READ_BYTES,
        prog_size=_PROGRAM_BYTES,
        cache_size=_CACHE_BYTES,
        lookahead_size=_LOOKAHEAD_BYTES,
        # Nothing is worn here, so nothing moves: a directory stays where it was made.
        block_cycles=-1,
        disk_version=DISK_VERSION,
    )
