"""Pages out of the units that come for them, in whatever order."""

from collections.abc import Iterator

from tagproto import messages, pages
from tagproto.bad import Bad

_PER_PAGE = messages.UNITS_PER_PAGE
_UNIT = messages.UNIT_BYTES
_ALL = (1 << _PER_PAGE) - 1
# An open page whose checksum never holds is taken as it is: what is stored is judged later.
_TORN_MAX = 16


class _Page:
    """here, mended: bits of the units that came, and of those in which a bit was turned back."""

    __slots__ = ("data", "here", "mended")

    def __init__(self) -> None:
        self.data = bytearray(pages.PAGE_SIZE)
        self.here = 0
        self.mended = 0


class Pieces:
    """open_page: the one that may change while it is read, where there is such a one."""

    def __init__(self) -> None:
        self._pages: dict[int, _Page] = {}
        self.open_page: int | None = None
        self._torn = 0

    def add(self, address: int, data: bytes, mended: bool) -> Iterator[tuple[int, bytes | None, list[int]]]:
        """Take units from an address on. Gives (number, 256 bytes or None, addresses) of each page that this completes.

        None: its parts do not fit together, and the units at these addresses have to come again.
        """
        for at in range(len(data) // _UNIT):
            seq, unit = divmod(address + at, _PER_PAGE)
            page = self._pages.setdefault(seq, _Page())
            bit = 1 << unit
            # What came as it was sent is not replaced by what had to be mended.
            if page.here & bit and mended:
                continue
            page.data[unit * _UNIT : (unit + 1) * _UNIT] = data[at * _UNIT : (at + 1) * _UNIT]
            page.here |= bit
            page.mended = page.mended | bit if mended else page.mended & ~bit
            if page.here == _ALL:
                yield self._whole(seq, page)

    def _whole(self, seq: int, page: _Page) -> tuple[int, bytes | None, list[int]]:
        raw = bytes(page.data)
        suspect = page.mended
        if seq == self.open_page and self._torn < _TORN_MAX:
            suspect = _ALL
            self._torn += 1
        if suspect and not _holds(raw, seq):
            page.here &= ~suspect
            page.mended = 0
            return seq, None, [seq * _PER_PAGE + unit for unit in range(_PER_PAGE) if suspect >> unit & 1]
        del self._pages[seq]
        return seq, raw, []

    def forget(self, seq: int) -> None:
        """What came of a page does not count."""
        self._pages.pop(seq, None)


def _holds(raw: bytes, seq: int) -> bool:
    """Whether a page's own checksum holds, and it is this page: what was mended may be the address."""
    page = pages.parse(raw)
    return not isinstance(page, Bad) and page.seq == seq
