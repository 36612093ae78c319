"""What a session takes from outside: the line's bytes, the time, and random numbers."""

import os
import time
from abc import ABC, abstractmethod


class Transport(ABC):
    """A byte stream that may lose, damage or delay anything, used by one thread. Every method may raise LinkLost.

    Time and random numbers come through here, too: who records or replaces a transport has all that a session depends
    on besides its store and its key.
    """

    name: str
    """For messages: the port or address."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Send all of `data`."""

    @abstractmethod
    def read(self, timeout_s: float) -> bytes:
        """What has arrived, at least one byte unless nothing came within the timeout. 0: without waiting."""

    @abstractmethod
    def close(self) -> None:
        """Give the port back. May be called twice."""

    def set_baud(self, baud: int) -> bool:
        """Change the line's rate once what was written is out; whether that was done. False: it has none to set."""
        return False

    def now_s(self) -> float:
        """Seconds of a clock that never goes back, from any beginning."""
        return time.monotonic()

    def utc_ms(self, offset_ms: int = 0) -> int:
        """This computer's UTC plus an offset, in ms since 1970-01-01."""
        return time.time_ns() // 1_000_000 + offset_ms

    def random(self, count: int) -> bytes:
        """So many random bytes, for what may be read by others: nonces, entropy for the tag, the first request id."""
        return os.urandom(count)


class Through(Transport):
    """Another transport with something in front of it. As it stands it changes nothing."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.name = inner.name

    def write(self, data: bytes) -> None:
        """As the line behind it."""
        self._inner.write(data)

    def read(self, timeout_s: float) -> bytes:
        """As the line behind it."""
        return self._inner.read(timeout_s)

    def close(self) -> None:
        """Give the port back."""
        self._inner.close()

    def set_baud(self, baud: int) -> bool:
        """As the line behind it."""
        return self._inner.set_baud(baud)

    def now_s(self) -> float:
        """As the line behind it."""
        return self._inner.now_s()

    def utc_ms(self, offset_ms: int = 0) -> int:
        """As the line behind it."""
        return self._inner.utc_ms(offset_ms)

    def random(self, count: int) -> bytes:
        """As the line behind it."""
        return self._inner.random(count)
