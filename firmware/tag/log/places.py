"""Which block of flash holds which sixteen pages of the log.

Blocks are taken in turn, so that all wear alike. One that goes bad is left out from then on, so a page's
place does not follow from its number: a boot finds it by looking at each block.
"""

from array import array

from tagproto import pages
from tagproto.bad import Bad
from tagproto.layout import PAGES_PER_BLOCK

# Nothing of the log lies in this block.
FREE = 0xFFFFFFFF


class Places:
    """Logical block n holds pages 16 n .. 16 n + 15. `held`: logical block by block of the ring, or FREE.

    bad: blocks that nothing is put into any more.
    """

    def __init__(self, flash, first_block, blocks, bad):
        self._flash = flash
        self._first_block = first_block
        self.bad = bad
        self.held = array("I", [FREE] * blocks)
        # The block that was taken last; the next one is looked for behind it.
        self.newest = blocks - 1
        self._last = 0

    def page_at(self, block, index):
        """Absolute page of flash."""
        return (self._first_block + block) * PAGES_PER_BLOCK + index

    def find(self, logical):
        """The block that holds these pages, or -1."""
        held = self.held
        # Pages are asked for one after the other.
        for block in (self._last, (self._last + 1) % len(held)):
            if held[block] == logical:
                self._last = block
                return block
        for block in range(len(held)):
            if held[block] == logical:
                self._last = block
                return block
        return -1

    def forget(self, logical):
        """No block holds these pages."""
        block = self.find(logical)
        if block >= 0:
            self.held[block] = FREE

    def take(self, logical, received):
        """A block for these pages, erased; -1 when every good one holds pages from logical block `received` on."""
        held = self.held
        count = len(held)
        start = self.newest
        for step in range(1, count + 1):
            block = (start + step) % count
            if block in self.bad or (held[block] != FREE and held[block] >= received):
                continue
            # What it held is gone from here on, also if the erase fails.
            held[block] = FREE
            if self._flash.erase_block(self._first_block + block):
                held[block] = logical
                self.newest = block
                return block
            self.bad.append(block)
        return -1

    def usable(self):
        """Blocks that are not bad."""
        return len(self.held) - len(self.bad)

    def oldest(self):
        """Lowest logical block that is there; FREE when there is none."""
        return min(self.held)

    def scan(self, received):
        """Look at each block once after a boot: gives the highest logical block, or -1.

        A block below logical block `received` whose first page is gone was being erased: it is free.
        """
        held = self.held
        buffer = bytearray(pages.PAGE_SIZE)
        newest = -1
        for block in range(len(held)):
            if block in self.bad:
                continue
            logical, first = self._look(block, buffer)
            if logical == FREE or (logical < received and first):
                continue
            twin = self.find(logical)
            if twin >= 0:
                # Its pages were being moved when the power went: the one with more of them counts.
                if self._good_pages(twin, logical, buffer) >= self._good_pages(block, logical, buffer):
                    continue
                held[twin] = FREE
            held[block] = logical
            if logical >= newest:
                newest = logical
                self.newest = block
        if newest >= 0:
            # Anything so old has had its block taken from it; what can still be read is the rest of an erase.
            for block in range(len(held)):
                if held[block] != FREE and held[block] + self.usable() <= newest:
                    held[block] = FREE
        return newest

    def _look(self, block, buffer):
        """(logical block by the first page that can be read or FREE, that page's index)."""
        for index in range(PAGES_PER_BLOCK):
            self._flash.read(self.page_at(block, index), buffer)
            page = pages.parse(bytes(buffer))
            if not isinstance(page, Bad):
                return page.seq // PAGES_PER_BLOCK, index
            if page.reason == "blank":
                break
        return FREE, 0

    def _good_pages(self, block, logical, buffer):
        count = 0
        for index in range(PAGES_PER_BLOCK):
            self._flash.read(self.page_at(block, index), buffer)
            page = pages.parse(bytes(buffer))
            count += not isinstance(page, Bad) and page.seq == logical * PAGES_PER_BLOCK + index
        return count
