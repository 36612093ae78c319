"""Where the bytes of a log go: each item coded again by the coder itself, its bits counted by what they are for.

What is coded again must be the bytes that lie in the page, or the account is refused.
"""

from dataclasses import dataclass, field

from tagproto import coding, pages, records
from tagproto.bad import Bad
from tagproto.coding import READING_MAX, Coder
from tagproto.pages import PAGE_SIZE, PAYLOAD_SIZE, Item, Page
from tagproto.records import Record
from tagproto.rice import BitWriter, Model

STREAMS = ("ticks", "cell", "temp", "prox")
Place = tuple[int, int]
"""A page's number and an offset in its payload."""


@dataclass
class Account:
    """Bits of the payload by use, and the values that were coded.

    values: what the readings say, one list a stream (ticks: milliseconds from the reading before); coded: the
    differences that the coder wrote, in the same order.
    """

    bits: dict[str, int] = field(default_factory=dict)
    readings: int = 0
    items: dict[str, int] = field(default_factory=dict)
    values: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in STREAMS})
    coded: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in STREAMS})

    def add(self, what: str, bits: int) -> None:
        """Counts bits for a use."""
        self.bits[what] = self.bits.get(what, 0) + bits

    def bits_per_reading(self, what: str) -> float:
        """Bits of the payload for a use."""
        return self.bits[what] / self.readings

    def bytes_per_reading(self) -> dict[str, float]:
        """By use; the frame of the pages is shared out over their payload. `all` is the sum."""
        used = {what: bits / 8 / self.readings for what, bits in self.bits.items()}
        used["page headers and CRC"] = sum(used.values()) * (PAGE_SIZE - PAYLOAD_SIZE) / PAYLOAD_SIZE
        return {**used, "all": sum(used.values())}


class _Tally(BitWriter):
    """Counts the bits of each number that goes through it."""

    def __init__(self) -> None:
        super().__init__(READING_MAX + 8)
        self.seen = 0
        self.flags = 0
        self.numbers: list[tuple[int, int]] = []

    def start(self) -> None:
        super().start()
        self.seen = self.flags = 0
        self.numbers = []

    def put(self, value: int, count: int) -> None:
        super().put(value, count)
        self.seen += count

    def put_rice(self, model: Model, value: int) -> None:
        before = self.seen
        if not self.numbers:
            self.flags = before
        super().put_rice(model, value)
        self.numbers.append((value, self.seen - before))


class _Recoder(Coder):
    """The coder, with what its last reading was made of: bits by use, numbers by stream."""

    def __init__(self) -> None:
        super().__init__()
        self._writer = self._tally = _Tally()

    def uses(self, size: int) -> tuple[dict[str, int], dict[str, int]]:
        """(bits by use, coded numbers by stream) of the last reading, which took `size` bytes."""
        numbers = dict(zip(STREAMS, self._tally.numbers, strict=True))
        bits = {name: length for name, (_, length) in numbers.items()}
        # The tally has also seen the zeros that fill the last byte.
        flags = self._tally.flags
        bits |= {"flags": flags, "filling to whole bytes": 8 * size - flags - sum(bits.values())}
        return bits, {name: value for name, (value, _) in numbers.items()}


def account(raws: list[bytes], first: Place, end: Place) -> Account:
    """The items from a place up to another, all pages given; ValueError where something is not right."""
    found = Account()
    coder = _Recoder()
    reader = pages.Reader()
    headers: dict[int, Page] = {}
    data = bytearray()
    for raw in raws:
        page = pages.parse(raw)
        if isinstance(page, Bad):
            raise ValueError(f"a page does not read: {page.reason}")
        if page.seq != len(headers):
            raise ValueError(f"page {page.seq} where {len(headers)} was due")
        headers[page.seq] = page
        data += page.payload
        for item in reader.feed(page):
            if isinstance(item, Bad):
                raise ValueError(item.detail)
            place = item.seq, item.start
            if place >= end:
                return found
            if item.start == headers[item.seq].first:
                headers[item.seq].restart(coder)
            lies = data[item.seq * PAYLOAD_SIZE + item.start : item.end_seq * PAYLOAD_SIZE + item.end]
            _take(found if place >= first else Account(), coder, item, bytes(lies))
    raise ValueError("the stretch goes on behind the last page")


def _take(found: Account, coder: _Recoder, item: Item, lies: bytes) -> None:
    """Codes an item again and counts it; `lies` is what the pages hold of it."""
    record = item.value
    if item.kind == coding.RECORD and isinstance(record, Record):
        again = _coded(found, coder, record)
        if again != lies:
            raise ValueError(f"{record!r} lies there as {lies.hex()}, coded again it is {again.hex()}")
        if record.kind == records.READING:
            return
    elif item.kind == coding.STEP and coder.encode_boot(coder.boot + 1) != lies:
        raise ValueError("the log skipped numbers: this account knows boots only")
    name = {coding.SEAL: "seals", coding.SEED: "window seeds"}.get(item.kind, "events")
    found.items[name] = found.items.get(name, 0) + 1
    found.add(name, 8 * len(lies))


def _coded(found: Account, coder: _Recoder, record: Record) -> bytes:
    if record.kind != records.READING:
        return coder.encode_event(record.kind, record.ticks, record.body)
    values = record.values()
    assert isinstance(values, dict)
    fields = [int(values[name]) for name, _ in records.READING_SPEC]
    interval = (record.ticks - coder.ticks) % records.TICKS_PERIOD_MS
    again = coder.encode_reading(record.ticks, *fields)
    bits, numbers = coder.uses(len(again))
    found.readings += 1
    for what, length in bits.items():
        found.add(what, length)
    for name, value in zip(STREAMS, (interval, *fields[1:]), strict=True):
        found.values[name].append(value)
        found.coded[name].append(numbers[name])
    return again
