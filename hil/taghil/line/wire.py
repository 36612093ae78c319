"""How long bytes are on a line. No clock is looked at here: every time comes in, in ns of one monotonic clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

BITS = 10
"""Of a character on the line: a start bit, eight of data, a stop bit (8N1)."""
_PER_BYTE = BITS * 10**9


@dataclass(slots=True)
class _Run:
    """Bytes that follow each other on the line."""

    start_ns: int
    baud: int
    data: bytes
    taken: int = 0

    def due(self, now_ns: int) -> int:
        """How many of them have come by then."""
        return min(len(self.data), max(self.taken, (now_ns - self.start_ns) * self.baud // _PER_BYTE))

    def end_ns(self, count: int) -> int:
        """When that many of them have come."""
        return self.start_ns + _duration_ns(count, self.baud)


def _duration_ns(count: int, baud: int) -> int:
    """Of so many bytes, rounded up: by then the last one is whole."""
    return -(-count * _PER_BYTE // baud)


class Wire:
    """One direction of a line: what is put in comes out when it has been carried, in order.

    depth: bytes that wait in front of the line (its FIFO), no more.  latency_ns: added to every byte.  grain_ns: bytes
    in the middle of a run may be handed out that much late, so that not each of them costs a look.
    """

    def __init__(self, baud: int, depth: int, latency_ns: int = 0, grain_ns: int = 1_000_000) -> None:
        self.baud = baud
        self.depth = depth
        self._latency_ns = latency_ns
        self._grain_ns = grain_ns
        # A busy period: byte number n since its begin is through at begin + n bytes' time, so that nothing adds up.
        self._begin_ns = 0
        self._count = 0
        self._runs: deque[_Run] = deque()

    def _time(self, count: int) -> int:
        return self._begin_ns + _duration_ns(count, self.baud)

    @property
    def free_ns(self) -> int:
        """When the line has carried all that was put in."""
        return self._time(self._count)

    def set_rate(self, baud: int, depth: int) -> None:
        """What is put in from now on goes at another rate, behind what is under way."""
        self._begin_ns, self._count = self.free_ns, 0
        self.baud, self.depth = baud, depth

    def room(self, now_ns: int, ready_ns: int) -> int:
        """How many bytes may be put in at `now_ns` that have been waiting since `ready_ns`."""
        free_ns = max(self.free_ns, ready_ns)
        return max(0, self.depth + (now_ns - free_ns) * self.baud // _PER_BYTE)

    def room_ns(self, count: int) -> int:
        """When there is room for so many bytes, at most `depth`."""
        return self.free_ns - (self.depth - count) * _PER_BYTE // self.baud

    def begin(self, ready_ns: int) -> None:
        """Bytes wait from then on: an idle line starts with them at once."""
        if ready_ns > self.free_ns:
            self._begin_ns, self._count = ready_ns, 0

    def place_of(self, time_ns: int) -> int:
        """How many of the bytes that are put in next are through by then; below 0 for a time before their begin."""
        return (time_ns - self._begin_ns) * self.baud // _PER_BYTE - self._count

    def put(self, pieces: Iterable[tuple[int, bytes]], length: int) -> None:
        """Puts `length` byte times on the line, with bytes from these places on; in between nothing arrives."""
        for place, data in pieces:
            self._runs.append(_Run(self._time(self._count + place), self.baud, data))
        self._count += length

    def take(self, now_ns: int) -> bytes:
        """What has come by now, and was not taken before."""
        came = bytearray()
        while self._runs:
            run = self._runs[0]
            count = run.due(now_ns - self._latency_ns)
            came += run.data[run.taken : count]
            if count < len(run.data):
                run.taken = count
                break
            self._runs.popleft()
        return bytes(came)

    def next_ns(self) -> int | None:
        """When to take again: with the last byte of a run, or a grain behind its first."""
        if not self._runs:
            return None
        run = self._runs[0]
        first_ns, last_ns = run.end_ns(run.taken + 1), run.end_ns(len(run.data))
        return min(last_ns, first_ns + self._grain_ns) + self._latency_ns

    def clear(self) -> None:
        """Forgets what is under way."""
        self._runs.clear()
        self._count = 0
        self._begin_ns = 0
