"""After a boot: find the end of the ring, bring back the open page, and read the window that is open.

Time and memory are bounded by one look at each block, the journal, and the pages of one window.
"""

from tagproto import coding, pages
from tagproto.bad import Bad

from . import journal as marks


class _OpenPages:
    """What the journal says of pages that are not programmed yet; items count only when they are whole."""

    def __init__(self, end):
        self._end = end
        self._forget()

    def _forget(self):
        # seq -> [header bytes or None, payload bytes of whole items]
        self.pages = {}
        self._pending = []

    def take(self, mark, seq, offset, data):
        if mark is None:
            self._forget()
            return
        if seq < self._end:
            return
        if mark == marks.HEADER or mark == marks.MORE:
            # An entry for a place that is pending already: the item before it never ended.
            if mark == marks.HEADER:
                self._pending = []
            self._pending.append((mark, seq, offset, data))
            return
        if mark == marks.LAST:
            for entry in self._pending:
                self._commit(entry)
            self._pending = []
            self._commit((mark, seq, offset, data))

    def _commit(self, entry):
        mark, seq, offset, data = entry
        page = self.pages.get(seq)
        if page is None:
            page = self.pages[seq] = [None, b""]
        if mark == marks.HEADER:
            page[0] = data
        elif offset <= len(page[1]):
            page[1] = page[1][:offset] + data


def recover_open_page(ring, journal, writer):
    """Program the pages that the journal has whole, and put the rest into the writer as its open page."""
    found = _OpenPages(ring.recover())
    journal.replay(found.take)
    # The journal knows the open page; what the ring ends with may be a page that did not program.
    seq = ring.end = min(found.pages) if found.pages else ring.end
    # An entry that reads well now may not do so at the next boot: nothing is made of it before it is written anew.
    if not journal.restart(_parts(found.pages, seq)):
        writer.bad_writes += 1
    while True:
        header, payload = found.pages.get(seq, (None, b""))
        writer.open(seq)
        if header is not None:
            writer.page[: pages.HEADER_SIZE] = header
            writer.first = header[1]
        start = pages.HEADER_SIZE
        writer.page[start : start + len(payload)] = payload
        writer.fill = len(payload)
        if writer.fill < pages.PAYLOAD_SIZE:
            return
        writer.program()
        seq += 1


def _parts(found, seq):
    """Entries of the pages from `seq` on, up to the first that is not full; also of an empty one, so that the next
    boot opens it."""
    parts = []
    while True:
        header, payload = found.get(seq, (None, b""))
        if header is not None:
            parts.append((marks.HEADER, seq, header[1], header))
        parts.append((marks.LAST, seq, 0, payload))
        if len(payload) < pages.PAYLOAD_SIZE:
            return parts
        seq += 1


class _Seals(pages.Reader):
    """Whether a seal begins in a page, read alone. One at a time: all items of a page take the memory of a hundred."""

    def __init__(self):
        pages.Reader.__init__(self)
        self.begun = False

    def take(self, found):
        """One item."""
        if not isinstance(found, Bad) and found.kind == coding.SEAL:
            self.begun = True


def _holds_seal(page):
    reader = _Seals()
    reader.feed(page)
    return reader.begun or reader.begins_seal()


class _Window(pages.Reader):
    """Hands every item to take(item). unread: pages that cannot be read, since the last seal."""

    def __init__(self, coder, take):
        pages.Reader.__init__(self, coder)
        self._take = take
        self.unread = 0

    def take(self, found):
        """One item."""
        if not isinstance(found, Bad):
            self._take(found)
            if found.kind == coding.SEAL:
                self.unread = 0


def read_open_window(ring, writer, coder, take, feed):
    """Give every item from the last seal on to take(item); leaves `coder` in the state at the end of the log. feed():
    called for each page, for a watchdog.

    Gives (the page in which that seal begins, pages behind it that cannot be read, record numbers that the coder may be
    short by because of them).
    """
    open_page = pages.parse(bytes(writer.snapshot()))
    seq = writer.seq
    page = open_page
    oldest = ring.oldest()
    # Walk back to the page in which the last seal begins, over pages that have gone bad.
    while (isinstance(page, Bad) or not _holds_seal(page)) and seq > oldest:
        feed()
        seq -= 1
        page = ring.read(seq)
    begins = seq
    reader = _Window(coder, take)
    # Pages since the coder's state was last known.
    unknown = 0
    while seq <= writer.seq:
        feed()
        page = open_page if seq == writer.seq else ring.read(seq)
        if isinstance(page, Bad):
            reader.gap()
            reader.unread += 1
            unknown += 1
        else:
            if page.first != pages.NO_ITEM:
                unknown = 0
            elif unknown:
                unknown += 1
            reader.feed(page)
        seq += 1
    # A record takes a byte at least.
    return begins, reader.unread, unknown * (pages.PAYLOAD_SIZE + 1)
