"""The serial line of the emulated tag: a pseudo-terminal whose slave a host opens like any USB-CDC port.

Whether somebody has the port open is seen on the master: poll reports a hang-up while no slave is open (Linux, and
macOS once a slave has been closed).  Where that sign is absent, bytes that arrive open the port and `IDLE_CLOSE_S` of
silence close it.  As with USB-CDC without DTR, what the tag writes while the port is closed is dropped.
"""

from __future__ import annotations

import os
import select
import termios
import time
import tty
from pathlib import Path

IDLE_CLOSE_S = 5.0
RX_LIMIT = 64 * 1024
"""Bytes held for the tag before the terminal itself holds the host back."""


class Pty:
    """A pseudo-terminal and a symbolic link to its slave."""

    def __init__(self, link: Path) -> None:
        self.master, slave = os.openpty()
        self.slave_name = os.ttyname(slave)
        tty.setraw(slave, termios.TCSANOW)
        os.set_blocking(self.master, False)
        # Closing the only slave is what makes poll report the hang-up from now on.
        os.close(slave)
        self._poll = select.poll()
        self._poll.register(self.master, select.POLLIN)
        self._tells_hang_up = bool(self._state() & select.POLLHUP)
        self._heard_s = 0.0
        self._rx = bytearray()
        self.open = False
        self.link = link
        self.rx_bytes = 0
        self.tx_bytes = 0
        self.dropped_bytes = 0
        link.unlink(missing_ok=True)
        link.symlink_to(self.slave_name)

    def _state(self) -> int:
        for _, events in self._poll.poll(0):
            return events
        return 0

    def sees_open(self) -> bool:
        """Whether the port is open now; reads nothing, so that the clock file can be written first."""
        events = self._state()
        if self._tells_hang_up:
            return not events & select.POLLHUP
        return bool(events & select.POLLIN) or time.monotonic() - self._heard_s < IDLE_CLOSE_S

    def set_open(self, is_open: bool) -> None:
        """Takes note of a change; what the tag had written and nobody read is dropped when the port closes."""
        if not is_open:
            self.take_in()
            self._drop_unread()
        self.open = is_open

    def _drop_unread(self) -> None:
        slave = os.open(self.slave_name, os.O_RDWR | os.O_NOCTTY)
        termios.tcflush(slave, termios.TCIFLUSH)
        os.close(slave)

    @property
    def waiting(self) -> int:
        """Bytes that wait for the tag."""
        return len(self._rx)

    def take_in(self) -> None:
        """Moves what the host has sent into the buffer for the tag."""
        while len(self._rx) < RX_LIMIT:
            try:
                data = os.read(self.master, 16384)
            except BlockingIOError:
                break
            except OSError:
                # EIO: no slave is open and nothing is left.
                break
            if not data:
                break
            self._rx += data
            self._heard_s = time.monotonic()

    def read(self, n: int) -> bytes:
        """Up to n bytes for the tag."""
        if not self._rx and self.open:
            self.take_in()
        data = bytes(self._rx[:n])
        del self._rx[: len(data)]
        self.rx_bytes += len(data)
        return data

    def write(self, data: bytes) -> int:
        """Takes bytes from the tag; gives how many were accepted (all, and dropped, while the port is closed)."""
        if not self.open:
            self.dropped_bytes += len(data)
            return len(data)
        try:
            n = os.write(self.master, data)
        except BlockingIOError:
            return 0
        except OSError:
            self.dropped_bytes += len(data)
            return len(data)
        self.tx_bytes += n
        return n

    def writable(self) -> bool:
        """Whether the terminal has room for what the tag writes."""
        return not self.open or bool(select.select([], [self.master], [], 0)[1])

    def clear(self) -> None:
        """Forgets what waits for the tag: its power went."""
        self._rx.clear()

    def close(self) -> None:
        """Closes the terminal and takes the link away."""
        self.link.unlink(missing_ok=True)
        os.close(self.master)
