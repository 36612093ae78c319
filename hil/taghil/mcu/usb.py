"""The chip's USB-CDC at the end of a cable. A host that has the port open asserts DTR, as with a real tag."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rp2040py.usb.cdc import TX_FIFO_SIZE, USBCDC

from taghil.mcu.hostend import HostEnd


class UsbCable(HostEnd):
    """`connect` it to each chip anew."""

    baud = 0

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self._cdc: USBCDC | None = None
        self._bytes_there: Callable[[], None] = _nothing
        self._configured = False

    def connect(self, cdc: USBCDC, bytes_there: Callable[[], None]) -> None:
        """The chip that has power now. bytes_there: to be called when the host has put bytes into its FIFO."""
        self._cdc, self._bytes_there, self._configured = cdc, bytes_there, False
        self._begin()
        cdc.on_serial_data = self._tell
        cdc.on_device_connected = self._enumerated

    def unplug(self) -> None:
        self._cdc = None
        self._configured = False

    def set_open(self, is_open: bool) -> None:
        super().set_open(is_open)
        self._tell_lines()

    def _enumerated(self) -> None:
        self._configured = True
        # rp2040py asserts DTR by itself.
        self._tell_lines()

    def _tell_lines(self) -> None:
        if self._cdc is not None and self._configured:
            self._cdc.set_control_lines(dtr=self.open, rts=self.open)

    def _room(self) -> int:
        return TX_FIFO_SIZE - self._cdc.tx_fifo.item_count if self._cdc is not None and self._configured else 0

    def _send(self, data: bytes) -> None:
        assert self._cdc is not None
        for value in data:
            self._cdc.send_serial_byte(value)
        self._bytes_there()


def _nothing() -> None:
    """No chip has power."""
