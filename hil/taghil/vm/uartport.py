"""The port of the emulated tag as a UART: bytes pass in wall time, at the rates that both sides have set.

The server serves it between the tag's calls, not in a thread, so it cannot know when bytes came that it finds after a
long computation of the tag's: they count as sent at once after it looked last, which is the hardest for the buffers.
"""

from __future__ import annotations

import select
import time
from pathlib import Path

from taghil.vm.link import Pty
from taghil.vm.uart import BAUD_LEAST, BAUD_MOST, FIFO, RX_RING, TX_RING, Uart

UNREAD_MOST = 64 * 1024
"""Bytes that a host's driver keeps for a program that does not read."""
_ROOM_WAKE = TX_RING // 4
"""Room in the transmit ring that a tag is woken for: byte by byte would be a turn for each."""


class UartPort(Pty):
    """A pseudo-terminal with an RP2040's UART behind it. The host's rate is that of its terminal (termios)."""

    input_bytes = FIFO
    room_bytes = RX_RING
    rate = BAUD_MOST

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self._uart = Uart()
        self._host_baud = 0
        self._looked_ns = time.monotonic_ns()
        self._to_host = bytearray()

    def set_open(self, is_open: bool) -> None:
        """Takes note of a change: a host that has gone hears nothing more."""
        super().set_open(is_open)
        self._looked_ns = time.monotonic_ns()
        if not is_open:
            self._to_host.clear()

    @property
    def waiting(self) -> int:
        """Bytes that wait for the tag."""
        return self._uart.waiting

    def take_in(self) -> None:
        """Lets the line carry what it has carried by now, both ways."""
        self._look(interrupts=True)

    def _look(self, interrupts: bool) -> None:
        now_ns = time.monotonic_ns()
        uart = self._uart
        uart.arrive(now_ns if interrupts else self._looked_ns)
        self._host_baud = self._terminal.baud() or self._host_baud
        room = uart.room(now_ns, self._looked_ns, self._host_baud)
        if room:
            data = self._terminal.read(room)
            if data:
                uart.send(data, self._looked_ns)
        uart.arrive(now_ns, interrupts)
        self._looked_ns = now_ns
        self.lost_bytes = uart.lost_bytes
        self._bring(now_ns)

    def _bring(self, now_ns: int) -> None:
        """To the host what the line has carried to it."""
        data = self._uart.sent(now_ns, self._host_baud)
        if not self.open:
            self.dropped_bytes += len(data)
            return
        kept = data[: UNREAD_MOST - len(self._to_host)]
        self.dropped_bytes += len(data) - len(kept)
        self._to_host += kept
        if not self._to_host:
            return
        taken = self._terminal.write(bytes(self._to_host))
        if taken < 0:
            self.dropped_bytes += len(self._to_host)
            self._to_host.clear()
        else:
            self.tx_bytes += taken
            del self._to_host[:taken]

    def read(self, n: int) -> bytes:
        """Up to n bytes for the tag."""
        if self.open:
            self._look(interrupts=True)
        data = self._uart.read(n)
        self.rx_bytes += len(data)
        return data

    def write(self, data: bytes) -> int:
        """Takes bytes from the tag; gives how many the transmit buffers had room for."""
        now_ns = time.monotonic_ns()
        if not self.open:
            self.dropped_bytes += len(data)
            return len(data)
        taken = self._uart.write(data, now_ns)
        self._bring(now_ns)
        return taken

    def writable(self) -> bool:
        """Whether there is room that is worth a turn of the tag's."""
        return not self.open or self._uart.free(time.monotonic_ns()) >= _ROOM_WAKE

    # -- time ------------------------------------------------------------------------------------------------------

    def wants_input(self) -> bool:
        """Whether the line can take more from the host; what it finds then has come just now."""
        now_ns = time.monotonic_ns()
        return self._uart.room(now_ns, now_ns, self._host_baud or self._uart.baud) >= self._uart.plenty

    def wants_room(self, want_write: bool) -> bool:
        """Whether the terminal is full; the line's own room comes with time."""
        return bool(self._to_host)

    def watched(self) -> None:
        """The terminal was waited for: what is found there has come just now."""
        self._looked_ns = time.monotonic_ns()

    def next_s(self) -> float | None:
        """Seconds until bytes arrive at a side, or the line has room for more."""
        now_ns = time.monotonic_ns()
        next_ns = self._uart.next_ns()
        due = [] if next_ns is None else [next_ns]
        if not self.wants_input():
            due.append(self._uart.room_ns())
        if not self.writable():
            due.append(self._uart.free_ns(_ROOM_WAKE))
        return max(0, min(due) - now_ns) / 1e9 if due else None

    def pass_time(self, seconds: float) -> None:
        """Lets wall time pass, in which the line goes on."""
        end_ns = time.monotonic_ns() + int(seconds * 1e9)
        while (left_ns := end_ns - time.monotonic_ns()) > 0:
            self.take_in()
            next_s = self.next_s()
            readers = [self.master] if self.open and self.wants_input() else []
            limit_s = left_ns / 1e9 if next_s is None else min(next_s, left_ns / 1e9)
            select.select(readers, [], [], limit_s)
            if readers:
                self.watched()
                if not self.sees_open():
                    # A hang-up is always readable: nothing is to be waited for.
                    time.sleep(max(0, end_ns - time.monotonic_ns()) / 1e9)

    def without_interrupts(self, seconds: float) -> None:
        """Lets wall time pass in which flash is erased or programmed: the FIFO is all that takes bytes."""
        if self.open:
            self._look(interrupts=True)
            time.sleep(seconds)
            self._look(interrupts=False)

    @property
    def baud(self) -> int:
        """The tag's rate now."""
        return self._uart.baud

    def set_baud(self, baud: int) -> bool:
        """Waits until what was written has gone out, then takes another rate; whether the UART has that one."""
        if not BAUD_LEAST <= baud <= BAUD_MOST:
            return False
        self.pass_time(max(0, self._uart.silent_ns - time.monotonic_ns()) / 1e9)
        self.take_in()
        self._uart.set_baud(baud)
        return True

    # -- power -----------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """The power went: nothing is left in the UART."""
        self._uart.reset()
        self._to_host.clear()

    def boot(self) -> None:
        """The firmware has started: what came before found nobody."""
        self._uart.reset()
        self._terminal.drop_unsent()
        self._looked_ns = time.monotonic_ns()
