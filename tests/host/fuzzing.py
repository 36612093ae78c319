"""A line that brings, beside what the tag says, frames that nobody should send. Its time is its own."""

import random
from collections.abc import Callable

from ankletag.transport import Transport
from host.faketag import FakeTag
from tagproto import cobs, frames, messages

# Frames of the tag that are remembered, to be sent again, changed.
_HEARD_MAX = 64
_OPEN_KINDS = [kind for kind in range(256) if kind < messages.REPLY]
_FORGED_KINDS = [kind | messages.REPLY for kind in messages.REPLIES] + [messages.DATA, messages.ERROR]


def encoded(kind: int, body: bytes, draw: random.Random, request_id: int | None = None) -> bytes:
    return frames.encode(kind, draw.randrange(256) if request_id is None else request_id, body)


class Noise:
    """Makes frames. heard: what a tag has said lately; hostile: they may be forged, with a checksum that holds."""

    def __init__(self, seed: int, hostile: bool) -> None:
        self.draw = random.Random(seed)
        self.heard: list[bytes] = [encoded(messages.DATA, bytes(4) + self.draw.randbytes(256), self.draw)]
        self.made = 0
        self._ways: list[Callable[[], bytes]] = [
            self._flipped,
            self._cut,
            self._junk,
            self._stuffed,
            self._joined,
            self._echo,
        ]
        if hostile:
            self._ways += [self._forged, self._again] * 2

    def hear(self, data: bytes) -> None:
        """What the tag says."""
        for part in data.split(b"\0"):
            if part:
                self.heard.append(part + b"\0")
        del self.heard[:-_HEARD_MAX]

    def make(self, count: int) -> bytes:
        self.made += count
        return b"".join(self.draw.choice(self._ways)() for _ in range(count))

    def _flipped(self) -> bytes:
        """Two to five bits of a frame: one is put right, which is for other tests."""
        frame = bytearray(self.draw.choice(self.heard))
        for at in self.draw.sample(range((len(frame) - 1) * 8), self.draw.randint(2, 5)):
            frame[at // 8] ^= 1 << at % 8
        return bytes(frame)

    def _cut(self) -> bytes:
        frame = self.draw.choice(self.heard)
        at = self.draw.randrange(1, len(frame) - 1)
        return frame[at:] if self.draw.getrandbits(1) else frame[:at] + b"\0"

    def _junk(self) -> bytes:
        """Bytes of any kind, now and then more than any frame has."""
        size = self.draw.randrange(60) if self.draw.randrange(50) else self.draw.randrange(3000)
        return self.draw.randbytes(size) + b"\0"

    def _stuffed(self) -> bytes:
        return cobs.encode(self.draw.randbytes(self.draw.randrange(80))) + b"\0"

    def _joined(self) -> bytes:
        """Two frames without what ends the first one."""
        return self.draw.choice(self.heard)[:-1] + self.draw.choice(self.heard)

    def _echo(self) -> bytes:
        """What only a host says."""
        return encoded(self.draw.choice(_OPEN_KINDS), self.draw.randbytes(self.draw.randrange(40)), self.draw)

    def _forged(self) -> bytes:
        kind = self.draw.choice(_FORGED_KINDS)
        if kind == messages.DATA:
            address = self.draw.randrange(100).to_bytes(4, "little")
            body = address + self.draw.randbytes(self.draw.choice([0, 64, 128, 256, 1024, 3]))
        elif kind == messages.ERROR:
            text = self.draw.randbytes(self.draw.randrange(30))
            body = bytes((self.draw.randrange(20), 0, 0, len(text))) + text
        else:
            body = self.draw.randbytes(self.draw.randrange(200))
        return encoded(kind, body, self.draw)

    def _again(self) -> bytes:
        """A frame of the tag's once more."""
        return self.draw.choice(self.heard)


class FuzzedPipe(Transport):
    """A FakeTag at the end of a line with noise on it: so many frames with each read."""

    name = "fuzzed"

    def __init__(self, tag: FakeTag, noise: Noise, each: int) -> None:
        self.tag = tag
        self.noise = noise
        self.each = each
        self.sent = 0
        self._pending = b""
        self._seconds = 0.0

    def write(self, data: bytes) -> None:
        self.sent += len(data)
        said = self.tag.feed(data)
        self.noise.hear(said)
        # Noise falls between frames: what falls into one costs this one, which is a matter of lines with errors.
        self._pending += b"".join(
            self.noise.make(self.each) + b"\0" + part + b"\0" for part in said.split(b"\0") if part
        )

    def read(self, timeout_s: float) -> bytes:
        if not self._pending:
            self._seconds += timeout_s
            return self.noise.make(self.each) + b"\0"
        self._seconds += 0.001
        size = self.noise.draw.randrange(1, 4000)
        part, self._pending = self._pending[:size], self._pending[size:]
        return part

    def close(self) -> None:
        pass

    def now_s(self) -> float:
        return self._seconds

    def random(self, count: int) -> bytes:
        return self.noise.draw.randbytes(count)
