"""A few blocks of flash whose pages are used one after the other, for what must outlive power cuts.

A page that counts stays where it is until another one has taken its place: its block is never erased. After a
boot a fresh block comes first, because a power cut may have left a page behind the newest one that reads as
blank and is not.
"""

from tagproto.layout import PAGES_PER_BLOCK

from .log.flash import ZEROS


class Turns:
    """Pages 0 to 16 * blocks - 1. `live`: those that count, the newest last."""

    def __init__(self, flash, first_block, blocks):
        self._flash = flash
        self._first_block = first_block
        self._blocks = blocks
        self.pages = blocks * PAGES_PER_BLOCK
        self.live = []
        # The next page of the block in use; -1 before the first `put` and at the block's end.
        self._at = -1

    def read(self, page, buffer):
        """256 bytes into `buffer`."""
        self._flash.read(self._first_block * PAGES_PER_BLOCK + page, buffer)

    def program(self, page, data):
        """Clear bits; True when the page reads back as `data`."""
        return self._flash.program(self._first_block * PAGES_PER_BLOCK + page, data)

    def keep(self, page, data):
        """This page counts: programmed again as it is, so that what a cut left unstable in it is firm."""
        self.live.append(page)
        return self.program(page, data)

    def put(self, data, secret=False):
        """Program the next page; its index, or -1 when no page takes it. secret: a page that fails is zeroed."""
        for page in self._candidates():
            if self.program(page, data):
                self._at = page + 1 if (page + 1) % PAGES_PER_BLOCK else -1
                return page
            if secret:
                self.program(page, ZEROS)
        return -1

    def _candidates(self):
        if self._at >= 0:
            yield from _rest_of_block(self._at)
        newest = self.live[-1] if self.live else -1
        held = [page // PAGES_PER_BLOCK for page in self.live]
        for step in range(1, self._blocks + 1):
            block = (newest // PAGES_PER_BLOCK + step) % self._blocks
            if block not in held:
                self._flash.erase_block(self._first_block + block)
                yield from _rest_of_block(block * PAGES_PER_BLOCK)
        # The others are worn out. The page right behind the newest one may be what a cut left.
        if self.live and (newest + 2) // PAGES_PER_BLOCK == newest // PAGES_PER_BLOCK:
            yield from _rest_of_block(newest + 2)


def _rest_of_block(page):
    return range(page, page - page % PAGES_PER_BLOCK + PAGES_PER_BLOCK)
