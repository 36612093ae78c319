"""The cells of a NOR flash: programming clears bits only (old AND new), erasing a block sets them.

Beside an image `flash.bin` lie `flash.wear` (counts) and `flash.cells.json` (loose and weak cells, written only when
there are any).
"""

from __future__ import annotations

import json
import mmap
import os
import random
from pathlib import Path

from taghil.nor.loose import Loose
from taghil.nor.tears import OF_ERASE, OF_PROGRAM, SIXTEENTHS, Torn, tear
from taghil.nor.weak import Weak
from taghil.nor.wear import Wear
from tagproto.layout import BLOCK_SIZE
from tagproto.pages import PAGE_SIZE

_ERASED = b"\xff" * BLOCK_SIZE
_ONES = (1 << 8 * BLOCK_SIZE) - 1


class FlashDamaged(ValueError):
    """A file of the flash is not what an emulator wrote, or not of this size; the message is a sentence."""


def side_files(image: Path) -> tuple[Path, Path]:
    """Where the wear of an image is kept, and its loose and weak cells."""
    return image.with_suffix(".wear"), image.with_suffix(".cells.json")


class Cells:
    """An image of `blocks` blocks in memory, or mapped from `path` and written through.  Raises FlashDamaged."""

    def __init__(self, path: Path | None, blocks: int, seed: int) -> None:
        wear_path: Path | None = None
        self._path: Path | None = None
        if path is not None:
            wear_path, self._path = side_files(path)
        self.image = _map(path, blocks)
        self.wear = Wear(wear_path, blocks)
        self.loose = Loose(seed)
        self._weak = Weak(seed, self.wear)
        self._seed = seed
        self._tears = 0
        self._load()

    def program(self, start: int, data: bytes) -> None:
        """Clears the bits that are 0 in data, which is made of whole pages."""
        self.wear.programmed(len(data) // PAGE_SIZE)
        size = len(data)
        new = int.from_bytes(data, "little")
        if self._weak:
            new |= self._weak.unprogrammable(start, size)
        self._store(start, size, self._bits(start, size) & new)
        if self.loose.pages and self.loose.firm(start, bytes(self.image[start : start + size])):
            self._save()

    def erase(self, block: int) -> None:
        """Sets every bit of a block."""
        start = block * BLOCK_SIZE
        if self._weak:
            kept = ~self._bits(start, BLOCK_SIZE) & self._weak.unerasable(start, BLOCK_SIZE)
            self._store(start, BLOCK_SIZE, _ONES ^ kept)
        else:
            self.image[start : start + BLOCK_SIZE] = _ERASED
        self.wear.erased(block)
        if self.loose.pages and self.loose.forget(start, BLOCK_SIZE):
            self._save()

    def tear_program(self, start: int, data: bytes, kind: str = "") -> tuple[str, float]:
        """A program that was cut: gives the kind of tear, drawn where none fits, and the share of its time
        that had passed."""
        size = len(data)
        old = self._bits(start, size)
        kind, torn = self._tear(kind, OF_PROGRAM, start, old & ~int.from_bytes(data, "little"), size)
        self.wear.programmed(size // PAGE_SIZE)
        self._store(start, size, old & ~torn.done)
        self._loosen(start, size, torn.loose, SIXTEENTHS - torn.likely)
        return kind, torn.share

    def tear_erase(self, block: int, kind: str = "") -> tuple[str, float]:
        """An erase that was cut; gives what `tear_program` gives."""
        start = block * BLOCK_SIZE
        old = self._bits(start, BLOCK_SIZE)
        kind, torn = self._tear(kind, OF_ERASE, start, _ONES ^ old, BLOCK_SIZE)
        self.wear.erased(block)
        self._store(start, BLOCK_SIZE, (old | torn.done | torn.loose) & ~torn.zeroed)
        self._loosen(start, BLOCK_SIZE, torn.loose, torn.likely)
        return kind, torn.share

    def _tear(self, kind: str, kinds: tuple[str, ...], start: int, changing: int, size: int) -> tuple[str, Torn]:
        draw = random.Random(f"{self._seed}.{self._tears}.{start}")
        self._tears += 1
        kind = kind if kind in kinds else draw.choice(kinds)
        return kind, tear(kind, draw, changing, size)

    def _loosen(self, start: int, size: int, cells: int, ones: int) -> None:
        self.loose.add(start, size, cells, ones)
        if self.loose.pages and self.loose.firm(start, bytes(self.image[start : start + size])):
            self._save()

    def weaken(self, block: int, after_erases: int) -> None:
        """Behind so many further erases some cells of the block neither program nor, once they are 0, erase."""
        self._weak.weaken(block, after_erases)
        self._save()

    def _bits(self, start: int, size: int) -> int:
        return int.from_bytes(self.image[start : start + size], "little")

    def _store(self, start: int, size: int, bits: int) -> None:
        self.image[start : start + size] = bits.to_bytes(size, "little")

    def _load(self) -> None:
        if self._path is None or not self._path.exists():
            return
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            self.loose.from_json(kept["loose"])
            self._weak.from_json(kept["weak"])
            self._tears = int(kept["tears"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FlashDamaged(
                f"{self._path} is not what an emulator wrote: choose another folder with --state"
            ) from error

    def _save(self) -> None:
        if self._path is None:
            return
        kept = {"loose": self.loose.to_json(), "weak": self._weak.to_json(), "tears": self._tears}
        new = self._path.with_name(self._path.name + ".new")
        new.write_text(json.dumps(kept) + "\n", encoding="utf-8")
        os.replace(new, self._path)

    def close(self) -> None:
        """Writes the image to the disk and lets go of the files."""
        if isinstance(self.image, mmap.mmap) and not self.image.closed:
            self.image.flush()
            self.image.close()
        self.wear.close()


def _map(path: Path | None, blocks: int) -> bytearray | mmap.mmap:
    size = blocks * BLOCK_SIZE
    if path is None:
        return bytearray(b"\xff" * size)
    with path.open("r+b" if path.exists() else "w+b") as file:
        old = file.seek(0, os.SEEK_END)
        if old == 0:
            file.write(b"\xff" * size)
            file.flush()
        elif old != size:
            raise FlashDamaged(
                f"{path} holds {old // BLOCK_SIZE} blocks, not {blocks}: "
                f"start with --flash-blocks {old // BLOCK_SIZE}, or on an empty folder"
            )
        # Mapped: what is programmed is in the file at once, also if this process is killed, without a call each.
        return mmap.mmap(file.fileno(), size)
