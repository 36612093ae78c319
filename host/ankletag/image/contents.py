"""What an image holds, found by mounting it and reading all of it."""

from typing import NamedTuple

from littlefs import LFSConfig, LittleFS, LittleFSError, UserContext

from ankletag.image.errors import ImageError
from ankletag.image.geometry import BLOCK_BYTES, STORAGE_BLOCKS, file_system


class Contents(NamedTuple):
    """An image as a tag would see it."""

    files: dict[str, bytes]
    """Content by path, relative to the root."""
    blocks: frozenset[int]
    """Numbers of the blocks that mounting, listing and reading everything looked at: those in use."""
    declared_blocks: int
    """How many blocks the superblock says there are."""
    disk_version: tuple[int, int]
    """Version of littlefs's format: major, minor."""


class _Watched(UserContext):
    """Flash that notes which blocks are read."""

    def __init__(self, flash: bytearray) -> None:
        super().__init__(buffer=flash)
        self.seen: set[int] = set()

    def read(self, cfg: LFSConfig, block: int, off: int, size: int) -> bytearray:
        self.seen.add(block)
        return super().read(cfg, block, off, size)


def read_image(image: bytes) -> Contents:
    """Mount `image` (bytes, what lies behind its end counts as erased) as the tag does and read all of it.

    Meant for images from `build_image`: littlefs trusts what it reads, and a forged one may end the program.
    Raises ImageError when it does not mount: a stock MicroPython would format it.
    """
    flash = _Watched(bytearray(image.ljust(STORAGE_BLOCKS * BLOCK_BYTES, b"\xff")))
    fs = file_system(flash, STORAGE_BLOCKS)
    try:
        fs.mount()
    except LittleFSError as error:
        raise ImageError(
            f"This is no file system that a tag would mount: littlefs says {error.name}.",
            "Build the image again; a tag that carries this one would format it.",
        ) from None
    state = fs.fs_stat()
    files = _read(fs)
    # Walks every directory and every file's list of blocks.
    fs.used_block_count  # noqa: B018
    return Contents(
        files, frozenset(flash.seen), state.block_count, (state.disk_version >> 16, state.disk_version & 0xFFFF)
    )


def _read(fs: LittleFS) -> dict[str, bytes]:
    files = {}
    for folder, _, names in fs.walk("/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            with fs.open(path, "rb") as file:
                files[path[1:]] = file.read()
    return files
