"""How long the flash lasts: days until the tag slows down and until it turns readings away, and wear."""

from dataclasses import dataclass

from tagproto.layout import (
    BLOCK_SIZE,
    JOURNAL_BLOCKS,
    KEY_BLOCKS,
    PAGES_PER_BLOCK,
    READING_RESERVE_PAGES,
    SLOW_ABOVE_PERCENT,
    SLOW_CADENCE_S,
    SLOW_SEAL_INTERVAL_S,
    Layout,
)

from .ledger import Ledger
from .pace import Pace, begin, measure

_YEAR_DAYS = 365
ENDURANCE_ERASES = 100_000
"""Erases that a sector takes at least: W25Q16JV datasheet, features, program-erase cycles."""


@dataclass(frozen=True, slots=True)
class Wear:
    """Erases of each block in a year, when the ring goes round because read-outs free it."""

    ring: float
    journal: float
    keys: float

    @property
    def worst(self) -> tuple[str, float]:
        """(part, erases of each of its blocks in a year) where it is most."""
        return max((("ring", self.ring), ("journal", self.journal), ("keys", self.keys)), key=lambda part: part[1])


@dataclass(frozen=True, slots=True)
class Storage:
    """pace: as ordered; slow: the pace above SLOW_ABOVE_PERCENT.

    days_until_slow: None where readings are turned away first; days_until_refused: until the first reading that is.
    Both with nothing acknowledged.
    """

    blocks: int
    ring_pages: int
    pace: Pace
    slow: Pace
    days_until_slow: float | None
    days_until_refused: float
    wear: Wear

    @property
    def ring_bytes(self) -> int:
        return self.ring_pages // PAGES_PER_BLOCK * BLOCK_SIZE


def store(blocks: int, cadence_s: int, seal_interval_s: int, noise: float, reading_bytes: float | None) -> Storage:
    """Raises ValueError for a flash that is too small."""
    pages = Layout(blocks).ring_blocks * PAGES_PER_BLOCK
    pace = measure(cadence_s, seal_interval_s, noise, reading_bytes)
    slow = measure(max(cadence_s, SLOW_CADENCE_S), max(seal_interval_s, SLOW_SEAL_INTERVAL_S), noise, reading_bytes)
    ledger = Ledger()
    begin(ledger)
    slow_at = pages * SLOW_ABOVE_PERCENT / 100
    refused_at = pages - READING_RESERVE_PAGES
    quick_days = (min(slow_at, refused_at) - ledger.pages) / pace.pages_per_day
    slow_days = max(0.0, refused_at - slow_at) / slow.pages_per_day
    wear = Wear(
        _YEAR_DAYS * pace.pages_per_day / pages,
        _YEAR_DAYS * pace.journal_blocks_per_day / JOURNAL_BLOCKS,
        _YEAR_DAYS * pace.seals_per_day / (KEY_BLOCKS * PAGES_PER_BLOCK),
    )
    until_slow = max(0.0, quick_days) if slow_at < refused_at else None
    return Storage(blocks, pages, pace, slow, until_slow, max(0.0, quick_days + slow_days), wear)
