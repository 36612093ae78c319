"""Power cuts of the other two ways to keep records: what had counted and was gone afterwards."""

import random
from binascii import crc32
from collections.abc import Sequence
from dataclasses import dataclass

import littlefs

from measure.log_peers import RECORD_SIZE, RECORDS_PER_BLOCK, Chip, PlainRing, as_bytes, mounted
from taghil.flash import BLOCK, At
from tagproto.records import Record


@dataclass(frozen=True)
class Cuts:
    """Power cuts at drawn operations: records that had counted and were gone, or other ones than were written."""

    cuts: int
    records_lost: int
    records_wrong: int


def whole(data: bytes) -> list[bytes]:
    """The records in a file or a flash whose CRC holds, in the order in which they lie there."""
    pieces = [data[at : at + RECORD_SIZE] for at in range(0, len(data) - RECORD_SIZE + 1, RECORD_SIZE)]
    return [piece for piece in pieces if crc32(piece[:-4]) == int.from_bytes(piece[-4:], "little")]


def ring_cuts(readings: Sequence[Record], cuts: int, seed: int) -> Cuts:
    """Cuts of the plain ring on four blocks; what was there before the torn record and is not erased must be there."""
    draw = random.Random(seed)
    records = [as_bytes(reading) for reading in readings[: 3 * RECORDS_PER_BLOCK]]
    lost = wrong = 0
    for number in range(cuts):
        chip = Chip(4, seed + number)
        chip.flash.cut_power_at(At(draw.randrange(1, len(records))))
        ring = PlainRing(chip)
        written = []
        for record in records:
            ring.append(record)
            if chip.dead:
                break
            written.append(record)
        found = whole(chip.flash.read(0, 0, 4 * BLOCK))
        lost += len(set(written) - set(found))
        wrong += len(set(found) - set(records))
    return Cuts(cuts, lost, wrong)


def littlefs_cuts(readings: Sequence[Record], cuts: int, seed: int) -> Cuts:
    """Cuts of littlefs on 16 blocks, then a mount; what was flushed must be in the file."""
    draw = random.Random(seed)
    records = [as_bytes(reading) for reading in readings[: 2 * RECORDS_PER_BLOCK]]
    lost = wrong = 0
    for number in range(cuts):
        chip = Chip(16, seed + number)
        system = mounted(chip)
        chip.flash.cut_power_at(At(draw.randrange(1, 3 * len(records))))
        written = _append_until_cut(system, chip, records)
        chip.dead = False
        try:
            # Named: the file does not keep its file system alive.
            again = mounted(chip)
            with again.open("log", "rb") as file:
                found = whole(file.read())
        except (littlefs.LittleFSError, FileNotFoundError):
            # What cannot be mounted or opened again holds nothing.
            found = []
        lost += len(set(written) - set(found))
        wrong += len(set(found) - set(records))
    return Cuts(cuts, lost, wrong)


def _append_until_cut(system: littlefs.LittleFS, chip: Chip, records: list[bytes]) -> list[bytes]:
    written: list[bytes] = []
    file = system.open("log", "wb", buffering=0)
    for record in records:
        try:
            file.write(record)
            file.flush()
        except littlefs.LittleFSError:
            if not chip.dead:
                raise
            break
        written.append(record)
    return written
