"""The same readings kept in two other ways on the same emulated flash: littlefs appends, and a plain ring of records.

Both take a 32-byte record a reading (the canonical record, filled up, with a CRC-32), have all blocks behind the file
system to themselves, and carry no seals, no seeds and no keys: what they are compared with does.
"""

import struct
import time
from binascii import crc32
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import littlefs

from taghil.flash import BLOCK, DEFAULT_BLOCKS, PAGE, Flash, PowerCut
from taghil.vm.bus import ERASE_US, PROGRAM_PAGE_US
from tagproto.records import Record

RECORD_SIZE = 32
RECORDS_PER_BLOCK = BLOCK // RECORD_SIZE
EIO = -5


@dataclass(frozen=True)
class Peer:
    """What a way of keeping records costs: `readings` were appended in the run, `ended` says why no more."""

    readings: int
    ended: str
    bytes_per_reading: float
    days_until_full: float
    erases_per_record: float
    programs_per_record: float
    flash_ms_per_record: float
    erases_per_day: float
    erases_of_worst_block_per_year: float
    wall_s: float


class Chip:
    """An emulated flash that counts the erases of each block; after a power cut it takes nothing more."""

    def __init__(self, blocks: int, seed: int) -> None:
        self.flash = Flash(None, blocks, seed)
        self.erased = [0] * blocks
        self.dead = False

    def erase(self, block: int) -> None:
        """Erases a block."""
        self.erased[block] += 1
        self._do(lambda: self.flash.erase(block))

    def program(self, block: int, offset: int, data: bytes) -> None:
        """Programs whole pages."""
        self._do(lambda: self.flash.program(block, offset, data))

    def _do(self, operation: Callable[[], object]) -> None:
        if self.dead:
            return
        try:
            operation()
        except PowerCut:
            self.dead = True

    def begin(self) -> None:
        """Counts from here."""
        self.flash.erases = self.flash.programs = 0
        self.erased = [0] * len(self.erased)

    def measured(self, kept: int, size: float, ended: str, records: int, cadence_s: int, started: float) -> Peer:
        """The figures of a run of `records` appends, on a flash that `kept` of them fill, in `size` bytes."""
        a_day = 86_400 / cadence_s
        flash = self.flash
        return Peer(
            records,
            ended,
            size / kept,
            kept / a_day,
            flash.erases / records,
            flash.programs / records,
            (flash.erases * ERASE_US + flash.programs * PROGRAM_PAGE_US) / 1000 / records,
            flash.erases / records * a_day,
            max(self.erased) / (records / a_day) * 365,
            time.perf_counter() - started,
        )


def as_bytes(reading: Record) -> bytes:
    """32 bytes: the canonical record, filled with zeros, and a CRC-32."""
    body = reading.canonical().ljust(RECORD_SIZE - 4, b"\0")
    return body + struct.pack("<I", crc32(body))


class PlainRing:
    """Eight records a page, each programmed by itself into its place; a block is erased when its turn comes again."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._slots = len(chip.erased) * RECORDS_PER_BLOCK
        self._count = 0

    def append(self, record: bytes) -> None:
        """Writes a record over the oldest."""
        block, slot = divmod(self._count % self._slots, RECORDS_PER_BLOCK)
        if not slot:
            self._chip.erase(block)
        page, at = divmod(slot * RECORD_SIZE, PAGE)
        data = bytearray(b"\xff" * PAGE)
        data[at : at + RECORD_SIZE] = record
        self._chip.program(block, page * PAGE, bytes(data))
        self._count += 1


class _Device(littlefs.context.UserContext):
    """littlefs on the emulated flash."""

    def __init__(self, chip: Chip) -> None:
        super().__init__(0)
        self.buffer = bytearray()
        self._chip = chip

    def read(self, _cfg: littlefs.lfs.LFSConfig, block: int, off: int, size: int) -> bytearray:
        return bytearray(self._chip.flash.read(block, off, size))

    def prog(self, _cfg: littlefs.lfs.LFSConfig, block: int, off: int, data: bytes) -> int:
        self._chip.program(block, off, bytes(data))
        return EIO if self._chip.dead else 0

    def erase(self, _cfg: littlefs.lfs.LFSConfig, block: int) -> int:
        self._chip.erase(block)
        return EIO if self._chip.dead else 0

    def sync(self, _cfg: littlefs.lfs.LFSConfig) -> int:
        return 0


def mounted(chip: Chip) -> littlefs.LittleFS:
    """As MicroPython's `VfsLfs2` mounts it on a Pico: read size 32, program size 256, caches of four pages."""
    return littlefs.LittleFS(
        context=_Device(chip),
        block_size=BLOCK,
        block_count=len(chip.erased),
        read_size=32,
        prog_size=PAGE,
        cache_size=4 * PAGE,
        lookahead_size=32,
        block_cycles=100,
    )


def plain_ring(readings: Sequence[Record], cadence_s: int, seed: int) -> Peer:
    """All readings, over and over the oldest, so that the wear is that of a ring which turns."""
    started = time.perf_counter()
    chip = Chip(DEFAULT_BLOCKS, seed)
    ring = PlainRing(chip)
    for reading in readings:
        ring.append(as_bytes(reading))
    kept = DEFAULT_BLOCKS * RECORDS_PER_BLOCK
    return chip.measured(kept, kept * RECORD_SIZE, "all readings", len(readings), cadence_s, started)


def littlefs_appends(readings: Sequence[Record], cadence_s: int, seed: int) -> Peer:
    """One file, one append and one flush a reading, until the file system is full."""
    started = time.perf_counter()
    chip = Chip(DEFAULT_BLOCKS, seed)
    system = mounted(chip)
    chip.begin()
    count = 0
    with system.open("log", "wb", buffering=0) as file:
        for reading in readings:
            try:
                file.write(as_bytes(reading))
                file.flush()
            except littlefs.LittleFSError as error:
                if error.code != littlefs.LittleFSError.Error.LFS_ERR_NOSPC:
                    raise
                break
            count += 1
    if count == len(readings):
        raise RuntimeError(f"{count} readings did not fill the file system")
    return chip.measured(count, DEFAULT_BLOCKS * BLOCK, "no space", count, cadence_s, started)
