"""What happens to the bytes of one direction, counted in bytes and never in time: the same bytes, the same faults."""

from __future__ import annotations

from ankletag.transport import Hits
from taghil.line.cable import Cable, Insert

# A byte at another rate is another byte. No byte stays what it is: 12 n + 93 is odd, so never 0 modulo 256.
_GARBLED = bytes((13 * n + 93) & 0xFF for n in range(256))


def garbled(data: bytes) -> bytes:
    """What a side reads that listens at another rate, or behind a cable that does not carry this one."""
    return data.translate(_GARBLED)


class Faults:
    """Bit flips, dropped bytes and inserted ones of one direction, with what it did to how many."""

    def __init__(self, cable: Cable, way: str) -> None:
        self._flips = Hits(cable.ber, f"{cable.seed} {way} flips")
        self._drops = Hits(cable.drop, f"{cable.seed} {way} drops")
        self._inserts = [insert for insert in cable.inserts if insert.way == way]
        self._ends = 0
        self.passed = 0
        self.flips = 0
        self.drops = 0
        self.inserted = 0

    def meet(self, data: bytes) -> tuple[list[tuple[int, bytes]], int]:
        """What arrives of some bytes, as (place on the line, bytes), and how many byte times all of it takes."""
        flips = self._flips.among(8 * len(data))
        drops = self._drops.among(len(data))
        self.flips += len(flips)
        self.drops += len(drops)
        marks = sorted([(at, 0, extra) for at, extra in self._strangers(data)] + [(at, 1, b"") for at in drops])
        self.passed += len(data)
        if flips:
            changed = bytearray(data)
            for bit in flips:
                changed[bit >> 3] ^= 1 << (bit & 7)
            data = bytes(changed)
        pieces = []
        place = done = 0
        for at, is_drop, extra in marks:
            if at > done:
                pieces.append((place, data[done:at]))
                place += at - done
                done = at
            if extra:
                pieces.append((place, extra))
                place += len(extra)
                self.inserted += len(extra)
            if is_drop:
                place += 1
                done += 1
        if done < len(data):
            pieces.append((place, data[done:]))
        return pieces, place + len(data) - done

    def _strangers(self, data: bytes) -> list[tuple[int, bytes]]:
        """(place in data, bytes that come before it) of what is inserted here."""
        if not self._inserts:
            return []
        found = []
        for insert in self._inserts:
            if insert.at is not None and self.passed <= insert.at < self.passed + len(data):
                found.append((insert.at - self.passed, insert.data))
            if insert.frames:
                found += self._behind_frames(data, insert)
        self._ends += data.count(0)
        return found

    def _behind_frames(self, data: bytes, insert: Insert) -> list[tuple[int, bytes]]:
        places = [at + 1 for at, byte in enumerate(data) if byte == 0]
        return [(at, insert.data) for n, at in enumerate(places, self._ends + 1) if n % insert.frames == 0]
