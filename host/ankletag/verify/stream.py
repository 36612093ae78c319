"""Items of a page set in order, with the places where something is missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from tagproto.bad import Bad
from tagproto.pages import Item, Reader

from .pageset import BadPage, PageSet


@dataclass(frozen=True, slots=True)
class Gap:
    """Pages first..last give nothing. bad: the refused page, if it is one; unread: why a good page was not read on;
    earlier: an earlier copy of the refused page, from when it was open, was read."""

    first: int
    last: int
    bad: BadPage | None = None
    unread: str = ""
    earlier: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether there is no copy of these pages at all."""
        return self.bad is None and not self.unread


def items(pageset: PageSet) -> Iterator[Item | Gap]:
    """What the pages hold, from page 0 on. A damaged header must not make a billion findings: pages are missed only in
    front of good ones."""
    reader = Reader()
    expected = 0
    highest = max(pageset.good, default=-1)
    within = {seq for seq in pageset.bad if 0 <= seq < highest}
    for seq in sorted(pageset.good.keys() | within):
        if seq > expected:
            reader.gap()
            yield Gap(expected, seq - 1)
        expected = seq + 1
        page = pageset.good.get(seq)
        if page is None:
            reader.gap()
            yield Gap(seq, seq, pageset.bad[seq])
            continue
        for found in reader.feed(page):
            if not isinstance(found, Bad):
                yield found
            elif found.reason == "item":
                yield Gap(seq, seq, None, found.detail)
        if seq in pageset.later:
            reader.gap()
            yield Gap(seq, seq, pageset.later[seq], earlier=True)
    for seq in sorted(pageset.bad.keys() - within):
        yield Gap(seq, seq, pageset.bad[seq])
