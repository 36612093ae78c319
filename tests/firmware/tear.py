"""NOR flash as replayed on the host, and what a power cut in the middle of an operation can leave of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

BLOCK = 4096
PAGE = 256
_PAGE_BITS = 8 * PAGE
_BLOCK_BITS = 8 * BLOCK
_ALL = (1 << _BLOCK_BITS) - 1

# How unstable bits read, as vm/nor.py knows it.
EVEN, OLD, NEW = range(3)
FADE, RISE = 10, 20
# Most of what goes wrong does so between the first look and the second.
_READS = (1, 1, 2, 3, 4, 6)


@dataclass(frozen=True, slots=True)
class Operation:
    """An erase of a block (data is None), or a program of a page; `index` counts pages or blocks from 0."""

    index: int
    data: bytes | None

    @property
    def span(self) -> tuple[int, int]:
        """First byte, and the one behind the last."""
        size = BLOCK if self.data is None else PAGE
        return self.index * size, (self.index + 1) * size

    def __str__(self) -> str:
        return f"{'erase of block' if self.data is None else 'program of page'} {self.index}"


@dataclass(frozen=True, slots=True)
class Image:
    """Flash after a cut. `mask`: the unstable bits, held in `cells` as they were before; `mode`: how they read."""

    cells: bytes
    mask: bytes
    mode: int = EVEN

    @property
    def changes(self) -> bool:
        """Whether the unstable bits read one way for a while and then the other."""
        return self.mode >= FADE and any(self.mask)

    def after(self, operation: Operation) -> "Image":
        """The flash when the operation was carried out."""
        start, end = operation.span
        if operation.data is None:
            return self._with(start, b"\xff" * BLOCK, bytes(BLOCK), self.mode)
        data = int.from_bytes(operation.data, "little")
        cells, mask = self._bits(start, end)
        return self._with(
            start, (cells & data).to_bytes(PAGE, "little"), (mask & data).to_bytes(PAGE, "little"), self.mode
        )

    def torn(self, operation: Operation, draw: random.Random) -> "Iterator[tuple[str, Image]]":
        """(how, flash) for the ways in which a cut can end an operation; some may be equal to each other."""
        start, end = operation.span
        size = end - start
        cells, mask = self._bits(start, end)
        tears = (
            _erase_tears(cells, draw) if operation.data is None else _program_tears(cells, mask, operation.data, draw)
        )
        yield "not done", self
        for how, mode, done, unstable, value in tears:
            # Bits in `done` hold `value`, those in `unstable` are neither here nor there, all others are as before.
            new_cells = cells & ~done | value & done
            new_mask = mask & ~done | unstable
            yield how, self._with(start, new_cells.to_bytes(size, "little"), new_mask.to_bytes(size, "little"), mode)

    def _bits(self, start: int, end: int) -> tuple[int, int]:
        return int.from_bytes(self.cells[start:end], "little"), int.from_bytes(self.mask[start:end], "little")

    def _with(self, start: int, cells: bytes, mask: bytes, mode: int) -> "Image":
        end = start + len(cells)
        return Image(
            self.cells[:start] + cells + self.cells[end:],
            self.mask[:start] + mask + self.mask[end:],
            mode,
        )


Tear = tuple[str, int, int, int, int]


def _some(draw: random.Random, bits: int) -> int:
    """About half of the bits."""
    return bits & draw.getrandbits(_BLOCK_BITS)


def _program_tears(cells: int, mask: int, data: bytes, draw: random.Random) -> Iterator[Tear]:
    """(how, mode, bits done, bits unstable, what the done ones hold) for a page that was to be programmed."""
    changing = (cells | mask) & ~int.from_bytes(data, "little")
    places = [i for i in range(PAGE) if changing >> 8 * i & 0xFF]
    if not places:
        return
    half = (1 << 8 * places[len(places) // 2]) - 1
    yield "half of its bytes", EVEN, changing & half, 0, 0
    yield "all but its last byte", EVEN, changing & (1 << 8 * places[-1]) - 1, 0, 0
    done = _some(draw, changing)
    yield "some of its bits", EVEN, done, 0, 0
    done = _some(draw, changing)
    yield "some of its bits, others unstable", EVEN, done, _some(draw, changing & ~done), 0
    yield "begun", OLD, 0, _some(draw, changing), 0
    loose = _some(draw, _some(draw, changing)) or changing & -changing
    yield "nearly done", NEW, changing & ~loose, loose, 0
    yield "read as done for a while", FADE + draw.choice(_READS), 0, changing, 0
    yield "read as not done for a while", RISE + draw.choice(_READS), 0, changing, 0


def _erase_tears(cells: int, draw: random.Random) -> Iterator[Tear]:
    """The same for a block that was to be erased. Chips program all of a block before they erase it."""
    changing = _ALL & ~cells
    half = (1 << _BLOCK_BITS // 2) - 1
    yield "half of its pages programmed to zero", EVEN, half, 0, 0
    if not changing:
        return
    edge = (_ALL >> _BLOCK_BITS // 2 - _PAGE_BITS) & ~half
    yield "half of its pages", EVEN, half, changing & edge, _ALL
    done = _some(draw, changing)
    yield "some of its bits, others unstable", EVEN, done, _some(draw, changing & ~done), _ALL
    yield "begun", OLD, 0, _some(draw, changing), 0
    loose = _some(draw, changing) or changing
    yield "nearly done", NEW, changing & ~loose, loose, _ALL
    yield "read as blank for a while", FADE + draw.choice(_READS), 0, changing, 0
    yield "read as not erased for a while", RISE + draw.choice(_READS), 0, changing, 0


def blank(blocks: int) -> Image:
    """Flash that was never used."""
    return Image(b"\xff" * (blocks * BLOCK), bytes(blocks * BLOCK))
