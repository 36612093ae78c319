"""An attacker's tools: a log taken apart into what it says, written again with good checksums, and stolen keys."""

import binascii
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric import ec

from host.pagewriter import PageWriter
from host.sealwriter import SealWriter
from tagproto import coding, pages, records, seals, tree
from tagproto.layout import BLOCK_SIZE, KEY_BLOCKS, SETTINGS_BLOCKS
from tagproto.records import Record

RECORD, SEAL, SEED = coding.RECORD, coding.SEAL, coding.SEED


@dataclass(frozen=True)
class Entry:
    """One thing in a log. kind: RECORD, SEAL (its COSE bytes) or SEED."""

    kind: int
    record: Record | None = None
    data: bytes = b""

    @property
    def number(self) -> int | None:
        return None if self.record is None else self.record.number


def taken_apart(raws: Iterable[bytes]) -> list[Entry]:
    """All that good pages in order say."""
    reader, found = pages.Reader(), []
    for raw in raws:
        page = pages.parse(raw)
        assert isinstance(page, pages.Page)
        for item in reader.feed(page):
            assert isinstance(item, pages.Item)
            if isinstance(item.value, Record):
                found.append(Entry(RECORD, item.value))
            elif isinstance(item.value, bytes):
                found.append(Entry(item.kind, data=item.value))
    return found


def newest(raws: Sequence[bytes]) -> list[bytes]:
    """The last copy of each page, in order."""
    return [page for _, page in sorted({int.from_bytes(raw[2:6], "little"): raw for raw in raws}.items())]


def seals_of(entries: list[Entry]) -> list[seals.SignedSeal]:
    """Every seal, read."""
    found = [seals.parse(entry.data) for entry in entries if entry.kind == SEAL]
    return [seal for seal in found if isinstance(seal, seals.SignedSeal)]


def readings(entries: list[Entry]) -> list[int]:
    """Where the readings are."""
    return [at for at, one in enumerate(entries) if one.record is not None and one.record.kind == records.READING]


def pages_of_readings(raws: Sequence[bytes]) -> list[int]:
    """Numbers of the pages in which nothing but readings has a part."""
    reader, other = pages.Reader(), set[int]()
    for raw in raws:
        page = pages.parse(raw)
        assert isinstance(page, pages.Page)
        for item in reader.feed(page):
            assert isinstance(item, pages.Item)
            if not isinstance(item.value, Record) or item.value.kind != records.READING:
                other.update(range(item.seq, item.end_seq + 1))
    return [seq for seq in range(len(raws) - 1) if seq not in other]


class Scribe(PageWriter):
    """Writes entries as a tag would: numbers, boots and headers fit, and every checksum holds."""

    def put(self, entry: Entry) -> None:
        self._begin_item()
        if entry.record is None:
            self._put(coding.encode_seed(entry.data) if entry.kind == SEED else self.coder.encode_seal(entry.data))
            return
        if entry.record.boot != self.coder.boot:
            self._put(self.coder.encode_boot(entry.record.boot))
            self._begin_item()
        if entry.record.number != self.coder.number:
            self._put(self.coder.encode_number(entry.record.number))
            self._begin_item()
        self._put(self._coded(entry.record))

    def _coded(self, record: Record) -> bytes:
        if record.kind != records.READING:
            return self.coder.encode_event(record.kind, record.ticks, record.body)
        return self.coder.encode_reading(record.ticks, *struct.unpack("<BhhH", record.body))


def written(entries: Iterable[Entry]) -> list[bytes]:
    """The pages that say this."""
    scribe = Scribe()
    for entry in entries:
        scribe.put(entry)
    return scribe.raw_pages()


def rewritten(raws: Sequence[bytes], change: Callable[[list[Entry]], list[Entry]]) -> list[bytes]:
    """The log with something else in it, every page made anew."""
    return written(change(taken_apart(newest(raws))))


def repaired(page: bytes) -> bytes:
    """With the checksum that it should have."""
    return page[:-4] + binascii.crc32(page[:-4]).to_bytes(4, "little")


def flipped(data: bytes, bit: int) -> bytes:
    """One bit turned over."""
    changed = bytearray(data)
    changed[bit >> 3] ^= 1 << (bit & 7)
    return bytes(changed)


def changed(entry: Entry, **values: object) -> Entry:
    """A record that says something else."""
    assert entry.record is not None
    old = entry.record
    fields = {"kind": old.kind, "number": old.number, "boot": old.boot, "ticks": old.ticks, "body": old.body} | values
    return replace(entry, record=Record(*fields.values()))  # type: ignore[arg-type]


# Keys

KEY_PAGE = "<HI32s32s64s33s"
KEY_MAGIC = 0x6B79


def stolen_keys(flash: bytes) -> dict[int, ec.EllipticCurvePrivateKey]:
    """The secrets that lie in a flash image, by epoch: who opens the case has no more."""
    found = {}
    begin = SETTINGS_BLOCKS * BLOCK_SIZE
    for at in range(begin, begin + KEY_BLOCKS * BLOCK_SIZE, pages.PAGE_SIZE):
        magic, epoch, secret, _, _, _ = struct.unpack_from(KEY_PAGE, flash, at)
        if magic == KEY_MAGIC:
            found[epoch] = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    return found


class Forger(SealWriter):
    """Copies a genuine log, then goes on with stolen keys: what a tag would write, without the tag."""

    def __init__(self, tag_id: bytes, keys: dict[int, ec.EllipticCurvePrivateKey]) -> None:
        super().__init__(seed=666)
        self.tag_id, self.stolen = tag_id, keys

    def copy(self, entries: Iterable[Entry]) -> None:
        """As they are. Behind the last one the forger's own clock and numbers go on from there."""
        for entry in entries:
            Scribe.put(self, entry)  # type: ignore[arg-type]
            if entry.record is not None:
                self.boot_number = entry.record.boot
                self.ticks_offset = entry.record.ticks - self.now_ms
                if self._salts is not None:
                    salt = self._salts.salt(entry.record.number)
                    self._tree.add(tree.leaf_hash(salt, entry.record.canonical()))
            elif entry.kind == SEED:
                self._salts, self._tree, self._window_first = tree.Salts(entry.data), tree.Tree(), self.coder.number
            else:
                self._follow(entry.data)

    def _follow(self, encoded: bytes) -> None:
        """The next seal is the one behind this."""
        signed = seals.parse(encoded)
        assert isinstance(signed, seals.SignedSeal)
        self._previous, self._seal_number = signed.hash(), signed.seal.number + 1
        self._salts, self._tree = None, tree.Tree()
        self.take_up(signed.seal.epoch + 1)

    def take_up(self, epoch: int) -> None:
        """Sign with the key of this epoch, where it was stolen, and with whatever is there behind it."""
        self.epoch = epoch
        if epoch in self.stolen:
            self.key = self.stolen[epoch]
        self.ahead = [self.stolen[later] for later in (epoch + 1, epoch + 2) if later in self.stolen]

    _coded = Scribe._coded  # type: ignore[assignment]
