"""The journal: what the open page holds, in flash before it counts.

Entry = length u8, mark u8, seq u32, offset u8, data, check u16 (CRC-32, low half); `length` is that of
the data, 0xFF where nothing is written. Entries never cross a 256-byte page. Blocks are used in turn;
each begins with a SECTOR entry that numbers it. Marks:
  SECTOR   data = generation u32, restart u8
  HEADER   data = the open page's header, in front of the first item that starts in it
  MORE     payload bytes at `offset`, the item goes on
  LAST     payload bytes that end an item: with it the item counts
  COMMIT   everything that a restarted journal begins with is there
"""

import binascii
import struct

from tagproto.layout import JOURNAL_ENTRY_BYTES, JOURNAL_SECTOR_BYTES, PAGES_PER_BLOCK

from .flash import BLANK, PAGE_SIZE

_SECTOR = 1
HEADER = 2
MORE = 3
LAST = 4
_COMMIT = 5

_HEAD_SIZE = 7
_EXTRA = JOURNAL_ENTRY_BYTES
_PAGES_TRIED = 2
# Blocks to go on in when this one fails.
_OTHER_BLOCKS = 2
_BLANK = memoryview(BLANK)


class Journal:
    """Append-only entries over a few blocks."""

    def __init__(self, flash, first_block, blocks):
        self._flash = flash
        self._first = first_block
        self._blocks = blocks
        self._block = 0
        self._page = 0
        self._fill = 0
        self._generation = 0
        self._buffer = bytearray(PAGE_SIZE)

    def append(self, mark, seq, offset, data):
        """One entry, programmed and read back; False when flash did not take it."""
        if self._put(mark, seq, offset, data):
            return True
        # A worn block: what still counts lies in the one before it and in this one, never in the two that follow.
        return any(self._open_block(0) and self._put(mark, seq, offset, data) for _ in range(_OTHER_BLOCKS))

    def restart(self, parts):
        """Begin anew in the next block with `parts`, (mark, seq, offset, data) each, then COMMIT.

        Until COMMIT is in flash, a boot still finds what was there before. False when no block took them.
        """
        return any(
            self._open_block(1) and all(self._put(*part) for part in parts) and self._put(_COMMIT, 0, 0, b"")
            for _ in range(_OTHER_BLOCKS)
        )

    def _put(self, mark, seq, offset, data):
        """An entry into this block; False when neither of two pages took it, or the block is full."""
        for _ in range(_PAGES_TRIED):
            if self._fill + _EXTRA + len(data) > PAGE_SIZE:
                if self._page + 1 >= PAGES_PER_BLOCK:
                    return False
                self._page += 1
                self._fill = 0
            if self._write(mark, seq, offset, data):
                return True
            self._fill = PAGE_SIZE
        return False

    def _open_block(self, restart):
        self._block = (self._block + 1) % self._blocks
        self._page = 0
        self._fill = 0
        self._generation += 1
        self._flash.erase_block(self._first + self._block)
        if self._write(_SECTOR, 0, 0, struct.pack("<IB", self._generation, restart)):
            return True
        # A boot would not find what stands in it.
        self._page = PAGES_PER_BLOCK
        self._fill = PAGE_SIZE
        return False

    def _write(self, mark, seq, offset, data):
        buffer = self._buffer
        start = self._fill
        end = start + _EXTRA + len(data)
        struct.pack_into("<BBIB", buffer, start, len(data), mark, seq, offset)
        buffer[start + _HEAD_SIZE : end - 2] = data
        check = binascii.crc32(memoryview(buffer)[start : end - 2]) & 0xFFFF
        struct.pack_into("<H", buffer, end - 2, check)
        page = (self._first + self._block) * PAGES_PER_BLOCK + self._page
        good = self._flash.program_part(page, buffer, start, end)
        buffer[start:end] = _BLANK[: end - start]
        self._fill = end
        return good

    def replay(self, take):
        """Call take(mark, seq, offset, data) for every entry that still counts, oldest first.

        `take(None, 0, 0, b"")` says: forget all before. Leaves the journal ready for `restart`.
        """
        self._buffer[:] = _BLANK
        page = bytearray(PAGE_SIZE)
        order = []
        for block in range(self._blocks):
            self._flash.read((self._first + block) * PAGES_PER_BLOCK, page)
            entry = _entry(page, 0)
            if entry and entry[0] == _SECTOR and len(entry[3]) == JOURNAL_SECTOR_BYTES:
                generation, restart = struct.unpack("<IB", entry[3])
                order.append((generation, block, restart))
        order.sort()
        for generation, block, restart in order:
            self._generation = generation
            if restart and not self._scan(block, page, None):
                # Cut in its beginning: the next restart takes this same block, never one that still counts.
                continue
            self._block = block
            if restart:
                take(None, 0, 0, b"")
            self._scan(block, page, take)

    def _scan(self, block, page, take):
        """Entries of a block to `take`; with None: whether there is a COMMIT."""
        for index in range(PAGES_PER_BLOCK):
            self._flash.read((self._first + block) * PAGES_PER_BLOCK + index, page)
            at = 0
            while at < PAGE_SIZE:
                entry = _entry(page, at)
                if entry is None:
                    break
                mark, seq, offset, data = entry
                at += _EXTRA + len(data)
                if take is None:
                    if mark == _COMMIT:
                        return True
                elif mark != _SECTOR and mark != _COMMIT:
                    take(mark, seq, offset, data)
        return False


def _entry(page, at):
    """(mark, seq, offset, data) at an offset, None where there is none or it is torn."""
    if at + _EXTRA > PAGE_SIZE:
        return None
    size, mark, seq, offset = struct.unpack_from("<BBIB", page, at)
    end = at + _EXTRA + size
    if size == 0xFF or end > PAGE_SIZE:
        return None
    check = struct.unpack_from("<H", page, end - 2)[0]
    if binascii.crc32(memoryview(page)[at : end - 2]) & 0xFFFF != check:
        return None
    return mark, seq, offset, bytes(memoryview(page)[at + _HEAD_SIZE : end - 2])
