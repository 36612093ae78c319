"""How often each block of the flash was erased, and how many pages were programmed, in a file beside the image."""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path
from typing import TypedDict

_PROGRAMS = struct.Struct("<Q")
_ERASES = struct.Struct("<I")


class WearCounts(TypedDict):
    """Since the flash was new: pages programmed; erases of the block with fewest, of the one with most, of all."""

    programs: int
    erases_min: int
    erases_max: int
    erases_total: int


class Wear:
    """The counts, mapped like the image: right whenever this process is killed.  path None: in memory only."""

    def __init__(self, path: Path | None, blocks: int) -> None:
        self._blocks = blocks
        size = _PROGRAMS.size + blocks * _ERASES.size
        self._counts: bytearray | mmap.mmap
        if path is None:
            self._counts = bytearray(size)
            return
        with path.open("r+b" if path.exists() else "w+b") as file:
            # One of another size belongs to another image: it begins anew.
            if file.seek(0, os.SEEK_END) != size:
                file.truncate(0)
                file.truncate(size)
            self._counts = mmap.mmap(file.fileno(), size)

    def programmed(self, pages: int) -> None:
        """Counts programmed pages."""
        _PROGRAMS.pack_into(self._counts, 0, _PROGRAMS.unpack_from(self._counts)[0] + pages)

    def erased(self, block: int) -> None:
        """Counts an erase, also one that was cut: it wears the cells all the same."""
        _ERASES.pack_into(self._counts, _PROGRAMS.size + block * _ERASES.size, self.erases_of(block) + 1)

    def erases_of(self, block: int) -> int:
        """Erases of a block."""
        count: int = _ERASES.unpack_from(self._counts, _PROGRAMS.size + block * _ERASES.size)[0]
        return count

    def counts(self) -> WearCounts:
        """All of it in four numbers."""
        erases = [self.erases_of(block) for block in range(self._blocks)]
        return {
            "programs": _PROGRAMS.unpack_from(self._counts)[0],
            "erases_min": min(erases),
            "erases_max": max(erases),
            "erases_total": sum(erases),
        }

    def close(self) -> None:
        """Lets go of the file."""
        if isinstance(self._counts, mmap.mmap) and not self._counts.closed:
            self._counts.close()
