"""Items: the lossless coding of records, seals and window seeds into the byte stream that pages carry.

First byte of an item: 0xxxxxxx a reading (bits, see SPEC.md), 10kkkkkk an event of kind k, 0xC1 a seal
as it is, 0xC2 a window seed, 0xC3 a new next record number, 0xC4 a new boot number, 0xC5 a seal by its
fields, 0xFF nothing more in this page. Readings are coded as differences from the reading before; number
and boot follow from the items before. Both sides hold the same Coder state and change it alike.
"""

import struct

from . import cose, records, seals, varint
from .bad import Bad
from .records import Record
from .rice import BitReader, BitWriter, Model
from .tree import SEED_SIZE

# Kinds of decoded items.
RECORD = 1
SEAL = 2
SEED = 3
STEP = 4
END = 5

_SEAL_BYTE = 0xC1
_SEED_BYTE = 0xC2
_NUMBER_BYTE = 0xC3
_BOOT_BYTE = 0xC4
_FIELDS_BYTE = 0xC5
END_BYTE = 0xFF

SEAL_MAX = 512
# 2 flag bits, 8 bits of flags and four escaped values of 44 bits.
READING_MAX = 24

_TICKS_MASK = records.TICKS_PERIOD_MS - 1
_TICKS_HALF = records.TICKS_PERIOD_MS >> 1
_NUMBER_LIMIT = 1 << 32


class Coder:
    """State that both sides share: the next record's number and boot, the last reading, four models."""

    def __init__(self) -> None:
        self.number = 0
        self.boot = 0
        self.ticks = 0
        self.flags = 0
        self.cell_code = 0
        self.temp_code = 0
        self.prox_count = 0
        self._interval = 0
        self._ticks_model = Model()
        self._cell_model = Model()
        self._temp_model = Model()
        self._prox_model = Model()
        self._models = (self._ticks_model, self._cell_model, self._temp_model, self._prox_model)
        self._writer = BitWriter(READING_MAX + 8)

    def parameters(self) -> int:
        """The four Rice parameters in 16 bits, ticks lowest, as a page header stores them."""
        packed = 0
        for model in reversed(self._models):
            packed = packed << 4 | model.k
        return packed

    def interval_s(self) -> int:
        """The last interval between readings in whole seconds, up to 65535, as a page header stores it."""
        return min((self._interval + 500) // 1000, 0xFFFF)

    def restart(
        self,
        number: int,
        boot: int,
        ticks: int,
        flags: int,
        cell_code: int,
        temp_code: int,
        prox_count: int,
        parameters: int,
        interval_s: int,
    ) -> None:
        """Take the state that a page header holds."""
        self.number = number
        self.boot = boot
        self.ticks = ticks
        self.flags = flags
        self.cell_code = cell_code
        self.temp_code = temp_code
        self.prox_count = prox_count
        self._interval = 1000 * interval_s
        for model in self._models:
            model.restart(parameters & 15)
            parameters >>= 4

    def restart_here(self) -> None:
        """What `restart` does with this very state: both sides call it at a page's first item."""
        self._interval = 1000 * self.interval_s()
        for model in self._models:
            model.restart(model.k)

    # Encoding

    def encode_reading(self, ticks: int, flags: int, cell_code: int, temp_code: int, prox_count: int) -> bytes:
        """A reading of the present boot with the next number. The caller gives values in range."""
        interval = (ticks - self.ticks) & _TICKS_MASK
        late = interval - self._interval
        # Written as a difference modulo the period, so that 32 bits are always enough.
        late = ((late + _TICKS_HALF) & _TICKS_MASK) - _TICKS_HALF
        writer = self._writer
        writer.start()
        if flags == self.flags:
            writer.put(0, 2)
        else:
            writer.put(1 << 8 | flags, 10)
        writer.put_rice(self._ticks_model, late)
        writer.put_rice(self._cell_model, cell_code - self.cell_code)
        writer.put_rice(self._temp_model, temp_code - self.temp_code)
        writer.put_rice(self._prox_model, prox_count - self.prox_count)
        self._interval = interval
        self.ticks = ticks
        self.flags = flags
        self.cell_code = cell_code
        self.temp_code = temp_code
        self.prox_count = prox_count
        self.number += 1
        return writer.finish()

    def encode_event(self, kind: int, ticks: int, body: bytes) -> bytes:
        """An event of the present boot with the next number. Raises ValueError for a body over 255 bytes."""
        if not 0 < kind < 0x40 or kind == records.READING or len(body) > 255:
            raise ValueError("event kind or body out of range")
        self.number += 1
        delta = varint.encode((ticks - self.ticks) & _TICKS_MASK)
        return bytes((0x80 | kind,)) + delta + bytes((len(body),)) + body

    def encode_boot(self, boot: int) -> bytes:
        """Records from here on belong to this boot; its ticks start anew."""
        self.boot = boot
        self.ticks = 0
        self._interval = 0
        return bytes((_BOOT_BYTE,)) + varint.encode(boot)

    def encode_number(self, number: int) -> bytes:
        """The next record has this number: those between stay unused."""
        self.number = number
        return bytes((_NUMBER_BYTE,)) + varint.encode(number)

    def encode_seal(self, encoded: bytes) -> bytes:
        """A seal by its fields where they give the same bytes again, else as it is. ValueError over 512 bytes."""
        if len(encoded) > SEAL_MAX:
            raise ValueError("seal longer than %d bytes" % SEAL_MAX)
        signed = seals.parse(encoded)
        if isinstance(signed, Bad) or not self._follows(signed.seal) or not signed.rebuilds():
            return bytes((_SEAL_BYTE,)) + varint.encode(len(encoded)) + encoded
        seal = signed.seal
        points = len(seal.next_keys) // cose.POINT_SIZE
        return b"".join(
            (
                bytes((_FIELDS_BYTE, seal.reason, points << 6 | len(seal.nonce))),
                varint.encode(seal.epoch),
                varint.encode(seal.number),
                varint.encode(seal.count),
                varint.encode((seal.ticks - self.ticks) & _TICKS_MASK),
                seal.nonce,
                seal.next_keys,
                seal.tag_id,
                seal.root,
                seal.previous,
                signed.signature,
            )
        )

    def _follows(self, seal: "seals.Seal") -> bool:
        """Whether boot and first record of a seal are those that this state gives, and the others fit their fields."""
        return (
            seal.boot == self.boot
            and seal.first + seal.count == self.number
            and seal.ticks <= _TICKS_MASK
            and seal.reason < 256
        )

    def decode(self, data: bytes, at: int) -> "tuple[int, Record | bytes | None, int] | Bad":
        """(item kind, its value, offset behind it); Bad('short') leaves the state as it was.

        Value: a Record, a seal's COSE bytes, a seed's 16 bytes, None for STEP and END.
        """
        if at >= len(data):
            return Bad("short", "item")
        first = data[at]
        if first < 0xC0 and self.number >= _NUMBER_LIMIT:
            return Bad("item", "record number over 32 bits")
        if first < 0x80:
            return self._decode_reading(data, at)
        if first < 0xC0:
            return self._decode_event(data, at)
        if first == END_BYTE:
            return END, None, at + 1
        if first == _SEED_BYTE:
            end = at + 1 + SEED_SIZE
            return Bad("short", "seed") if end > len(data) else (SEED, bytes(data[at + 1 : end]), end)
        if first == _FIELDS_BYTE:
            return self._decode_seal(data, at)
        if first not in (_SEAL_BYTE, _NUMBER_BYTE, _BOOT_BYTE):
            return Bad("item", "unknown first byte 0x%02x" % first)
        result = varint.decode(data, at + 1)
        if isinstance(result, Bad):
            return result
        value, end = result
        if first == _SEAL_BYTE:
            if value > SEAL_MAX:
                return Bad("item", "seal of %d bytes" % value)
            return (
                Bad("short", "seal") if end + value > len(data) else (SEAL, bytes(data[end : end + value]), end + value)
            )
        if first == _NUMBER_BYTE:
            self.number = value
        else:
            self.boot = value
            self.ticks = 0
            self._interval = 0
        return STEP, None, end

    def _decode_seal(self, data: bytes, at: int) -> "tuple[int, bytes, int] | Bad":
        if at + 3 > len(data):
            return Bad("short", "seal")
        reason, lengths = data[at + 1], data[at + 2]
        end = at + 3
        numbers = []
        for _ in range(4):
            result = varint.decode(data, end)
            if isinstance(result, Bad):
                return result
            number, end = result
            numbers.append(number)
        epoch, number, count, late = numbers
        parts = []
        for size in (lengths & 63, (lengths >> 6) * cose.POINT_SIZE, 8, 32, 32, 64):
            parts.append(bytes(data[end : end + size]))
            end += size
        if lengths & 63 > 32 or lengths >> 6 > 2 or count > self.number or late > _TICKS_MASK:
            return Bad("item", "seal field out of range")
        if end > len(data):
            return Bad("short", "seal")
        nonce, next_keys, tag_id, root, previous, signature = parts
        seal = seals.Seal(
            tag_id,
            epoch,
            number,
            self.boot,
            self.number - count,
            count,
            root,
            previous,
            (self.ticks + late) & _TICKS_MASK,
            reason,
            nonce,
            next_keys,
        )
        return SEAL, cose.assemble(seal.payload(), signature), end

    def _decode_reading(self, data: bytes, at: int) -> "tuple[int, Record, int] | Bad":
        reader = BitReader(data, at, READING_MAX)
        flags = self.flags
        if reader.get(2):
            flags = reader.get(8)
        late = reader.get_rice(self._ticks_model.k)
        cell = reader.get_rice(self._cell_model.k)
        temp = reader.get_rice(self._temp_model.k)
        prox = reader.get_rice(self._prox_model.k)
        end = at + reader.used()
        if end > len(data):
            return Bad("short", "reading")
        cell_code = self.cell_code + (cell >> 1 if not cell & 1 else -(cell + 1 >> 1))
        temp_code = self.temp_code + (temp >> 1 if not temp & 1 else -(temp + 1 >> 1))
        prox_count = self.prox_count + (prox >> 1 if not prox & 1 else -(prox + 1 >> 1))
        if not (-32768 <= cell_code <= 32767 and -32768 <= temp_code <= 32767 and 0 <= prox_count <= 65535):
            return Bad("item", "reading out of range")
        interval = (self._interval + (late >> 1 if not late & 1 else -(late + 1 >> 1))) & _TICKS_MASK
        ticks = (self.ticks + interval) & _TICKS_MASK
        self._ticks_model.learn(late)
        self._cell_model.learn(cell)
        self._temp_model.learn(temp)
        self._prox_model.learn(prox)
        self._interval = interval
        self.ticks = ticks
        self.flags = flags
        self.cell_code = cell_code
        self.temp_code = temp_code
        self.prox_count = prox_count
        body = struct.pack("<BhhH", flags, cell_code, temp_code, prox_count)
        record = Record(records.READING, self.number, self.boot, ticks, body)
        self.number += 1
        return RECORD, record, end

    def _decode_event(self, data: bytes, at: int) -> "tuple[int, Record, int] | Bad":
        kind = data[at] & 0x3F
        if kind <= records.READING:
            # Refused even where the rest of it is missing.
            return Bad("item", "event kind out of range")
        result = varint.decode(data, at + 1)
        if isinstance(result, Bad):
            return result
        delta, end = result
        if delta > _TICKS_MASK:
            return Bad("item", "event ticks out of range")
        if end >= len(data) or end + 1 + data[end] > len(data):
            return Bad("short", "event")
        body = bytes(data[end + 1 : end + 1 + data[end]])
        record = Record(kind, self.number, self.boot, (self.ticks + delta) & _TICKS_MASK, body)
        self.number += 1
        return RECORD, record, end + 1 + len(body)


def is_seal(item: bytes) -> bool:
    """Whether bytes begin with a seal item."""
    return item[:1] in (bytes((_SEAL_BYTE,)), bytes((_FIELDS_BYTE,)))


def encode_seed(seed: bytes) -> bytes:
    """A window's seed as an item, in front of the window's first record."""
    if len(seed) != SEED_SIZE:
        raise ValueError("window seed is not 16 bytes")
    return bytes((_SEED_BYTE,)) + seed
