"""Where what lies in the tag's flash, and which part of the log is kept for what.

The host plans with these numbers and the tag lives by them. Blocks are erase sectors of 4096 bytes. A Pico's
MicroPython gives its file system 352 of them; the image that holds the files uses the first ones only, all
behind them is raw: configuration, keys, journal, ring of pages.
"""

from .pages import PAGE_SIZE

BLOCK_SIZE = 4096
PAGES_PER_BLOCK = BLOCK_SIZE // PAGE_SIZE

# The part of a Pico's flash that MicroPython mounts, and how much of it the file system's image uses.
STORAGE_BLOCKS = 352
FILE_SYSTEM_BLOCKS = 40

SETTINGS_BLOCKS = 2
# Two keys are announced ahead: they lie in two blocks at most, and the third is free.
KEY_BLOCKS = 3
# Whom the tag obeys: written whole into one of two blocks, then into the other.
TRUST_BLOCKS = 2
JOURNAL_BLOCKS = 4
_RING_BLOCKS_MIN = 6

# The journal writes so much around the data of an entry, and an entry with so much data into each block.
JOURNAL_ENTRY_BYTES = 9
JOURNAL_SECTOR_BYTES = 5

# Free pages that readings leave to events and seals.
READING_RESERVE_PAGES = 64
# Free pages that events leave to what a session with a host needs: attestation, receipt, removal, the seal it asks for.
EVENT_RESERVE_PAGES = 16
# Free pages that these leave to the seal that is due, and to what must be said before the ticks have gone round.
SESSION_RESERVE_PAGES = 4
# A window is sealed when it has so many records: a boot reads the open one again.
WINDOW_RECORDS_MAX = 2048

# With so much of the ring taken the tag slows down, and is its own self again at so much.
SLOW_ABOVE_PERCENT = 90
SLOW_UNTIL_PERCENT = 85
SLOW_CADENCE_S = 1800
SLOW_SEAL_INTERVAL_S = 86400


class Layout:
    """First block and number of blocks of each part, for a flash of `blocks` blocks behind the file system.

    Raises ValueError for a flash that is too small to keep a log.
    """

    def __init__(self, blocks: int) -> None:
        self.settings_first = 0
        self.keys_first = SETTINGS_BLOCKS
        self.trust_first = self.keys_first + KEY_BLOCKS
        self.journal_first = self.trust_first + TRUST_BLOCKS
        self.ring_first = self.journal_first + JOURNAL_BLOCKS
        self.ring_blocks = blocks - self.ring_first
        if self.ring_blocks < _RING_BLOCKS_MIN:
            raise ValueError("a flash of %d blocks is too small for a log" % blocks)
