"""How an operation of the flash ends when the power goes in the middle of it.

A cell that was on its way is done, untouched or loose: a loose one holds a charge near the threshold and reads anew at
each read.  Cells change at different speeds, so anything from "hardly begun" to "nearly done" is met, and what was
hardly begun or nearly done reads right most of the time, which is the harder case for who reads it.

An erase first programs the whole block to zeros, so that no cell is erased too far, and a cut in that part leaves zeros
where ones were: seen on a Spansion S29GL512N, from the block's end on (Linux 2.6.31, "UBI: fix NOR flash recovery").
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

NOT_DONE, BEGUN, HALF, NEARLY, RANDOM, PREFIX, ZEROS = (
    "not done", "begun", "half", "nearly", "random", "prefix", "zeros",
)  # fmt: skip
OF_PROGRAM = (NOT_DONE, BEGUN, HALF, NEARLY, RANDOM, PREFIX)
OF_ERASE = (*OF_PROGRAM, ZEROS)
SIXTEENTHS = 16
"""The likelihood of a loose cell is counted in these."""


class Torn(NamedTuple):
    """Cells as bits of one number, the first byte lowest: `done` have changed for good, `loose` read anew at each read,
    as changed with `likely` sixteenths, `zeroed` are 0 whatever they were.  share: of the time that the whole
    operation takes, what had passed."""

    share: float
    done: int = 0
    loose: int = 0
    likely: int = SIXTEENTHS // 2
    zeroed: int = 0


def tear(kind: str, draw: random.Random, changing: int, size: int) -> Torn:
    """An operation over `size` bytes that was to change the cells `changing`, cut in the way that `kind` names."""
    return _KINDS[kind](draw, changing, size)


def _not_done(draw: random.Random, changing: int, size: int) -> Torn:
    return Torn(0.0)


def _begun(draw: random.Random, changing: int, size: int) -> Torn:
    return Torn(0.1, loose=_some(draw, changing), likely=1)


def _half(draw: random.Random, changing: int, size: int) -> Torn:
    return Torn(0.5, loose=changing)


def _nearly(draw: random.Random, changing: int, size: int) -> Torn:
    loose = _some(draw, changing)
    return Torn(0.95, changing ^ loose, loose, SIXTEENTHS - 1)


def _random(draw: random.Random, changing: int, size: int) -> Torn:
    one, other = draw.getrandbits(8 * size), draw.getrandbits(8 * size)
    return Torn(0.5, changing & one, changing & ~one & other, draw.choice((1, SIXTEENTHS // 2, SIXTEENTHS - 1)))


def _prefix(draw: random.Random, changing: int, size: int) -> Torn:
    whole = draw.randrange(size)
    return Torn(whole / size, changing & (1 << 8 * whole) - 1, changing & 0xFF << 8 * whole)


def _zeros(draw: random.Random, changing: int, size: int) -> Torn:
    left = draw.randrange(size)
    every = (1 << 8 * size) - 1
    return Torn(0.2 * (1 - left / size), zeroed=every ^ (1 << 8 * left) - 1)


def _some(draw: random.Random, changing: int) -> int:
    """A few of the cells, mostly one or two: the fewer they are, the likelier a read does not notice."""
    places = [place for place, bit in enumerate(reversed(f"{changing:b}")) if bit == "1"]
    count = min(len(places), draw.choice((1, 2, 4, 64)))
    return sum(1 << place for place in draw.sample(places, count))


_KINDS: dict[str, Callable[[random.Random, int, int], Torn]] = {
    NOT_DONE: _not_done,
    BEGUN: _begun,
    HALF: _half,
    NEARLY: _nearly,
    RANDOM: _random,
    PREFIX: _prefix,
    ZEROS: _zeros,
}
