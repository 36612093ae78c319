"""A made tag behind a line: a real pseudo-terminal, or a pipe in memory that can be cut."""

import os
import select
import threading
import tty

from ankletag.errors import LinkLost
from ankletag.transport import Transport
from host.faketag import FakeTag


class Pipe(Transport):
    """A transport straight into a FakeTag. Dies after `bytes_left` bytes from the tag; gives `piece` bytes a read."""

    name = "pipe"

    def __init__(self, tag: FakeTag, bytes_left: int | None = None, piece: int = 4096) -> None:
        self.tag = tag
        self.bytes_left = bytes_left
        self.piece = piece
        self.closed = False
        self._pending = b""

    def write(self, data: bytes) -> None:
        self._check()
        self._pending += self.tag.feed(data)

    def read(self, timeout_s: float) -> bytes:
        self._check()
        part, self._pending = self._pending[: self.piece], self._pending[self.piece :]
        if self.bytes_left is not None:
            part = part[: self.bytes_left]
            self.bytes_left -= len(part)
        return part

    def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        if self.closed or self.bytes_left == 0:
            raise LinkLost("The line to pipe was cut.", "Run the command again.")


class TerminalTag:
    """A FakeTag served on a real pseudo-terminal by a thread. `port` is its name."""

    def __init__(self, tag: FakeTag) -> None:
        self.tag = tag
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._wake, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "TerminalTag":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop, b"x")
        self._thread.join(10)
        for handle in (self._master, self._slave, self._wake, self._stop):
            os.close(handle)

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake], [], [])
            if self._wake in ready:
                return
            out = self.tag.feed(os.read(self._master, 4096))
            while out:
                out = out[os.write(self._master, out[:1024]) :]
