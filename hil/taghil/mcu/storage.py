"""The chip's flash behind its SSI: a W25Q16JV with the times that it takes, and the tag's log in `taghil.flash.Flash`.

What lies in front of the log (MicroPython, the file system's image) is programmed and erased alike, but not kept.
Sources: RP2040 datasheet 4.10; W25Q16JV 8.2 (instructions), 9.6 (0.4 ms a page, 45 ms a sector).
"""

from __future__ import annotations

from collections.abc import Callable

from rp2040py.peripherals import ssi
from rp2040py.rp2040 import RP2040

from taghil.chipimage import FILES_BYTES, STORAGE_START
from taghil.flash import BLOCK, ERASE, PAGE, PROGRAM, Flash, PowerCut

LOG_START = STORAGE_START + FILES_BYTES
_PROGRAM_NS, _ERASE_NS, _ERASE_LARGE_NS = 400_000, 45_000_000, 150_000_000
_UNIQUE_ID = 0x4B
_ID_AT = 5
_LARGE = 16 * BLOCK


class Storage:
    """Takes the SSI's commands in place of rp2040py's model; times are of the chip's clock.

    stop: ends the chip's run.
    """

    def __init__(self, mcu: RP2040, flash: Flash, unique_id: bytes, stop: Callable[[], None]) -> None:
        self._mcu = mcu
        self._halt = stop
        self._log = flash
        self._unique_id = unique_id
        self._ready_ns = 0.0
        self.waited_ns = 0.0
        """For how long the processor has waited for it, which it does awake."""
        self.on_operation: Callable[[str, int, int], None] = _nobody
        """Told of each operation on the log: its name, block and offset."""
        self.cut: PowerCut | None = None
        """The power went at an operation: nothing reaches the flash any more."""
        for block in range(flash.blocks):
            start = LOG_START + block * BLOCK
            mcu.flash[start : start + BLOCK] = flash.read(block, 0, BLOCK)
        self._ssi = mcu.ssi
        self._shift = self._ssi._shift_byte
        self._ssi._shift_byte = self._shift_byte  # type: ignore[method-assign]
        self._ssi._apply_command = self._apply  # type: ignore[method-assign]

    def _shift_byte(self, byte_out: int) -> int:
        came = self._shift(byte_out)
        buffer = self._ssi._tx_buffer
        at = len(buffer) - 1
        if buffer[0] == ssi.CMD_READ_STATUS_1 and at:
            # The boot ROM asks until it is not busy: with interrupts off nothing else can happen meanwhile.
            left_ns = self._ready_ns - self._mcu.clock.nanos
            if left_ns > 0:
                self.waited_ns += left_ns
                self._mcu.clock.tick(left_ns)
        elif buffer[0] == _UNIQUE_ID and at >= _ID_AT:
            return self._unique_id[(at - _ID_AT) % len(self._unique_id)]
        return came

    def _apply(self) -> None:
        buffer = self._ssi._tx_buffer
        self._ssi._tx_buffer = bytearray()
        if len(buffer) < 4 or not self._ssi._write_enabled:
            if buffer and buffer[0] == ssi.CMD_WRITE_STATUS:
                self._ssi._write_enabled = False
            return
        self._ssi._write_enabled = False
        if self.cut is not None:
            return
        at = int.from_bytes(buffer[1:4], "big")
        if buffer[0] == ssi.CMD_PAGE_PROGRAM:
            self._take(_PROGRAM_NS)
            self._program(at, bytes(buffer[4 : 4 + PAGE]))
        elif buffer[0] == ssi.CMD_SECTOR_ERASE:
            self._take(_ERASE_NS)
            self._erase(at - at % BLOCK)
        elif buffer[0] == ssi.CMD_BLOCK_ERASE:
            self._take(_ERASE_LARGE_NS)
            for start in range(at - at % _LARGE, at - at % _LARGE + _LARGE, BLOCK):
                # The power may go at any one of them.
                if self.cut is None:
                    self._erase(start)

    def _take(self, nanos: float) -> None:
        self._ready_ns = self._mcu.clock.nanos + nanos

    def _program(self, at: int, data: bytes) -> None:
        block, offset = divmod(at - LOG_START, BLOCK)
        if at < LOG_START or block >= self._log.blocks:
            image = self._mcu.flash
            image[at : at + len(data)] = bytes(a & b for a, b in zip(image[at : at + len(data)], data, strict=True))
            return
        self.on_operation(PROGRAM, block, offset)
        try:
            self._log.program(block, offset, data)
        except PowerCut as cut:
            self._stop(cut)
        self._mcu.flash[at : at + len(data)] = self._log.read(block, offset, len(data))

    def _erase(self, at: int) -> None:
        block = (at - LOG_START) // BLOCK
        if at < LOG_START or block >= self._log.blocks:
            self._mcu.flash[at : at + BLOCK] = b"\xff" * BLOCK
            return
        self.on_operation(ERASE, block, 0)
        try:
            self._log.erase(block)
        except PowerCut as cut:
            self._stop(cut)
        self._mcu.flash[at : at + BLOCK] = self._log.read(block, 0, BLOCK)

    def _stop(self, cut: PowerCut) -> None:
        # Out of the middle of an instruction: the processor stops behind it.
        self.cut = cut
        self._halt()


def _nobody(operation: str, block: int, offset: int) -> None:
    """Nobody wants to know."""
