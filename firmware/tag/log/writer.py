"""The open page: items go to the journal first, then into the page; a full page is programmed once."""

from tagproto import coding, pages

from . import journal as marks
from .flash import BLANK
from .journal import Journal


class Writer:
    """Appends items behind the last programmed page. `seq` is the open page's number.

    bad_writes: journal entries, pages and settings that the flash did not hold as written. The log goes on, and what
    they held may be lost: a page at once, an entry at the next power cut, settings at the next boot.
    """

    def __init__(self, ring, journal: Journal, coder):
        self._ring = ring
        self._journal = journal
        self._coder = coder
        self.seq = 0
        self.fill = 0
        self.first = pages.NO_ITEM
        self.page = bytearray(pages.PAGE_SIZE)
        self.bad_writes = 0
        self.open(0)

    def open(self, seq):
        """A blank open page with this number."""
        self.seq = seq
        self.fill = 0
        self.first = pages.NO_ITEM
        page = self.page
        page[:] = BLANK
        pages.write_header(page, seq, pages.NO_ITEM, self._coder)

    def begin(self):
        """Call before an item is coded: at a page's first item both sides restart the coder."""
        if self.first != pages.NO_ITEM:
            return
        self.first = self.fill
        self._coder.restart_here()
        pages.write_header(self.page, self.seq, self.fill, self._coder)
        self._enter(marks.HEADER, self.seq, self.fill, bytes(memoryview(self.page)[: pages.HEADER_SIZE]))

    def _enter(self, mark, seq, offset, data):
        if not self._journal.append(mark, seq, offset, data):
            self.bad_writes += 1

    def append(self, item):
        """An item's bytes. Returns once they are in the journal and every page that they fill is programmed.

        All of the item is journaled before a page that it fills is programmed: a power cut leaves either
        the whole item or none of it.
        """
        size = len(item)
        at = 0
        seq = self.seq
        fill = self.fill
        while at < size:
            count = min(pages.PAYLOAD_SIZE - fill, size - at)
            mark = marks.LAST if at + count == size else marks.MORE
            self._enter(mark, seq, fill, item[at : at + count])
            at += count
            fill += count
            if fill == pages.PAYLOAD_SIZE:
                seq += 1
                fill = 0
        at = 0
        while at < size:
            count = min(pages.PAYLOAD_SIZE - self.fill, size - at)
            start = pages.HEADER_SIZE + self.fill
            self.page[start : start + count] = item[at : at + count]
            at += count
            self.fill += count
            if self.fill == pages.PAYLOAD_SIZE:
                self.program()

    def end_page(self):
        """Close the open page, if anything is in it: the rest of it is one END item."""
        if self.fill:
            self.begin()
            self.append(coding.END_BYTE.to_bytes(1, "big") * (pages.PAYLOAD_SIZE - self.fill))

    def program(self):
        """Close the full open page, program it, and open the next."""
        pages.close(self.page)
        if not self._ring.program(self.seq, self.page):
            self.bad_writes += 1
        self.open(self.seq + 1)

    def snapshot(self):
        """The open page as it would be read now, padded with 0xFF behind its last item."""
        copy = bytearray(self.page)
        pages.close(copy)
        return copy
