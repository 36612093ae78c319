"""A UART of the RP2040 with MicroPython's driver, and the line to it. Sans-IO: times come in, in ns of one clock.

RP2040 datasheet 4.2: FIFOs of 32 characters each way; a character that finds the receive FIFO full is lost.
MicroPython's driver (ports/rp2/machine_uart.c): an interrupt empties the FIFO into a ring buffer and leaves there what
does not fit; rp2.Flash switches interrupts off while flash is erased or programmed.
"""

from __future__ import annotations

from taghil.line.faults import garbled
from taghil.line.wire import Wire

FIFO = 32
RX_RING = 1024
TX_RING = 1024
"""As boards.pico makes its UART: UART(rxbuf=1024, txbuf=1024)."""
BAUD_AT_BOOT = 115_200
BAUD_LEAST, BAUD_MOST = 1_200, 921_600
_GRAIN_NS = 1_000_000
_SENDER_S = 0.004
"""How far ahead the host's own UART takes bytes from its driver."""


class Uart:
    """Receive FIFO and ring, transmit ring, a rate a side, and how many bytes were lost."""

    def __init__(self) -> None:
        self.baud = BAUD_AT_BOOT
        self.lost_bytes = 0
        self._in = Wire(BAUD_AT_BOOT, 0, grain_ns=_GRAIN_NS)
        self._out = Wire(BAUD_AT_BOOT, FIFO + TX_RING, grain_ns=_GRAIN_NS)
        self._fifo = bytearray()
        self._ring = bytearray()

    # -- from the host ---------------------------------------------------------------------------------------------

    def room(self, now_ns: int, ready_ns: int, host_baud: int) -> int:
        """How many bytes the host's UART takes from its driver now, that have been waiting since `ready_ns`."""
        if host_baud != self._in.baud or not self._in.depth:
            self._in.set_rate(host_baud, max(1, int(host_baud / 10 * _SENDER_S)))
        return self._in.room(now_ns, ready_ns)

    def room_ns(self) -> int:
        """When it is worth asking for room again."""
        return self._in.room_ns(max(1, self._in.depth // 2))

    @property
    def plenty(self) -> int:
        """Room that is worth a look."""
        return max(1, self._in.depth // 2)

    def send(self, data: bytes, ready_ns: int) -> None:
        """The host sends bytes, at the rate of the last `room`."""
        self._in.begin(ready_ns)
        same = self._in.baud == self.baud
        self._in.put([(0, data if same else garbled(data))], len(data))

    def arrive(self, now_ns: int, interrupts: bool = True) -> None:
        """What the line has brought by now; with interrupts off only the FIFO takes it."""
        room = FIFO - len(self._fifo) + (RX_RING - len(self._ring) if interrupts else 0)
        came = self._in.take(now_ns)
        self._fifo += came[:room]
        self.lost_bytes += max(0, len(came) - room)
        # With interrupts on the FIFO is emptied all the time; when they come on again, at once.
        fits = min(len(self._fifo), RX_RING - len(self._ring))
        self._ring += self._fifo[:fits]
        del self._fifo[:fits]

    @property
    def waiting(self) -> int:
        """Bytes that the tag can read."""
        return len(self._ring)

    def read(self, n: int) -> bytes:
        """Up to n bytes for the tag."""
        data = bytes(self._ring[:n])
        del self._ring[: len(data)]
        return data

    # -- to the host -----------------------------------------------------------------------------------------------

    def free(self, now_ns: int) -> int:
        """How many bytes the transmit buffers take now."""
        return self._out.room(now_ns, now_ns)

    def free_ns(self, count: int) -> int:
        """When there is room for so many bytes."""
        return self._out.room_ns(count)

    def write(self, data: bytes, now_ns: int) -> int:
        """Takes bytes from the tag; gives how many."""
        taken = data[: self.free(now_ns)]
        self._out.begin(now_ns)
        self._out.put([(0, taken)], len(taken))
        return len(taken)

    def sent(self, now_ns: int, host_baud: int) -> bytes:
        """What has come to the host by now, and was not given before."""
        data = self._out.take(now_ns)
        return data if host_baud == self.baud else garbled(data)

    @property
    def silent_ns(self) -> int:
        """When all that was written has gone out."""
        return self._out.free_ns

    def set_baud(self, baud: int) -> None:
        """The tag's rate from now on."""
        self.baud = baud
        self._out.set_rate(baud, FIFO + TX_RING)

    # -- both ------------------------------------------------------------------------------------------------------

    def next_ns(self) -> int | None:
        """When bytes arrive at either side; None when none are under way."""
        due = [ns for ns in (self._in.next_ns(), self._out.next_ns()) if ns is not None]
        return min(due) if due else None

    def reset(self) -> None:
        """As after power on: nothing in any buffer, nothing on the line, the first rate."""
        self._in.clear()
        self._out.clear()
        self._fifo.clear()
        self._ring.clear()
        self.set_baud(BAUD_AT_BOOT)
