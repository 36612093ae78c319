"""One direction of the cable: its speed, its faults and its cuts. Sans-IO: every time comes in, in ns."""

from __future__ import annotations

from dataclasses import dataclass

from taghil.line.cable import Cable
from taghil.line.faults import Faults, garbled
from taghil.line.wire import Wire

_DEPTH_LEAST = 64
_DEPTH_S = 0.004
"""A UART's FIFO and a driver that fills it again in time: bytes that wait in front of the line."""
_GRAIN_NS = 2_000_000


def depth_of(baud: int) -> int:
    """Bytes that a cable of this rate holds in front of its line."""
    return max(_DEPTH_LEAST, int(baud / 10 * _DEPTH_S))


@dataclass(frozen=True)
class Counts:
    """Of one direction: bytes that were put in, bits flipped, bytes dropped, inserted, and lost in cuts."""

    bytes: int
    flips: int
    drops: int
    inserted: int
    cut: int


class Cuts:
    """When the cable is out, both directions at once."""

    def __init__(self, spans_s: tuple[tuple[float, float], ...]) -> None:
        self._spans_s = spans_s
        self._spans_ns: list[tuple[int, int]] | None = None

    def begin(self, now_ns: int) -> None:
        """The first byte passes: from here the cuts are counted."""
        if self._spans_ns is None:
            self._spans_ns = [(now_ns + round(a * 1e9), now_ns + round(b * 1e9)) for a, b in self._spans_s]

    def spans_ns(self) -> list[tuple[int, int]]:
        """(start, stop) of each."""
        return self._spans_ns or []


class Way:
    """Takes bytes in as fast as the line carries them, and gives out what arrives."""

    def __init__(self, cable: Cable, way: str, cuts: Cuts, baud: int) -> None:
        grain_ns = 0 if cable.single else _GRAIN_NS
        self._wire = Wire(baud, depth_of(baud), int(cable.latency_ms * 1e6), grain_ns)
        self._faults = Faults(cable, way)
        self._cuts = cuts
        self._cut = 0
        self.garbles = False
        """The rate is more than the cable carries."""

    @property
    def counts(self) -> Counts:
        """What has happened so far."""
        faults = self._faults
        return Counts(faults.passed, faults.flips, faults.drops, faults.inserted, self._cut)

    def set_baud(self, baud: int) -> None:
        """The rate of what is put in from now on."""
        if baud != self._wire.baud:
            self._wire.set_rate(baud, depth_of(baud))

    def room(self, now_ns: int, ready_ns: int) -> int:
        """How many bytes it takes now, that have been waiting since `ready_ns`."""
        return self._wire.room(now_ns, ready_ns)

    @property
    def plenty(self) -> int:
        """Room that is worth a look: half of what waits in front of the line."""
        return self._wire.depth // 2

    def plenty_ns(self) -> int:
        """When there is that much room."""
        return self._wire.room_ns(self.plenty)

    def put(self, data: bytes, ready_ns: int) -> None:
        """Bytes that have been waiting since `ready_ns` go on the line, as soon as it is free."""
        self._wire.begin(ready_ns)
        self._cuts.begin(ready_ns)
        pieces, length = self._faults.meet(garbled(data) if self.garbles else data)
        for start_ns, stop_ns in self._cuts.spans_ns():
            pieces = self._cut_out(pieces, self._wire.place_of(start_ns), self._wire.place_of(stop_ns))
        self._wire.put(pieces, length)

    def _cut_out(self, pieces: list[tuple[int, bytes]], start: int, stop: int) -> list[tuple[int, bytes]]:
        """What is left of some pieces without the places start <= place < stop."""
        left = []
        for place, data in pieces:
            before, behind = data[: max(0, start - place)], data[max(0, stop - place) :]
            if stop <= place or start >= place + len(data):
                left.append((place, data))
                continue
            self._cut += len(data) - len(before) - len(behind)
            if before:
                left.append((place, before))
            if behind:
                left.append((place + len(data) - len(behind), behind))
        return left

    def take(self, now_ns: int) -> bytes:
        """What has arrived by now, and was not taken before."""
        return self._wire.take(now_ns)

    def next_ns(self) -> int | None:
        """When to take again; None when nothing is under way."""
        return self._wire.next_ns()

    def clear(self) -> None:
        """Forgets what is under way: an end went away."""
        self._wire.clear()
