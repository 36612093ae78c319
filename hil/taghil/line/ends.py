"""The two ends of the cable as file descriptors: the tag's port, and the terminal that a host opens."""

from __future__ import annotations

import fcntl
import os
import stat
import termios
import tty
from pathlib import Path

from taghil.terminal import Terminal, set_baud


class TagEnd:
    """The tag's port. Closed, open, or gone and opened again as soon as it is there."""

    def __init__(self, port: str) -> None:
        self._port = port
        self.fd = -1

    def open(self, baud: int) -> bool:
        """Opens the port, raw and for this process alone; whether it is there and free."""
        try:
            fd = os.open(self._port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            tty.setraw(fd, termios.TCSANOW)
            set_baud(fd, baud)
        except (OSError, termios.error):
            os.close(fd)
            return False
        self.fd = fd
        return True

    def check(self) -> str:
        """Why this can never be a tag's port, in words; empty if it may be."""
        try:
            return "" if stat.S_ISCHR(os.stat(self._port).st_mode) else f"{self._port} is no serial port"
        except OSError as error:
            return f"{self._port} cannot be opened: {error.strerror}"

    def set_baud(self, baud: int) -> None:
        """The host has set another rate; a port that went away finds out by itself."""
        try:
            set_baud(self.fd, baud)
        except termios.error:
            return

    def read(self, n: int) -> bytes | None:
        """Up to n bytes, none for now, or None when the port has gone."""
        try:
            return os.read(self.fd, n) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def write(self, data: bytes) -> int:
        """How many bytes it took; -1 when it has gone."""
        try:
            return os.write(self.fd, data)
        except BlockingIOError:
            return 0
        except OSError:
            return -1

    def close(self) -> None:
        """Lets go of the port."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class HostEnd(Terminal):
    """The terminal that a host opens, and a link to it where one was asked for."""

    def __init__(self, link: Path | None) -> None:
        super().__init__()
        self._link = link
        if link is not None:
            # A killed line left it; one that leads somewhere is another port's, such as an emulator's own.
            if link.is_symlink() and not link.exists():
                link.unlink()
            link.symlink_to(self.slave_name)

    @property
    def name(self) -> str:
        """What a host opens."""
        return str(self._link or self.slave_name)

    def close(self) -> None:
        """Gives the terminal back and takes the link away, where it is still its own."""
        if self._link is not None and self._link.is_symlink() and os.readlink(self._link) == self.slave_name:
            self._link.unlink()
        super().close()
