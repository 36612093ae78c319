"""What the server does for each call of the VM: one method an op, none of them blocking (WAIT and SLEEP: waiting.py).

This is the inner loop of every run, some twelve requests a reading: plain code, no objects that can be spared.
"""

from __future__ import annotations

import errno
import random
import struct
from collections.abc import Callable

from taghil.flash import PAGE, Flash, FlashRange, PowerCut
from taghil.vm import bus
from taghil.vm.link import Pty
from taghil.world.world import World

_MASK = bus.TICKS_PERIOD_MS - 1
_ZEROS = [bytes(n) for n in range(256)]
"""Zeros by length: what a refused read carries."""


class Calls:
    """The ops that need the world, the flash and the link; `table` is indexed by op."""

    def __init__(
        self, world: World, flash: Flash, link: Pty, seed: int, on_trace: Callable[[int, bytes], None]
    ) -> None:
        self.world = world
        self._flash = flash
        self._link = link
        self._on_trace = on_trace
        self._draw = random.Random(seed)
        self._pack = bus.HEAD.pack
        self.posted = False
        """What is done now has a reply that nobody reads."""
        self.boot_us = 0
        self.hello_data = b""
        self.sync: Callable[[], None] = _nothing
        """Brings virtual time up to the wall's, at wall pace."""
        self.without_interrupts: Callable[[int], None] = _no_time
        """Tells for how many us of virtual time flash keeps the interrupts of the link off."""
        self.table: list[Callable[[bytes], bytes]] = [self._unknown] * 256
        for op, handler in (
            (bus.HELLO, self._hello),
            (bus.READ_MEM, self._read_mem),
            (bus.WRITE_MEM, self._write_mem),
            (bus.PIN_OUT, self._pin_out),
            (bus.LINK_READ, self._link_read),
            (bus.LINK_WRITE, self._link_write),
            (bus.FLASH_READ, self._flash_read),
            (bus.FLASH_PROGRAM, self._flash_program),
            (bus.FLASH_ERASE, self._flash_erase),
            (bus.ENTROPY, self._entropy),
            (bus.TRACE, self._trace),
            (bus.TICKS, self._ticks),
            (bus.LINK_BAUD, self._link_baud),
            (bus.ADC_READ, self._adc_read),
            (bus.GNSS_READ, self._gnss_read),
        ):
            self.table[op] = handler

    def head(self, status: int = 0) -> bytes:
        """The first bytes of a reply."""
        world = self.world
        ticks = (world.now_us - self.boot_us) // 1000 + bus.TICKS_AT_BOOT_MS & _MASK
        levels = world.levels if world.faults.wrong else world.levels | bus.ALL_ANSWER_BIT
        edges = world.take_edges() if world.any_edge and not self.posted else 0
        return self._pack(status, ticks, levels, edges)

    def target_us(self, deadline_ticks: int) -> int:
        """Virtual time of a deadline in ticks, taken as the nearest one, past or future."""
        elapsed_ms = (self.world.now_us - self.boot_us) // 1000
        ahead_ms = (deadline_ticks - elapsed_ms - bus.TICKS_AT_BOOT_MS) & _MASK
        if ahead_ms >= bus.TICKS_PERIOD_MS >> 1:
            ahead_ms -= bus.TICKS_PERIOD_MS
        return self.boot_us + (elapsed_ms + ahead_ms) * 1000

    def spend(self, us: int) -> None:
        """Lets virtual time pass for something that the hardware takes."""
        world = self.world
        world.now_us += us
        if world.now_us >= world.next_switch_us:
            world.take_switches()

    def _spend_in_flash(self, us: int) -> None:
        self.spend(us)
        self.without_interrupts(us)

    def _unknown(self, request: bytes) -> bytes:
        return self.head(-errno.EINVAL)

    def _hello(self, request: bytes) -> bytes:
        self._link.boot()
        return self.head() + self.hello_data

    def _ticks(self, request: bytes) -> bytes:
        self.sync()
        return self.head()

    def _read_mem(self, request: bytes) -> bytes:
        n = request[3]
        world = self.world
        world.now_us = now = world.now_us + (n + 3) * bus.I2C_BYTE_US
        if now >= world.next_switch_us:
            world.take_switches()
        data = world.bus.read_mem(request[1], request[2:3], n, now)
        if data is None:
            return self.head(-errno.EIO) + _ZEROS[n]
        return self.head() + data

    def _write_mem(self, request: bytes) -> bytes:
        world = self.world
        world.now_us = now = world.now_us + (request[3] + 2) * bus.I2C_BYTE_US
        if now >= world.next_switch_us:
            world.take_switches()
        if world.bus.write(request[1], request[2:3] + request[4:], now):
            return self.head()
        return self.head(-errno.EIO)

    def _pin_out(self, request: bytes) -> bytes:
        world = self.world
        if request[1] == bus.PIN_MENB:
            world.lmp.menb = request[2]
        elif request[1] == bus.PIN_GNSS:
            world.power_gnss(bool(request[2]))
        elif request[1] == bus.PIN_FREE_BUS:
            world.faults.clock_bus()
        else:
            return self.head(-errno.EINVAL)
        return self.head()

    def _adc_read(self, request: bytes) -> bytes:
        world = self.world
        return self.head() + world.converter.read_u16(world.supply.mv(world.now_us)).to_bytes(2, "little")

    def _gnss_read(self, request: bytes) -> bytes:
        gnss = self.world.gnss
        # Where nobody has mounted a receiver nothing is ever heard.
        data = gnss.read(request[1] | request[2] << 8, self.world.now_us) if gnss is not None else b""
        return self.head() + len(data).to_bytes(2, "little") + data

    def link_level(self) -> None:
        """Puts into the levels whether bytes from the host wait."""
        world = self.world
        if self._link.waiting:
            world.levels |= bus.LINK_BIT
        else:
            world.levels &= ~bus.LINK_BIT

    def _link_read(self, request: bytes) -> bytes:
        data = self._link.read(request[1] | request[2] << 8)
        self.link_level()
        n = len(data)
        return self.head() + bytes((n & 0xFF, n >> 8)) + data

    def _link_write(self, request: bytes) -> bytes:
        n = self._link.write(request[3:])
        if self._link.open:
            # A tag that streams does not wait in between: it hears of the host here.
            self._link.take_in()
            self.link_level()
        return self.head() + bytes((n & 0xFF, n >> 8))

    def _link_baud(self, request: bytes) -> bytes:
        taken = self._link.set_baud(int.from_bytes(request[1:5], "little"))
        self.link_level()
        return self.head(0 if taken else -errno.EINVAL)

    def _flash_read(self, request: bytes) -> bytes:
        block, offset, n = struct.unpack_from("<HHH", request, 1)
        try:
            return self.head() + self._flash.read(block, offset, n)
        except FlashRange:
            return self.head(-errno.EINVAL) + bytes(n)

    def _flash_program(self, request: bytes) -> bytes:
        block, offset, n = struct.unpack_from("<HHH", request, 1)
        whole_us = bus.PROGRAM_PAGE_US * max(1, n // PAGE)
        try:
            done = self._flash.program(block, offset, request[7:])
        except FlashRange:
            return self.head(-errno.EINVAL)
        except PowerCut as cut:
            self.spend(round(whole_us * cut.share))
            raise
        self._spend_in_flash(whole_us if done else bus.TRANSFER_PAGE_US)
        return self.head()

    def _flash_erase(self, request: bytes) -> bytes:
        try:
            done = self._flash.erase(request[1] | request[2] << 8)
        except FlashRange:
            return self.head(-errno.EINVAL)
        except PowerCut as cut:
            self.spend(round(bus.ERASE_US * cut.share))
            raise
        if done:
            self._spend_in_flash(bus.ERASE_US)
        return self.head()

    def _entropy(self, request: bytes) -> bytes:
        return self.head() + self._draw.randbytes(request[1])

    def _trace(self, request: bytes) -> bytes:
        self._on_trace(request[1], request[4:])
        return self.head()


def _nothing() -> None:
    """At free pace virtual time has nothing to catch up with."""


def _no_time(us: int) -> None:
    """A link without a wall clock of its own meets no interrupts."""
