"""The chip's UART0 at the end of a line: a pseudo-terminal whose bytes take the time that the rates make them take.

rp2040py's UART sends what is written at once and takes whatever comes: here a byte takes ten bits each way, the
transmit FIFO has its 32 places, and a byte that finds the receive FIFO full is lost (RP2040 datasheet 4.2).
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

from rp2040py.peripherals.uart import RPUART, RXFE, RXFF, TXFE, UARTDR, UARTTXINTR
from rp2040py.rp2040 import RP2040

from taghil.line.faults import garbled
from taghil.mcu.hostend import HostEnd
from taghil.terminal import DEFAULT_BAUD
from taghil.vm.uart import FIFO

_TXFF = 1 << 5
_BITS = 10
_PERIPHERAL_HZ = 48_000_000
"""MicroPython's set_sys_clock_khz leaves the peripherals at USB's clock; rp2040py has 125 MHz for it."""
_SENDING_MOST = 64
"""Bytes that the host's own UART takes ahead."""


class UartLine(HostEnd):
    """`connect` it to each chip anew. Times are of the chip's clock."""

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self._uart: RPUART | None = None
        self._from_host: deque[int] = deque()

    @property
    def baud(self) -> int:
        divider = self._uart.baud_divider if self._uart is not None else 0.0
        return round(_PERIPHERAL_HZ / (16 * divider)) if divider else 0

    def connect(self, mcu: RP2040) -> None:
        """The chip that has power now."""
        uart = self._uart = mcu.uart[0]
        self._from_host.clear()
        self._begin()
        sending: deque[int] = deque()
        write = uart.write_uint32

        def byte_ns() -> float:
            return _BITS * 1e9 / max(1, self.baud or DEFAULT_BAUD)

        def sent() -> None:
            self._take(sending.popleft())
            if sending:
                sent_alarm.schedule(byte_ns())
            if len(sending) <= FIFO // 2:
                uart._interrupt_status |= UARTTXINTR
                check()

        def arrived() -> None:
            if self._from_host:
                value = self._from_host.popleft()
                if uart.rx_fifo.full:
                    self.lost_bytes += 1
                else:
                    uart.feed_byte(value)
            if self._from_host:
                arrive_alarm.schedule(self._host_byte_ns())

        def check() -> None:
            mcu.set_interrupt(uart.irq, bool(uart._interrupt_status & uart._interrupt_mask))

        def write_uint32(offset: int, value: int) -> None:
            if offset != UARTDR:
                write(offset, value)
                return
            if len(sending) < FIFO:
                sending.append(value & 0xFF)
            if len(sending) == 1:
                sent_alarm.schedule(byte_ns())

        def flags() -> int:
            full, empty = uart.rx_fifo.full, uart.rx_fifo.empty
            sent_all, no_room = not sending, len(sending) >= FIFO
            return (
                (RXFF if full else 0) | (RXFE if empty else 0) | (TXFE if sent_all else 0) | (_TXFF if no_room else 0)
            )

        sent_alarm, arrive_alarm = mcu.clock.create_alarm(sent), mcu.clock.create_alarm(arrived)
        self._arrive = arrive_alarm
        read = uart.read_uint32
        uart.read_uint32 = lambda offset: flags() if offset == 0x18 else read(offset)  # type: ignore[method-assign]
        uart.write_uint32 = write_uint32  # type: ignore[method-assign]
        uart.check_interrupts = check  # type: ignore[method-assign]

    def unplug(self) -> None:
        self._uart = None

    def _host_byte_ns(self) -> float:
        return _BITS * 1e9 / (self._terminal.baud() or DEFAULT_BAUD)

    def _same_rate(self) -> bool:
        """Within the 3 % that UARTs forgive: the chip's divider does not meet each rate."""
        host = self._terminal.baud() or DEFAULT_BAUD
        return abs(self.baud - host) * 100 <= host * 3

    def _take(self, value: int) -> None:
        self._tell(bytes((value,)) if self._same_rate() else garbled(bytes((value,))))

    def _room(self) -> int:
        return _SENDING_MOST - len(self._from_host) if self._uart is not None else 0

    def _send(self, data: bytes) -> None:
        begins = not self._from_host
        self._from_host += data if self._same_rate() else garbled(data)
        if begins:
            self._arrive.schedule(self._host_byte_ns())
