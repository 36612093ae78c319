"""What lies at a bit of a page."""

from dataclasses import dataclass

from tagproto import coding, records, seals
from tagproto.bad import Bad
from tagproto.pages import HEADER_SIZE, PAGE_SIZE, Item, Page, Reader
from tagproto.records import Record
from tagproto.seals import SignedSeal

# The longest item, a seal, runs over at most this many pages.
_REACH = 3


@dataclass(frozen=True, slots=True)
class Place:
    """words: what the bit belongs to, for the middle of a sentence; records: the first and last one concerned."""

    words: str
    first_record: int | None
    last_record: int | None


def place_of(good: dict[int, Page], corrected: Page, bit: int) -> Place:
    """Where a bit (8 * byte + bit) of a page lies, read from the corrected page and its good neighbours."""
    offset = bit >> 3
    found = _items_around(good, corrected)
    inside = [item for item in found if item.seq <= corrected.seq <= item.end_seq]
    numbers = [item.value.number for item in inside if isinstance(item.value, Record)]
    first, last = (min(numbers), max(numbers)) if numbers else (None, None)
    if offset < HEADER_SIZE:
        return Place("the header of the page", first, last)
    if offset >= PAGE_SIZE - 4:
        return Place("the checksum of the page", first, last)
    position = (corrected.seq, offset - HEADER_SIZE)
    for item in inside:
        if (item.seq, item.start) <= position < (item.end_seq, item.end):
            return _words(item, found)
    return Place("bytes of the page that hold no record", first, last)


def seals_in(good: dict[int, Page], corrected: Page) -> list[SignedSeal]:
    """Seals of which a part lies in a page, read from the corrected page and its good neighbours."""
    found = []
    for item in _items_around(good, corrected):
        if item.kind == coding.SEAL and item.seq <= corrected.seq <= item.end_seq and isinstance(item.value, bytes):
            signed = seals.parse(item.value)
            if isinstance(signed, SignedSeal):
                found.append(signed)
    return found


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


def _words(item: Item, found: list[Item]) -> Place:
    if isinstance(item.value, Record):
        number = item.value.number
        return Place(f"record {number}, a {records.name(item.value.kind)}", number, number)
    if item.kind == coding.SEAL and isinstance(item.value, bytes):
        seal = seals.parse(item.value)
        if isinstance(seal, Bad):
            return Place("a seal", None, None)
        first, count = seal.seal.first, seal.seal.count
        words = f"seal {seal.seal.number}, which covers {count} records from {first} on"
        return Place(words, first if count else None, first + count - 1 if count else None)
    after = [other.value.number for other in found if _follows(item, other) and isinstance(other.value, Record)]
    if item.kind == coding.SEED:
        return Place("the seed of a window", after[0] if after else None, None)
    return Place("a step of the record or boot number", after[0] if after else None, None)


def _follows(item: Item, other: Item) -> bool:
    return (other.seq, other.start) >= (item.end_seq, item.end)
