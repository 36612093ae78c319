"""A tag's recorded life, told again: the flash at each operation, and what a tag that comes up then must still know."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from firmware.tear import Image, Operation

# Kinds of entry, as vm/recording.py writes them.
_ERASE, _PROGRAM, _RECORD, _SEAL, _STATE, _PAGE, _KEY = range(7)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that the tag has had in its hands."""

    epoch: int
    secret: bytes
    ratchet: bytes
    public_key: bytes


@dataclass(slots=True)
class Known:
    """What has counted or was promised so far.

    records by number; repeated: numbers that were given again; seals in order; stored: pages as a host has received
    them; states: the values that the tag may name; keys by public key; cuts: how many operations may have left a
    record or a seal that had not counted yet.
    """

    records: dict[int, bytes] = field(default_factory=dict)
    seals: list[bytes] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    states: dict[str, list[int]] = field(default_factory=dict)
    keys: dict[bytes, Key] = field(default_factory=dict)
    repeated: list[int] = field(default_factory=list)
    cuts: int = 0

    def copy(self) -> "Known":
        return Known(
            dict(self.records),
            list(self.seals),
            list(self.stored),
            dict(self.states),
            dict(self.keys),
            list(self.repeated),
            self.cuts,
        )

    def count(self, kind: int, data: bytes) -> None:
        """A record (1) or a seal (2) that the tag counted."""
        if kind == 2:
            self.seals.append(data)
            return
        number = int.from_bytes(data[1:5], "little")
        if number in self.records:
            self.repeated.append(number)
        self.records[number] = data

    def see_key(self, key: Key) -> None:
        """A key that was made or read from flash."""
        self.keys[key.public_key] = key


def _key(data: bytes) -> Key:
    return Key(int.from_bytes(data[:4], "little"), data[4:36], data[36:68], data[68:132])


class Story:
    """The entries of one recording."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        self._entries: list[tuple[int, bytes]] = []
        at = 0
        while at < len(data):
            kind, size = struct.unpack_from("<BH", data, at)
            self._entries.append((kind, data[at + 3 : at + 3 + size]))
            at += 3 + size
        self.operations = sum(kind <= _PROGRAM for kind, _ in self._entries)

    def tell(self, image: Image, known: Known) -> Iterator[tuple[Image, Operation, Known]]:
        """The flash ahead of each operation, the operation, and what is known by then (it goes on changing)."""
        for kind, data in self._entries:
            if kind <= _PROGRAM:
                index = int.from_bytes(data[:2], "little")
                operation = Operation(index, data[2:] if kind == _PROGRAM else None)
                yield image, operation, known
                image = image.after(operation)
            elif kind in (_RECORD, _SEAL):
                known.count(1 if kind == _RECORD else 2, data)
            elif kind == _STATE:
                known.states.update(json.loads(data))
            elif kind == _PAGE:
                known.stored.append(data)
            else:
                known.see_key(_key(data))
