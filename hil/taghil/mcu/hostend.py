"""The host's end of the chip's line: a pseudo-terminal that a host opens like any serial port.

What the tag writes goes to the terminal; what that has no room for waits here, as in a host's driver.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from taghil.terminal import Terminal

UNREAD_MOST = 64 * 1024
"""Bytes that a host's driver keeps for a program that does not read; more are dropped, and counted."""


class HostEnd(ABC):
    """Outlives the chip's power, as a cable does; a line says what becomes of the host's bytes."""

    def __init__(self, link: Path) -> None:
        self._terminal = Terminal()
        self.master = self._terminal.master
        self.link = link
        self.open = False
        self.rx_bytes = self.tx_bytes = self.dropped_bytes = self.lost_bytes = 0
        self._to_host = bytearray()
        link.unlink(missing_ok=True)
        link.symlink_to(self._terminal.slave_name)

    @property
    @abstractmethod
    def baud(self) -> int:
        """The tag's rate now; 0 where it has none."""

    @abstractmethod
    def unplug(self) -> None:
        """The chip has no power any more."""

    @abstractmethod
    def _room(self) -> int:
        """How many of the host's bytes the line takes now."""

    @abstractmethod
    def _send(self, data: bytes) -> None:
        """Bytes of the host's, no more than there was room for."""

    def _begin(self) -> None:
        """Another chip has power: what the one before said, and was told, is gone."""
        self._to_host.clear()
        self._terminal.drop_unsent()

    def _tell(self, data: bytes | bytearray) -> None:
        """Bytes of the tag's."""
        room = UNREAD_MOST - len(self._to_host) if self.open else 0
        self._to_host += data[:room]
        self.dropped_bytes += max(0, len(data) - room)

    def sees_open(self) -> bool:
        """Whether a host has the port open now."""
        return self._terminal.sees_open()

    def set_open(self, is_open: bool) -> None:
        """Takes note of a change; what nobody read is dropped when the port closes."""
        self.open = is_open
        if not is_open:
            self._to_host.clear()
            self._terminal.drop_unread()
            self._terminal.drop_unsent()

    def pass_bytes(self) -> bool:
        """Lets bytes pass, both ways; whether there were any."""
        if not self.open:
            return False
        passed = False
        if self._to_host:
            taken = self._terminal.write(bytes(self._to_host))
            passed = taken > 0
            self.tx_bytes += max(0, taken)
            del self._to_host[: len(self._to_host) if taken < 0 else taken]
        room = self._room()
        data = self._terminal.read(room) if room > 0 else b""
        if data:
            self.rx_bytes += len(data)
            self._send(data)
        return passed or bool(data)

    def close(self) -> None:
        """Closes the terminal and takes the link away."""
        self.link.unlink(missing_ok=True)
        self._terminal.close()
