"""Loose cells: left between 0 and 1 by a torn operation, they read anew at each read.

The image holds a 1 for each of them.  A program that makes one 0 firms it, one that leaves it 1 does not; an erase of
its block firms it when it is completed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from taghil.nor.tears import SIXTEENTHS
from tagproto.pages import PAGE_SIZE

_PAGE_MASK = (1 << 8 * PAGE_SIZE) - 1


class Loose:
    """The loose cells of a flash: `pages` gives by page which they are, and in how many sixteenths of the reads they
    read 1.  While it is empty every read is what the image holds."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(f"{seed}.reads")
        self.pages: dict[int, tuple[int, int]] = {}

    @property
    def count(self) -> int:
        """How many cells are loose."""
        return sum(f"{cells:b}".count("1") for cells, _ in self.pages.values())

    def read(self, start: int, data: bytes) -> bytes:
        """What a read at an address gives, of what the image holds there."""
        zeros = 0
        for page in range(start // PAGE_SIZE, (start + len(data) - 1) // PAGE_SIZE + 1):
            if page in self.pages:
                cells, ones = self.pages[page]
                at = 8 * (page * PAGE_SIZE - start)
                read = cells & self._likely(SIXTEENTHS - ones)
                zeros |= read << at if at >= 0 else read >> -at
        return (int.from_bytes(data, "little") & ~zeros).to_bytes(len(data), "little")

    def _likely(self, sixteenths: int) -> int:
        """Bits of a page that are 1 with this likelihood: 1, 8 or 15 sixteenths."""
        bits = self._draw.getrandbits(8 * PAGE_SIZE)
        if sixteenths != SIXTEENTHS // 2:
            for _ in range(3):
                more = self._draw.getrandbits(8 * PAGE_SIZE)
                bits = bits & more if sixteenths < SIXTEENTHS // 2 else bits | more
        return bits

    def add(self, start: int, size: int, cells: int, ones: int) -> None:
        """Cells of some pages that a torn operation left loose, to read 1 in so many sixteenths of the reads."""
        for page in range(start // PAGE_SIZE, (start + size) // PAGE_SIZE):
            more = cells >> 8 * (page * PAGE_SIZE - start) & _PAGE_MASK
            if more:
                self.pages[page] = self.pages.get(page, (0, 0))[0] | more, ones

    def firm(self, start: int, image: bytes) -> bool:
        """Forgets those that are 0 in the image of some pages now; gives whether there were loose cells there."""
        found = False
        for at in range(0, len(image), PAGE_SIZE):
            page = (start + at) // PAGE_SIZE
            if page in self.pages:
                found = True
                cells, ones = self.pages.pop(page)
                cells &= int.from_bytes(image[at : at + PAGE_SIZE], "little")
                if cells:
                    self.pages[page] = cells, ones
        return found

    def forget(self, start: int, size: int) -> bool:
        """Forgets those of some pages, as a completed erase does; gives whether there were any."""
        pages = range(start // PAGE_SIZE, (start + size) // PAGE_SIZE)
        return sum(self.pages.pop(page, None) is not None for page in pages) > 0

    def to_json(self) -> dict[str, tuple[str, int]]:
        """As the file beside the image holds them."""
        return {str(page): (f"{cells:x}", ones) for page, (cells, ones) in self.pages.items()}

    def from_json(self, kept: Mapping[str, Any]) -> None:
        """What `to_json` gave. Raises ValueError, TypeError or AttributeError for what it did not."""
        self.pages.update({int(page): (int(cells, 16), int(ones)) for page, (cells, ones) in kept.items()})
