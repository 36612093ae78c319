"""What a client needs of a line."""

from typing import Protocol


class Transport(Protocol):
    """A byte stream that may lose, damage or delay anything. Every method may raise LinkLost."""

    name: str
    """For messages: the port or address."""

    def write(self, data: bytes) -> None:
        """Send all of `data`."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, at least one byte unless nothing came within the timeout."""

    def close(self) -> None:
        """Give the port back. May be called twice."""
