"""Terminals: pseudo-terminals whose slave a host opens, raw mode, and baud rates as termios names them."""

from __future__ import annotations

import os
import re
import select
import termios
import time
import tty

DEFAULT_BAUD = 115_200
"""Of a terminal that no host has set to another rate."""
IDLE_CLOSE_S = 5.0
_FLUSH = 1 << 16
_INPUT_SPEED, _OUTPUT_SPEED = 4, 5
_SPEEDS: dict[int, int] = {
    int(name[1:]): value for name, value in vars(termios).items() if re.fullmatch(r"B[1-9]\d*", name)
}
"""termios constants by rate."""
_RATES = {value: rate for rate, value in _SPEEDS.items()}


def baud_of(fd: int) -> int:
    """The rate in baud that a terminal is set to; 0 for one that termios has no name for. Raises termios.error."""
    speed: int = termios.tcgetattr(fd)[_OUTPUT_SPEED]
    return _RATES.get(speed, 0)


def set_baud(fd: int, baud: int) -> bool:
    """Sets a terminal's rate in both directions; whether termios has a name for it. Raises termios.error."""
    speed = _SPEEDS.get(baud)
    if speed is None:
        return False
    attributes = termios.tcgetattr(fd)
    attributes[_INPUT_SPEED] = attributes[_OUTPUT_SPEED] = speed
    termios.tcsetattr(fd, termios.TCSANOW, attributes)
    return True


class Terminal:
    """A pseudo-terminal: this process has its master, a host opens its slave.

    Whether a host has it open is seen on the master: poll reports a hang-up while no slave is open (Linux, and macOS
    once a slave has been closed).  Where that sign is absent, bytes that arrive open the port and `IDLE_CLOSE_S` of
    silence close it.
    """

    def __init__(self, baud: int = DEFAULT_BAUD) -> None:
        self.master, slave = os.openpty()
        self.slave_name = os.ttyname(slave)
        tty.setraw(slave, termios.TCSANOW)
        set_baud(slave, baud)
        os.set_blocking(self.master, False)
        # Closing the only slave is what makes poll report the hang-up from now on.
        os.close(slave)
        self._poll = select.poll()
        self._poll.register(self.master, select.POLLIN)
        self._tells_hang_up = bool(self._state() & select.POLLHUP)
        self._heard_s = -IDLE_CLOSE_S

    def _state(self) -> int:
        for _, events in self._poll.poll(0):
            return events
        return 0

    def sees_open(self) -> bool:
        """Whether a host has it open now; reads nothing."""
        events = self._state()
        if self._tells_hang_up:
            return not events & select.POLLHUP
        return bool(events & select.POLLIN) or time.monotonic() - self._heard_s < IDLE_CLOSE_S

    def read(self, n: int) -> bytes:
        """Up to n bytes of the host's; none when there are none now."""
        try:
            data = os.read(self.master, n)
        except OSError:
            # EAGAIN: nothing now. EIO: no slave is open and nothing is left.
            return b""
        if data:
            self._heard_s = time.monotonic()
        return data

    def write(self, data: bytes) -> int:
        """How many bytes the terminal took for the host; -1 when there is no host any more."""
        try:
            return os.write(self.master, data)
        except BlockingIOError:
            return 0
        except OSError:
            return -1

    def drop_unsent(self) -> None:
        """Forgets what the host has written and was not read from here."""
        while self.read(_FLUSH):
            continue

    def drop_unread(self) -> None:
        """Forgets what was written and nobody read."""
        slave = os.open(self.slave_name, os.O_RDWR | os.O_NOCTTY)
        termios.tcflush(slave, termios.TCIFLUSH)
        os.close(slave)

    def baud(self) -> int:
        """The rate that the host has set; 0 for one that termios has no name for."""
        return baud_of(self.master)

    def close(self) -> None:
        """Gives the terminal back."""
        os.close(self.master)
