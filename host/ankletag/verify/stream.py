"""Items of a page set in order, with the places where something is missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from tagproto.bad import Bad
from tagproto.pages import Item, Reader

from .pageset import BadPage, PageSet

# The ring of the biggest part holds fewer pages than this; a damaged header must not make a billion findings.
_SEQ_SPAN_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Gap:
    """Pages first..last give nothing. bad: the refused page, if it is one; unread: why a good page was not read on;
    earlier: an earlier copy of the refused page, from when it was open, was read."""

    first: int
    last: int
    bad: BadPage | None = None
    unread: str = ""
    earlier: bool = False


def items(pageset: PageSet) -> Iterator[Item | Gap]:
    """What the pages hold, from page 0 on."""
    reader = Reader()
    expected = 0
    highest = max(pageset.good, default=-1)
    bad = {seq: page for seq, page in pageset.bad.items() if 0 <= seq <= highest + _SEQ_SPAN_MAX}
    for seq in sorted(pageset.good.keys() | bad.keys()):
        if seq > expected:
            reader.gap()
            yield Gap(expected, seq - 1)
        expected = seq + 1
        page = pageset.good.get(seq)
        if page is None:
            reader.gap()
            yield Gap(seq, seq, bad[seq])
            continue
        for found in reader.feed(page):
            if not isinstance(found, Bad):
                yield found
            elif found.reason == "item":
                yield Gap(seq, seq, None, found.detail)
        if seq in pageset.later:
            reader.gap()
            yield Gap(seq, seq, pageset.later[seq], earlier=True)
    for seq in sorted(pageset.bad.keys() - bad.keys()):
        yield Gap(seq, seq, pageset.bad[seq])
