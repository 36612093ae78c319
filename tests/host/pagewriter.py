"""Items into pages, as a tag lays them down."""

from tagproto import coding, pages


class PageWriter:
    """Pages that are full, and the one that is open."""

    def __init__(self) -> None:
        self.coder = coding.Coder()
        self.closed: list[bytes] = []
        self._page = bytearray(b"\xff" * pages.PAGE_SIZE)
        self._used = 0
        self._first = pages.NO_ITEM

    def _begin_item(self) -> None:
        if self._first == pages.NO_ITEM:
            self._first = self._used
            pages.write_header(self._page, len(self.closed), self._first, self.coder)
            self.coder.restart_here()

    def _put(self, data: bytes) -> None:
        while data:
            part = data[: pages.PAYLOAD_SIZE - self._used]
            at = pages.HEADER_SIZE + self._used
            self._page[at : at + len(part)] = part
            self._used += len(part)
            data = data[len(part) :]
            if self._used == pages.PAYLOAD_SIZE:
                self.end_page()

    def end_page(self) -> None:
        """Close the open page, full or not; an empty one stays."""
        if self._used:
            self.closed.append(self.open_page())
            self._page = bytearray(b"\xff" * pages.PAGE_SIZE)
            self._used = 0
            self._first = pages.NO_ITEM

    def open_page(self) -> bytes:
        """The snapshot of the open page."""
        page = bytearray(self._page)
        if self._first == pages.NO_ITEM:
            pages.write_header(page, len(self.closed), pages.NO_ITEM, self.coder)
        pages.close(page)
        return bytes(page)

    def raw_pages(self) -> list[bytes]:
        """Every page, the open one last."""
        return [*self.closed, self.open_page()]
