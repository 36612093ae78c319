"""The NOR flash behind the file system: an image in a file, written through.

Programming clears bits only (old AND new), erasing a block sets them.  A power cut may be armed at the N-th operation
from now: that operation is then torn (some of its bits, seeded) or not done, and `PowerCut` is raised at that instant.
"""

from __future__ import annotations

import mmap
import os
import random
from pathlib import Path

from tagproto import layout
from tagproto.pages import PAGE_SIZE

BLOCK = layout.BLOCK_SIZE
PAGE = PAGE_SIZE
DEFAULT_BLOCKS = layout.STORAGE_BLOCKS - layout.FILE_SYSTEM_BLOCKS
ERASED = b"\xff" * BLOCK


class PowerCut(Exception):
    """The power went at a flash operation; `done` says how much of it reached the cells."""

    def __init__(self, operation: str, block: int, offset: int, done: str) -> None:
        super().__init__(f"power cut at {operation} of block {block}, offset {offset}: {done}")
        self.done = done


class FlashRange(ValueError):
    """An access outside the flash, or not aligned to its pages."""


class Flash:
    """An image of `blocks` blocks of 4,096 B in pages of 256 B, kept in memory and written through to `path`."""

    def __init__(self, path: Path | None, blocks: int = DEFAULT_BLOCKS, seed: int = 0) -> None:
        if not 1 <= blocks <= 0xFFFF:
            raise FlashRange(f"a flash has 1 to 65535 blocks, not {blocks}")
        self.blocks = blocks
        self.programs = 0
        self.erases = 0
        self.cut_in = 0
        self._seed = seed
        self._cuts = 0
        size = blocks * BLOCK
        self.image: bytearray | mmap.mmap
        if path is None:
            self.image = bytearray(b"\xff" * size)
            return
        with path.open("r+b" if path.exists() else "w+b") as file:
            old = file.seek(0, os.SEEK_END)
            if old == 0:
                file.write(b"\xff" * size)
                file.flush()
            elif old != size:
                raise FlashRange(
                    f"{path} holds {old // BLOCK} blocks, not {blocks}: "
                    f"start with --flash-blocks {old // BLOCK}, or on an empty folder"
                )
            # Mapped: what is programmed is in the file at once, also if this process is killed, without a call each.
            self.image = mmap.mmap(file.fileno(), size)

    @property
    def operations(self) -> int:
        """Programs and erases so far."""
        return self.programs + self.erases

    def cut_power_at(self, operation: int) -> None:
        """Arms a power cut at the given operation from now, the next one being 1; 0 disarms."""
        self.cut_in = operation

    def _at(self, block: int, offset: int, n: int) -> int:
        start = block * BLOCK + offset
        if not (0 <= block < self.blocks and 0 <= offset < BLOCK and start + n <= len(self.image)):
            raise FlashRange(f"block {block}, offset {offset}, {n} B is outside the {self.blocks} blocks")
        return start

    def read(self, block: int, offset: int, n: int) -> bytes:
        """n bytes from an offset in a block; may run on into the blocks that follow."""
        start = self._at(block, offset, n)
        return bytes(self.image[start : start + n])

    def program(self, block: int, offset: int, data: bytes) -> None:
        """Programs whole pages: clears the bits that are 0 in data."""
        if offset % PAGE or len(data) % PAGE or not data:
            raise FlashRange(f"a program of {len(data)} B at offset {offset} is not made of whole pages")
        start = self._at(block, offset, len(data))
        end = start + len(data)
        self.programs += 1
        old = int.from_bytes(self.image[start:end], "little")
        new = old & int.from_bytes(data, "little")
        if self.cut_in:
            new = self._cut(new, old, len(data), "program", block, offset)
        self._store(start, new.to_bytes(len(data), "little"))
        self._raise_if_cut()

    def erase(self, block: int) -> None:
        """Sets every bit of a block."""
        start = self._at(block, 0, BLOCK)
        self.erases += 1
        if self.cut_in:
            old = int.from_bytes(self.image[start : start + BLOCK], "little")
            new = self._cut((1 << (8 * BLOCK)) - 1, old, BLOCK, "erase", block, 0)
            self._store(start, new.to_bytes(BLOCK, "little"))
            self._raise_if_cut()
        else:
            self._store(start, ERASED)

    _pending_cut: PowerCut | None = None

    def _cut(self, new: int, old: int, size: int, operation: str, block: int, offset: int) -> int:
        """Counts down to the cut; at it gives what the cells hold: the old, or the old with some bits new."""
        self.cut_in -= 1
        if self.cut_in:
            return new
        draw = random.Random(f"{self._seed}.{self._cuts}.{operation}.{block}.{offset}")
        self._cuts += 1
        if draw.random() < 0.25:
            self._pending_cut = PowerCut(operation, block, offset, "not done")
            return old
        # A torn operation: each bit that was to change has done so with one and the same, drawn, likelihood.
        took = 0
        for _ in range(draw.choice((1, 2, 3))):
            took |= draw.getrandbits(8 * size)
        self._pending_cut = PowerCut(operation, block, offset, "torn")
        return old ^ ((old ^ new) & took)

    def _raise_if_cut(self) -> None:
        cut, self._pending_cut = self._pending_cut, None
        if cut is not None:
            raise cut

    def _store(self, start: int, data: bytes) -> None:
        self.image[start : start + len(data)] = data

    def close(self) -> None:
        """Writes the image to the disk and lets go of its file."""
        if isinstance(self.image, mmap.mmap) and not self.image.closed:
            self.image.flush()
            self.image.close()
