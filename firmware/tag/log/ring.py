"""The ring of programmed pages. A block is erased only when space is needed and all that it holds is receipted."""

from tagproto import pages
from tagproto.bad import Bad
from tagproto.layout import PAGES_PER_BLOCK

from .flash import ZEROS
from .places import FREE, Places

# Blocks that are tried for one page before it is given up.
_BLOCKS_TRIED_MAX = 3


class Ring:
    """Pages by sequence number. `received`: number of pages, from 0, that a receipt covers.

    retired: blocks of the ring that went bad in earlier boots, the caller's list. on_retired(block): add to it; called
    once the pages that a bad block held lie elsewhere.
    """

    def __init__(self, flash, first_block, blocks, retired, received, on_retired):
        self._flash = flash
        self.retired = retired
        self._on_retired = on_retired
        self._places = Places(flash, first_block, blocks, list(retired))
        self.received = received
        # One past the newest programmed page.
        self.end = 0
        self._buffer = bytearray(pages.PAGE_SIZE)

    @property
    def capacity(self):
        """Pages that the good blocks hold."""
        return self._places.usable() * PAGES_PER_BLOCK

    def read(self, seq):
        """The page as pages.Page, or Bad; Bad('absent') where the ring has no place for it."""
        if not self.read_raw(seq, self._buffer):
            return Bad("absent", "page %d" % seq)
        page = pages.parse(bytes(self._buffer))
        if not isinstance(page, Bad) and page.seq != seq:
            return Bad("absent", "page %d lies there" % page.seq)
        return page

    def read_raw(self, seq, buffer):
        """The 256 bytes in a page's place, whatever they are; False when there is no such place."""
        block = self._places.find(seq // PAGES_PER_BLOCK)
        if block < 0:
            return False
        self._flash.read(self._places.page_at(block, seq % PAGES_PER_BLOCK), buffer)
        return True

    def oldest(self):
        """Lowest page number that is still there."""
        block = self._places.oldest()
        return self.end if block == FREE else block * PAGES_PER_BLOCK

    def free(self):
        """Pages that can still be programmed without erasing one that no receipt covers."""
        held = self.received - self.received % PAGES_PER_BLOCK
        return held + self.capacity - self.end

    def percent_taken(self):
        """Share of the ring that holds pages which no receipt covers."""
        return 100 * (self.capacity - self.free()) // self.capacity

    def program(self, seq, page):
        """Program the next page; True when it reads back. A block that does not take it is left, with its pages."""
        places = self._places
        logical, index = divmod(seq, PAGES_PER_BLOCK)
        self.end = seq + 1
        if not index:
            # What only seemed to be there when the tag came up.
            places.forget(logical)
        old = places.find(logical)
        block = self._take(logical) if old < 0 else old
        for _ in range(_BLOCKS_TRIED_MAX):
            if block < 0:
                break
            if (block == old or self._copy(old, block, index)) and self._flash.program(
                places.page_at(block, index), page
            ):
                if old >= 0 and block != old:
                    places.held[old] = FREE
                self._tell_retired()
                return True
            if block != old:
                places.held[block] = FREE
            if block not in places.bad:
                places.bad.append(block)
            block = self._take(logical)
        if block >= 0 and block != old:
            # Taken, and not tried any more.
            places.held[block] = FREE
        return False

    def _take(self, logical):
        return self._places.take(logical, self.received // PAGES_PER_BLOCK)

    def _copy(self, old, new, count):
        """The first `count` pages of a bad block, whatever can be read of them, into a new one.

        Pages that are nowhere become zeros: a boot takes a blank page for the block's end.
        """
        self._buffer[:] = ZEROS
        for index in range(count):
            if old >= 0:
                self._flash.read(self._places.page_at(old, index), self._buffer)
            if not self._flash.program(self._places.page_at(new, index), self._buffer):
                return False
        return True

    def _tell_retired(self):
        # Only now: until its pages lie elsewhere, a boot must look at the bad block.
        for bad in self._places.bad:
            if self._places.held[bad] == FREE and bad not in self.retired:
                self._on_retired(bad)

    def recover(self):
        """After a boot: find the blocks and the end, which it gives; bounded by a look at each block."""
        self.end = 0
        logical = self._places.scan(self.received // PAGES_PER_BLOCK)
        if logical < 0:
            return 0
        first = logical * PAGES_PER_BLOCK
        self.end = first
        newest = None
        for seq in range(first, first + PAGES_PER_BLOCK):
            page = self.read(seq)
            if not isinstance(page, Bad):
                newest = page
        if newest is not None:
            self.end = newest.seq + 1
            # Programmed again as it was read: what a cut left unstable in the newest page is firm then.
            block = self._places.find(logical)
            self._flash.program(self._places.page_at(block, newest.seq % PAGES_PER_BLOCK), newest.raw)
        return self.end
