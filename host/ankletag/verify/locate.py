"""What lies at a bit of a page."""

from tagproto import coding, records, seals
from tagproto.bad import Bad
from tagproto.pages import HEADER_SIZE, PAGE_SIZE, Item, Page, Reader
from tagproto.records import Record

# The longest item, a seal, runs over at most this many pages.
_REACH = 3


def place_of(good: dict[int, Page], corrected: Page, bit: int) -> str:
    """What a bit (8 * byte + bit) of a page belongs to, for the middle of a sentence; read from the corrected page and
    its good neighbours."""
    offset = bit >> 3
    found = _items_around(good, corrected)
    inside = [item for item in found if item.seq <= corrected.seq <= item.end_seq]
    if offset < HEADER_SIZE:
        return "the header of the page"
    if offset >= PAGE_SIZE - 4:
        return "the checksum of the page"
    position = (corrected.seq, offset - HEADER_SIZE)
    for item in inside:
        if (item.seq, item.start) <= position < (item.end_seq, item.end):
            return _words(item)
    return "bytes of the page that hold no record"


def _items_around(good: dict[int, Page], corrected: Page) -> list[Item]:
    reader = Reader()
    found: list[Item] = []
    for seq in range(corrected.seq - _REACH, corrected.seq + _REACH + 1):
        page = corrected if seq == corrected.seq else good.get(seq)
        if page is None:
            reader.gap()
            continue
        found += [item for item in reader.feed(page) if not isinstance(item, Bad)]
    return found


def _words(item: Item) -> str:
    if isinstance(item.value, Record):
        return f"record {item.value.number}, a {records.name(item.value.kind)}"
    if item.kind == coding.SEAL and isinstance(item.value, bytes):
        seal = seals.parse(item.value)
        if isinstance(seal, Bad):
            return "a seal"
        return f"seal {seal.seal.number}, which covers {seal.seal.count} records from {seal.seal.first} on"
    if item.kind == coding.SEED:
        return "the seed of a window"
    return "a step of the record or boot number"
