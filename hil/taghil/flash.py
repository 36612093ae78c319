"""The NOR flash behind the file system, with what can go wrong in it: power cuts, lost operations, weak blocks.

A cut or a lost operation is armed for the N-th operation from now, of all or of one kind, in all or in some blocks.  At
a cut the operation is torn (taghil.nor.tears names how) and `PowerCut` is raised; a lost one never reaches the chip.
"""

from __future__ import annotations

from pathlib import Path

from taghil.nor.cells import Cells, FlashDamaged
from taghil.nor.moments import BLOCKS_MOST, ERASE, PROGRAM, At, Countdown, FlashRange
from taghil.nor.wear import WearCounts
from tagproto import layout
from tagproto.pages import PAGE_SIZE

BLOCK = layout.BLOCK_SIZE
PAGE = PAGE_SIZE
DEFAULT_BLOCKS = layout.STORAGE_BLOCKS - layout.FILE_SYSTEM_BLOCKS

__all__ = [
    "BLOCK", "DEFAULT_BLOCKS", "ERASE", "PAGE", "PROGRAM", "At", "Flash", "FlashDamaged", "FlashRange", "PowerCut",
]  # fmt: skip


class PowerCut(Exception):
    """The power went at a flash operation; `tear` says how it ended, `share` how much of its time had passed."""

    def __init__(self, operation: str, block: int, offset: int, tear: str, share: float) -> None:
        super().__init__(f"power cut at {operation} of block {block}, offset {offset}: {tear}")
        self.operation = operation
        self.block = block
        self.offset = offset
        self.tear = tear
        self.share = share


class Flash:
    """`blocks` blocks of 4,096 B in pages of 256 B, kept in memory (path None) or written through to `path`.

    programs, erases: operations that were asked for since this object was made; lost: those that never reached it.
    Raises FlashRange, FlashDamaged.
    """

    def __init__(self, path: Path | None, blocks: int = DEFAULT_BLOCKS, seed: int = 0) -> None:
        if not 1 <= blocks <= BLOCKS_MOST:
            raise FlashRange(f"a flash has 1 to {BLOCKS_MOST} blocks, not {blocks}")
        self.blocks = blocks
        self.programs = 0
        self.erases = 0
        self.lost = 0
        self._size = blocks * BLOCK
        self._cells = Cells(path, blocks, seed)
        # Five reads to a reading: they are spared every way around.
        self._image, self._loose = self._cells.image, self._cells.loose
        self._loose_pages = self._loose.pages
        self._cuts = Countdown()
        self._skips = Countdown()
        self._armed = False

    @property
    def cuts_armed(self) -> bool:
        """Whether a power cut is still to come."""
        return bool(self._cuts)

    @property
    def operations(self) -> int:
        """Programs and erases so far."""
        return self.programs + self.erases

    @property
    def image(self) -> bytes:
        """All that the cells hold, a loose one as 1."""
        return bytes(self._image)

    @property
    def loose_cells(self) -> int:
        """How many cells read anew at each read."""
        return self._loose.count

    def cut_power_at(self, *moments: At) -> None:
        """Arms power cuts, each counted from the one before; none disarms."""
        self._cuts.arm(moments)
        self._armed = bool(self._cuts or self._skips)

    def skip_operation(self, *moments: At) -> None:
        """Arms operations that never reach the chip, each counted from the one before; none disarms."""
        self._skips.arm(moments)
        self._armed = bool(self._cuts or self._skips)

    def weaken(self, block: int, after_erases: int = 0) -> None:
        """Behind so many further erases, programs leave some cells of the block at 1 and erases some at 0."""
        self.check_weak(block, after_erases)
        self._cells.weaken(block, after_erases)

    def check_weak(self, block: int, after_erases: int) -> None:
        """Raises FlashRange for what `weaken` would not take."""
        self._at(block, 0, BLOCK)
        if after_erases < 0:
            raise FlashRange(f"a block is weak after 0 or more erases, not {after_erases}")

    def wear(self) -> WearCounts:
        """Programs and erases since the flash was new, over restarts."""
        return self._cells.wear.counts()

    def _at(self, block: int, offset: int, n: int) -> int:
        start = block * BLOCK + offset
        if not (0 <= block < self.blocks and 0 <= offset < BLOCK and start + n <= self._size):
            raise FlashRange(f"block {block}, offset {offset}, {n} B is outside the {self.blocks} blocks")
        return start

    def read(self, block: int, offset: int, n: int) -> bytes:
        """n bytes from an offset in a block; may run on into the blocks that follow."""
        start = self._at(block, offset, n)
        data = bytes(self._image[start : start + n])
        return self._loose.read(start, data) if self._loose_pages else data

    def program(self, block: int, offset: int, data: bytes) -> bool:
        """Programs whole pages: clears the bits that are 0 in data; whether it reached the chip. Raises PowerCut."""
        if offset % PAGE or len(data) % PAGE or not data:
            raise FlashRange(f"a program of {len(data)} B at offset {offset} is not made of whole pages")
        start = self._at(block, offset, len(data))
        self.programs += 1
        if self._armed:
            if cut := self._cuts.meets(PROGRAM, block):
                raise PowerCut(PROGRAM, block, offset, *self._cells.tear_program(start, data, cut.tear))
            if self._skips.meets(PROGRAM, block):
                self.lost += 1
                return False
        self._cells.program(start, data)
        return True

    def erase(self, block: int) -> bool:
        """Sets every bit of a block; whether it reached the chip. Raises PowerCut."""
        self._at(block, 0, BLOCK)
        self.erases += 1
        if self._armed:
            if cut := self._cuts.meets(ERASE, block):
                raise PowerCut(ERASE, block, 0, *self._cells.tear_erase(block, cut.tear))
            if self._skips.meets(ERASE, block):
                self.lost += 1
                return False
        self._cells.erase(block)
        return True

    def close(self) -> None:
        """Writes the image to the disk and lets go of its files."""
        self._cells.close()
