"""The ring of programmed pages. A page's place follows from its number; a block is erased only when its
first page is needed again and all that it holds is receipted."""

from tagproto import pages
from tagproto.bad import Bad
from tagproto.layout import PAGES_PER_BLOCK


class Ring:
    """Pages by sequence number. `received`: number of pages, from 0, that a receipt covers."""

    def __init__(self, flash, first_block, blocks):
        self._flash = flash
        self._first_block = first_block
        self._blocks = blocks
        self.capacity = blocks * PAGES_PER_BLOCK
        self.received = 0
        # One past the newest programmed page.
        self.end = 0
        self._buffer = bytearray(pages.PAGE_SIZE)

    def _slot(self, seq):
        return self._first_block * PAGES_PER_BLOCK + seq % self.capacity

    def read(self, seq):
        """The page as pages.Page, or Bad; Bad('absent') where another page lies in its place."""
        self._flash.read(self._slot(seq), self._buffer)
        page = pages.parse(bytes(self._buffer))
        if not isinstance(page, Bad) and page.seq != seq:
            return Bad("absent", "page %d lies there" % page.seq)
        return page

    def read_raw(self, seq, buffer):
        """The 256 bytes in a page's place, whatever they are."""
        self._flash.read(self._slot(seq), buffer)

    def oldest(self):
        """Lowest page number that is still there."""
        begun = self.end - self.end % PAGES_PER_BLOCK
        # The block of `end` is erased when its first page is programmed, not before.
        lost = begun + PAGES_PER_BLOCK if self.end > begun else begun
        return max(0, lost - self.capacity)

    def free(self):
        """Pages that can still be programmed without erasing one that no receipt covers."""
        held = self.received - self.received % PAGES_PER_BLOCK
        return held + self.capacity - self.end

    def program(self, seq, page):
        """Program the next page; True when it reads back. Erases its block first where it must."""
        block = self._first_block + seq % self.capacity // PAGES_PER_BLOCK
        if seq % PAGES_PER_BLOCK == 0 and not self._flash.block_is_blank(block):
            self._flash.erase_block(block)
        good = self._flash.program(self._slot(seq), page)
        self.end = seq + 1
        return good

    def find_end(self):
        """Work out `end` after a boot: one look at each block, then at the pages of the newest one."""
        newest = -1
        for block in range(self._blocks):
            for first in range(PAGES_PER_BLOCK):
                self._flash.read((self._first_block + block) * PAGES_PER_BLOCK + first, self._buffer)
                page = pages.parse(bytes(self._buffer))
                if not isinstance(page, Bad):
                    newest = max(newest, page.seq - page.seq % PAGES_PER_BLOCK)
                    break
                if page.reason == "blank":
                    break
        self.end = 0
        if newest >= 0:
            for seq in range(newest, newest + PAGES_PER_BLOCK):
                if not isinstance(self.read(seq), Bad):
                    self.end = seq + 1
        return self.end
