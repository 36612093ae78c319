"""What a log takes: the tag's own coder, seals and pages run over modelled readings, and what they fill is counted."""

from tagproto import coding, cose, records, seals, tree
from tagproto.layout import JOURNAL_ENTRY_BYTES, JOURNAL_SECTOR_BYTES, PAGES_PER_BLOCK
from tagproto.pages import HEADER_SIZE, PAGE_SIZE, PAYLOAD_SIZE

_SECTOR_ENTRY = JOURNAL_ENTRY_BYTES + JOURNAL_SECTOR_BYTES


class Ledger:
    """A log of which only the sizes are kept, item by item as firmware/tag/log/writer.py and journal.py lay it down.

    payload: bytes of items in the ring's pages; journal_pages: pages of the journal that are full.
    """

    def __init__(self) -> None:
        self.coder = coding.Coder()
        self.payload = 0
        self.journal_pages = 0
        self._journal_fill = _SECTOR_ENTRY
        self._page_begun = False
        self._epoch = 0
        self._window = 0
        self._part = 0.0

    @property
    def pages(self) -> float:
        """Pages of the ring, the open one by the part that is filled."""
        return self.payload / PAYLOAD_SIZE

    def event(self, kind: int, ticks: int = 0) -> int:
        """An event record; its bytes. Its values are zeros, which changes nothing of its size."""
        values: dict[str, int | bytes] = {}
        for name, code in records.KINDS[kind][1]:
            values[name] = bytes(code) if isinstance(code, int) else b"" if code == "v" else 0
        self._open_window()
        self._begin()
        return self._put(len(self.coder.encode_event(kind, ticks, records.body(kind, values))))

    def reading(self, codes: tuple[int, int, int, int], size: float | None = None) -> int:
        """A reading of (ticks, cell, temperature, proximity); its bytes. size: taken instead of what was coded."""
        self._open_window()
        self._begin()
        ticks, cell, temp, prox = codes
        coded = len(self.coder.encode_reading(ticks, 0, cell, temp, prox))
        if size is not None:
            # Whole bytes now, the fraction with the readings to come.
            self._part += size
            coded = int(self._part)
            self._part -= coded
        return self._put(coded)

    def seal(self, ticks: int) -> int:
        """A seal that rekeys; its bytes. It has the size of a real one: only what is random in it is zeros."""
        coder, points = self.coder, 1 if self._epoch else 2
        seal = seals.Seal(
            bytes(8), self._epoch, self._epoch, coder.boot, coder.number - self._window, self._window, bytes(32),
            bytes(32), ticks, seals.REASON_SCHEDULE, b"", bytes(points * cose.POINT_SIZE),
        )  # fmt: skip
        self._epoch += 1
        self._window = 0
        self._begin()
        return self._put(len(coder.encode_seal(cose.assemble(seal.payload(), bytes(64)))))

    def _open_window(self) -> None:
        if not self._window:
            self._begin()
            self._put(len(coding.encode_seed(bytes(tree.SEED_SIZE))))
        self._window += 1

    def _begin(self) -> None:
        """A page's first item restarts the coder, and the journal takes the page's header."""
        if not self._page_begun:
            self._page_begun = True
            self.coder.restart_here()
            self._enter(HEADER_SIZE)

    def _put(self, size: int) -> int:
        left = size
        while left:
            part = min(left, PAYLOAD_SIZE - self.payload % PAYLOAD_SIZE)
            self._enter(part)
            self.payload += part
            left -= part
            if self.payload % PAYLOAD_SIZE == 0:
                self._page_begun = False
        return size

    def _enter(self, size: int) -> None:
        """An entry of the journal never crosses a page."""
        size += JOURNAL_ENTRY_BYTES
        if self._journal_fill + size > PAGE_SIZE:
            self.journal_pages += 1
            self._journal_fill = 0 if self.journal_pages % PAGES_PER_BLOCK else _SECTOR_ENTRY
        self._journal_fill += size
