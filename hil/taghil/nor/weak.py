"""Weak blocks: some of their cells do not program any more, and some, once they are 0, do not erase."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from taghil.nor.wear import Wear
from tagproto.layout import BLOCK_SIZE
from tagproto.pages import PAGE_SIZE

_CELLS = 16
"""Cells of a page that do not program, and as many that do not erase: of a full page, none is met once in 65,536."""


class Weak:
    """Which blocks are weak, from how many erases on; which of their cells, the seed says."""

    def __init__(self, seed: int, wear: Wear) -> None:
        self._seed = seed
        self._wear = wear
        self._blocks: dict[int, int] = {}
        self._pages: dict[int, tuple[int, int]] = {}

    def __bool__(self) -> bool:
        return bool(self._blocks)

    def weaken(self, block: int, after_erases: int) -> None:
        """The block is weak behind so many further erases."""
        self._blocks[block] = self._wear.erases_of(block) + after_erases

    def unprogrammable(self, start: int, size: int) -> int:
        """Cells of some pages of one block that a program leaves at 1."""
        return self._cells(start, size, 0)

    def unerasable(self, start: int, size: int) -> int:
        """Cells of some pages of one block that an erase leaves at 0."""
        return self._cells(start, size, 1)

    def _cells(self, start: int, size: int, which: int) -> int:
        block = start // BLOCK_SIZE
        if block not in self._blocks or self._wear.erases_of(block) < self._blocks[block]:
            return 0
        cells = 0
        for page in range(start // PAGE_SIZE, (start + size) // PAGE_SIZE):
            if page not in self._pages:
                places = random.Random(f"{self._seed}.weak.{page}").sample(range(8 * PAGE_SIZE), 2 * _CELLS)
                self._pages[page] = _mask(places[:_CELLS]), _mask(places[_CELLS:])
            cells |= self._pages[page][which] << 8 * (page * PAGE_SIZE - start)
        return cells

    def to_json(self) -> dict[str, int]:
        """As the file beside the image holds them."""
        return {str(block): erases for block, erases in self._blocks.items()}

    def from_json(self, kept: Mapping[str, Any]) -> None:
        """What `to_json` gave. Raises ValueError, TypeError or AttributeError for what it did not."""
        self._blocks = {int(block): int(erases) for block, erases in kept.items()}


def _mask(places: list[int]) -> int:
    return sum(1 << place for place in places)
