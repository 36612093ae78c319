"""What a host asked to read: ranges of the log in the order in which they came, and the data frames made of them."""

import struct

from tagproto import messages
from tagproto.pages import PAGE_SIZE

from .refusal import Refusal

_UNIT = messages.UNIT_BYTES
_PER_PAGE = messages.UNITS_PER_PAGE
# Kind, request id and address in front of the data.
_HEAD_BYTES = 6


class Stream:
    """A bounded queue of ranges. read_page(seq, buffer) fills 256 bytes, or is False; page_range() gives the oldest
    page that may be read and the open one, or a Refusal.

    owes_end: all was sent, and the host has not been told.
    """

    def __init__(self, read_page, page_range):
        self._read_page = read_page
        self._page_range = page_range
        # [address, units left] each.
        self._ranges = []
        self._units = 1
        self._page = bytearray(PAGE_SIZE)
        self._view = memoryview(self._page)
        self._loaded = -1
        self.request_id = 0
        self.owes_end = False

    def ask(self, request_id, values):
        """Take the ranges of a READ; none of them empties the queue. None, or a Refusal."""
        packed = values["ranges"]
        count = len(packed) // messages.RANGE_BYTES
        if (
            values["units"] not in messages.DATA_UNITS
            or len(packed) % messages.RANGE_BYTES
            or count > messages.RANGES_MAX
        ):
            return Refusal(messages.ERROR_RANGE, "at most %d ranges, of 6 bytes each" % messages.RANGES_MAX)
        pages = self._page_range()
        if isinstance(pages, Refusal):
            return pages
        if not count:
            self._ranges.clear()
        elif len(self._ranges) + count > messages.RANGES_KEPT:
            return Refusal(messages.ERROR_BUSY, "more than %d ranges wait" % messages.RANGES_KEPT)
        for at in range(0, len(packed), messages.RANGE_BYTES):
            address, units = struct.unpack_from(messages.RANGE, packed, at)
            # Behind the last address there is nothing to name.
            units = min(units, 0x100000000 - address)
            if units:
                self._ranges.append([address, units])
        self._units = values["units"]
        # The open page may have grown.
        self._loaded = -1
        self.request_id = request_id
        self.owes_end = True
        return None

    def waiting(self):
        """Whether there is something to send."""
        return self.owes_end or len(self._ranges) > 0

    def end(self):
        """Fields of the reply that says that all was sent, or None where nobody may read any more."""
        self.owes_end = False
        pages = self._page_range()
        return None if isinstance(pages, Refusal) else {"oldest_page": pages[0], "open_page": pages[1]}

    def fill(self, frame):
        """The next data frame, up to where its CRC goes, into `frame`; its size, or 0 when the queue is empty."""
        pages = self._page_range()
        if isinstance(pages, Refusal):
            self._ranges.clear()
            self.owes_end = False
        if not self._ranges:
            return 0
        # Whatever is raised from here on must not come again at every turn.
        asked = self._ranges.pop(0)
        address, left = asked
        units = self._copy(address, min(self._units, left), frame, pages[0], pages[1])
        frame[0] = messages.DATA
        frame[1] = self.request_id
        struct.pack_into("<I", frame, 2, address)
        # A frame without data stands for the rest of a page that is not here.
        taken = units or min(left, _PER_PAGE - address % _PER_PAGE)
        if taken < left:
            asked[0] = address + taken
            asked[1] = left - taken
            self._ranges.insert(0, asked)
        return _HEAD_BYTES + units * _UNIT

    def _copy(self, address, units, frame, oldest, open_page):
        """Units from an address on into a frame, as many as there are in a row; how many."""
        done = 0
        while done < units:
            seq = (address + done) // _PER_PAGE
            offset = (address + done) % _PER_PAGE
            count = min(_PER_PAGE - offset, units - done)
            if not oldest <= seq <= open_page or not self._load(seq):
                break
            at = _HEAD_BYTES + done * _UNIT
            frame[at : at + count * _UNIT] = self._view[offset * _UNIT : (offset + count) * _UNIT]
            done += count
        return done

    def _load(self, seq):
        if seq != self._loaded:
            self._loaded = -1
            if not self._read_page(seq, self._page):
                return False
            self._loaded = seq
        return True
