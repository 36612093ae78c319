"""The port of the emulated tag: a pseudo-terminal that a host opens like any serial port, and the chip's side of it.

`Pty` is a Pico's USB-CDC: its input ring takes 512 B, and what does not fit waits with the host, so that nothing is
ever lost.  taghil.vm.uartport is the other one.  As with USB-CDC without DTR, what the tag writes while the port is
closed is dropped.
"""

from __future__ import annotations

import select
import time
from pathlib import Path

from taghil.terminal import Terminal

LINES = ("usb", "uart")
USB_INPUT = 512
"""MicroPython's input ring on the RP2040's USB (MICROPY_HW_STDIN_BUFFER_LEN)."""


class Pty:
    """A pseudo-terminal, a symbolic link to its slave, and USB's rules for what passes."""

    input_bytes = USB_INPUT
    """What may be on its way to the tag at any moment, whatever the tag does."""
    room_bytes = USB_INPUT
    """What it takes in one go while the tag writes nothing to flash."""
    rate = 0
    """The highest baud rate; 0 where the line has none."""

    def __init__(self, link: Path) -> None:
        self._terminal = Terminal()
        self.master = self._terminal.master
        self._rx = bytearray()
        self.open = False
        self.link = link
        self.rx_bytes = 0
        self.tx_bytes = 0
        self.dropped_bytes = 0
        self.lost_bytes = 0
        """Bytes from the host that no buffer had room for."""
        link.unlink(missing_ok=True)
        link.symlink_to(self._terminal.slave_name)

    def sees_open(self) -> bool:
        """Whether the port is open now; reads nothing, so that the clock file can be written first."""
        return self._terminal.sees_open()

    def set_open(self, is_open: bool) -> None:
        """Takes note of a change; what the tag had written and nobody read is dropped when the port closes."""
        if not is_open:
            self.take_in()
            self._terminal.drop_unread()
        self.open = is_open

    @property
    def waiting(self) -> int:
        """Bytes that wait for the tag."""
        return len(self._rx)

    def take_in(self) -> None:
        """Moves what the host has sent into the ring, as far as it fits."""
        while (room := USB_INPUT - len(self._rx)) > 0:
            data = self._terminal.read(room)
            if not data:
                return
            self._rx += data

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
        taken = self._terminal.write(data) if self.open else -1
        if taken < 0:
            self.dropped_bytes += len(data)
            return len(data)
        self.tx_bytes += taken
        return taken

    def writable(self) -> bool:
        """Whether there is room for what the tag writes."""
        return not self.open or bool(select.select([], [self.master], [], 0)[1])

    # -- time: a line without a rate has none ----------------------------------------------------------------------

    def wants_input(self) -> bool:
        """Whether more bytes of the host's are worth a look."""
        return True

    def wants_room(self, want_write: bool) -> bool:
        """Whether the terminal itself is waited for, that it has room again. want_write: the tag waits for room."""
        return want_write

    def watched(self) -> None:
        """The terminal was waited for: what is found there has come just now."""

    def next_s(self) -> float | None:
        """Seconds until there is something to do for it that nothing else tells; None when there is not."""
        return None

    def pass_time(self, seconds: float) -> None:
        """Lets wall time pass, in which the port goes on working."""
        time.sleep(seconds)

    def without_interrupts(self, seconds: float) -> None:
        """Lets wall time pass in which flash is erased or programmed.  USB holds the host back meanwhile."""

    @property
    def baud(self) -> int:
        """The tag's rate now; 0 where the line has none."""
        return 0

    def set_baud(self, baud: int) -> bool:
        """Sets the tag's rate behind what it has written; whether it can have that one."""
        return not baud

    # -- power -----------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forgets what waits for the tag: its power went."""
        self._rx.clear()
        self._terminal.drop_unsent()

    def boot(self) -> None:
        """The firmware has started and takes its port."""

    def close(self) -> None:
        """Closes the terminal and takes the link away."""
        self.link.unlink(missing_ok=True)
        self._terminal.close()
