"""A line whose time is its own, and a tag with a small input that looks at it now and then only."""

from host.fakeline import Pipe
from host.faketag import FakeTag
from tagproto import frames, messages
from tagproto.bad import Bad

# No session of these tests takes so long, or so many turns.
_END_S = 3000.0
_END_READS = 200_000


class TimedPipe(Pipe):
    """Reading costs its whole timeout where nothing comes, else a millisecond. Fails when there is no end."""

    def __init__(self, tag: FakeTag) -> None:
        super().__init__(tag)
        self.clock_s = 0.0
        self.reads = 0
        self.baud = 115200

    def now_s(self) -> float:
        return self.clock_s

    def set_baud(self, baud: int) -> bool:
        self.baud = baud
        return True

    def read(self, timeout_s: float) -> bytes:
        data = super().read(timeout_s)
        self.clock_s += 0.001 if data else max(timeout_s, 0.00001)
        self.reads += 1
        assert self.clock_s < _END_S, "the session has no end"
        assert self.reads < _END_READS, "the session has no end"
        return data


class SlowInput(TimedPipe):
    """What is written waits until the tag looks at its input, which holds `input_bytes`, or more while it listens.

    overruns: (bytes that waited, bytes that came) where they were too many.
    """

    def __init__(self, tag: FakeTag, input_bytes: int, look_s: float) -> None:
        super().__init__(tag)
        self._input_bytes = input_bytes
        self._look_s = look_s
        self._next_look_s = look_s
        self._waiting = b""
        self._listens = False
        self._decoder = frames.Decoder()
        self.overruns: list[tuple[int, int]] = []
        self.together = 0

    def write(self, data: bytes) -> None:
        if len(self._waiting) + len(data) > self._input_bytes and not self._listens:
            self.overruns.append((len(self._waiting), len(data)))
        self.together += bool(self._waiting)
        self._waiting += data

    def read(self, timeout_s: float) -> bytes:
        if self.clock_s >= self._next_look_s:
            self._next_look_s = self.clock_s + self._look_s
            for frame in self._decoder.feed(self._waiting):
                self._listens = not isinstance(frame, Bad) and frame.kind == messages.LISTEN
            taken, self._waiting = self._waiting, b""
            super().write(taken)
        return super().read(min(timeout_s, max(0.0, self._next_look_s - self.clock_s)))
