"""Pages: 256 bytes of the log, each programmed once, each readable without its neighbours.

page = version u8, first u8, seq u32, number u32, boot u32, ticks u32, cell i16, temp i16, prox u16,
flags u8, parameters u16, interval_s u16, payload (223 bytes), CRC-32 of all before it; little-endian. `first` is the
offset in the payload of the first item that starts in this page (0xFF: none does); the fields behind
seq are the coder's state at that item. Items run on into the next page.
"""

import binascii
import struct

from . import coding
from .bad import Bad
from .coding import Coder
from .records import Record

PAGE_SIZE = 256
HEADER_SIZE = 29
PAYLOAD_SIZE = PAGE_SIZE - HEADER_SIZE - 4
NO_ITEM = 0xFF
PAGE_VERSION = 1

_HEADER = "<BBIIIIhhHBHH"


class Page:
    """A page whose CRC held: seq, first, payload and the coder's state at `first`."""

    def __init__(self, raw: bytes) -> None:
        (
            _version,
            self.first,
            self.seq,
            self.number,
            self.boot,
            self.ticks,
            self.cell_code,
            self.temp_code,
            self.prox_count,
            self.flags,
            self.parameters,
            self.interval_s,
        ) = struct.unpack_from(_HEADER, raw, 0)
        self.payload = bytes(raw[HEADER_SIZE : PAGE_SIZE - 4])
        self.raw = bytes(raw)

    def restart(self, coder: Coder) -> None:
        """Give the coder this page's state."""
        coder.restart(
            self.number,
            self.boot,
            self.ticks,
            self.flags,
            self.cell_code,
            self.temp_code,
            self.prox_count,
            self.parameters,
            self.interval_s,
        )


def write_header(page: bytearray, seq: int, first: int, coder: Coder) -> None:
    """The 29 header bytes into a page buffer: the coder's present state, zeros where no item starts.

    Without an item the state would mean nothing; zeros let a boot rebuild the very same page from the journal.
    """
    if first == NO_ITEM:
        struct.pack_into(_HEADER, page, 0, PAGE_VERSION, first, seq, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        return
    struct.pack_into(
        _HEADER,
        page,
        0,
        PAGE_VERSION,
        first,
        seq,
        coder.number,
        coder.boot,
        coder.ticks,
        coder.cell_code,
        coder.temp_code,
        coder.prox_count,
        coder.flags,
        coder.parameters(),
        coder.interval_s(),
    )


def close(page: bytearray) -> None:
    """The CRC into the last four bytes of a page buffer."""
    struct.pack_into("<I", page, PAGE_SIZE - 4, binascii.crc32(memoryview(page)[: PAGE_SIZE - 4]))


def parse(raw: bytes) -> "Page | Bad":
    """The page, or Bad: 'size', 'blank' (erased), 'crc', 'version'."""
    if len(raw) != PAGE_SIZE:
        return Bad("size", "%d bytes" % len(raw))
    if binascii.crc32(memoryview(raw)[: PAGE_SIZE - 4]) != int.from_bytes(raw[PAGE_SIZE - 4 :], "little"):
        return Bad("blank" if raw == b"\xff" * PAGE_SIZE else "crc")
    if raw[0] != PAGE_VERSION:
        return Bad("version", "page version %d, this side knows %d" % (raw[0], PAGE_VERSION))
    if raw[1] > PAYLOAD_SIZE and raw[1] != NO_ITEM:
        return Bad("first", "offset %d" % raw[1])
    return Page(raw)


class Item:
    """A decoded item and where it lies: from (seq, start) up to (end_seq, end), payload offsets."""

    def __init__(self, kind: int, value: "Record | bytes | None", seq: int, start: int, end_seq: int, end: int) -> None:
        self.kind = kind
        self.value = value
        self.seq = seq
        self.start = start
        self.end_seq = end_seq
        self.end = end


class Reader:
    """Items out of pages given in order of seq; a missing or bad page costs only what it held.

    A tag has no room for all items of a page: it overrides `take`, which is given them one after the other.
    """

    def __init__(self, coder: "Coder | None" = None) -> None:
        self.coder = Coder() if coder is None else coder
        # The next seq that continues what was read; -1 when nothing does.
        self._next_seq = -1
        self._carry = b""
        self._carry_seq = 0
        self._carry_start = 0
        self._found: list[Item | Bad] = []

    def take(self, found: "Item | Bad") -> None:
        """What `feed` comes upon."""
        self._found.append(found)

    def gap(self) -> None:
        """Nothing that follows continues what was read before."""
        self._next_seq = -1
        self._carry = b""

    def begins_seal(self) -> bool:
        """Whether the item that goes on behind the last page is a seal."""
        return coding.is_seal(self._carry)

    def feed(self, page: Page) -> "list[Item | Bad]":
        """The items that end in this page, and a Bad for each place that could not be read."""
        self._found = []
        none_starts = page.first == NO_ITEM
        reading = True
        if page.seq == self._next_seq:
            stop = PAYLOAD_SIZE if none_starts else page.first
            reading = self._run(page, self._carry, 0, stop, not none_starts)
        elif self._carry:
            self.take(Bad("cut", "the item that begins in page %d does not end" % self._carry_seq))
            reading = False
        elif none_starts:
            self.take(Bad("cut", "page %d holds the middle of an item only" % page.seq))
            reading = False
        if not none_starts:
            page.restart(self.coder)
            reading = self._run(page, b"", page.first, PAYLOAD_SIZE, False)
        if reading:
            self._next_seq = page.seq + 1
        else:
            self.gap()
        return self._found

    def _run(self, page: Page, carry: bytes, begin: int, stop: int, must_end: bool) -> bool:
        """Decode carry + payload[begin:stop]; what does not end there becomes the new carry.

        False when the place of the next item is not known any more.
        """
        data = carry + page.payload[begin:stop]
        shift = begin - len(carry)
        seq, start = (self._carry_seq, self._carry_start) if carry else (page.seq, begin)
        at = 0
        self._carry = b""
        decode = self.coder.decode
        while at < len(data):
            result = decode(data, at)
            if isinstance(result, Bad):
                if result.reason == "short" and not must_end:
                    self._carry = data[at:]
                    self._carry_seq = seq
                    self._carry_start = start
                    return True
                self.take(Bad("item", "page %d offset %d: %s" % (page.seq, start, result.detail)))
                return False
            kind, value, end = result
            if kind == coding.END:
                # The page was read while it was open: what was put there later is not here.
                return False
            self.take(Item(kind, value, seq, start, page.seq, end + shift))
            at = end
            seq = page.seq
            start = end + shift
        return True
