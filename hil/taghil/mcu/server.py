"""The server of one tag on an emulated RP2040: owns its world, its flash, its line, and runs the chip's boots.

The controls are those of the unix port's server (taghil.vm): the same socket, the same calls.  Instead of calls of a VM
there is the chip's clock, which the world's time follows: free, or in pace with the wall's, `slower` times slower than
the wall's where the emulation is not as fast as a chip.
"""

from __future__ import annotations

import select
import time
from pathlib import Path
from typing import Any

from ankletag.image import firmware_image
from taghil.flash import Flash, PowerCut
from taghil.mcu.boots import Boots, InVain
from taghil.mcu.chip import Chip
from taghil.mcu.fitted import FittedSign
from taghil.mcu.micropython import uf2_path
from taghil.mcu.uartline import UartLine
from taghil.mcu.usb import UsbCable
from taghil.mcu.wiring import Wiring
from taghil.vm import bus
from taghil.vm.config import Config
from taghil.vm.kept import Kept
from taghil.vm.pacing import Pacer
from taghil.vm.server import DIED
from taghil.vm.state import StateFolder
from taghil.vm.steering import Steering, Stop
from taghil.vm.trace import Tracer

LOOK_S = 0.01
"""How often the port is looked at."""
_SLICE_NS = 2_000_000
"""How far the chip may be ahead at the wall's pace."""
_FREE_NS, _TRACED_NS = 1_000_000_000, 100_000_000
"""How far it runs in one go at free pace; what it does awake is traced in such pieces."""
_TRACED_US = 1_000.0
"""Most looks at the inputs are shorter than what is worth a line of the trace."""


class McuServer:
    """Runs the chip until it is told to stop."""

    def __init__(self, folder: StateFolder, config: Config, ready_fd: int) -> None:
        self.folder, self.config = folder, config
        kept = self._kept = Kept(folder, config)
        self.world, self._lived, self.unique_id = kept.world, kept.lived, kept.unique_id
        self._boots = Boots(kept.boots, ready_fd)
        self.flash = Flash(folder.flash, config.flash_blocks, config.seed)
        self._fitted = FittedSign(self.flash)
        self.link = UartLine(folder.port) if config.line == "uart" else UsbCable(folder.port)
        self.pacer = Pacer(self.world, config.pace, kept.start, kept.days, folder.clock, config.slower)
        self.tracer = Tracer(Path(config.trace), lambda: self.world.now_us) if config.trace else None
        self.records = 0
        self.end: dict[str, Any] = {}
        self.vm: Chip | None = None
        """The chip that has power now."""
        self._image = firmware_image()
        self.steering = Steering(self)
        self.world.on_outage = self.steering.outage
        self.waiting = self
        self._next_look_s = 0.0
        self._awake_before_us = 0.0
        self.steering.listen()

    @property
    def boots(self) -> int:
        """How many there were on this flash."""
        return self._boots.count

    @property
    def up(self) -> int:
        """The last one that has come to rest."""
        return self._boots.up

    @property
    def ready_us(self) -> int:
        """How long that took, from power or reset."""
        return self._boots.ready_us

    @property
    def idle(self) -> bool:
        """Whether the tag waits, at the wall's pace."""
        # Asked from other threads: the chip may lose its power between two looks.
        chip = self.vm
        return chip is not None and chip.idle and self.pacer.wall

    @property
    def awake_us(self) -> int:
        """For how long the processor has worked, of all that it has been emulated."""
        chip = self.vm
        return round(self._awake_before_us + (chip.awake_us if chip is not None else 0))

    def sync(self) -> None:
        """The world's time is the chip's at every turn: nothing is to be done."""

    # -- boots ---------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Gives the chip power again and again; the exit status of the process."""
        try:
            while True:
                self.steering.wait_for_power()
                self._power()
        except Stop:
            self.end = {"reason": "stopped"}
            return 0
        except InVain as never:
            self.end = {"reason": "died", "status": 1, "stderr": [str(never)]}
            return DIED
        finally:
            self.save()
            self.steering.close()
            self.link.close()
            self.flash.close()
            self._lived.close()
            if self.tracer:
                self.tracer.close()

    def _power(self) -> None:
        """From power-on to power-off. Raises EmulatorError."""
        config, world = self.config, self.world
        # Before the boot counts: the file may be gone since the last one.
        micropython = uf2_path(config.uf2)
        self._boots.power_on(world.now_us)
        self._note_boot(bus.CAUSE_POWER_ON)
        world.power_on()
        chip = Chip(micropython, self._image, self.flash, self.unique_id, config.seed + self.boots)
        begin_us = world.now_us

        def now_us() -> int:
            return begin_us + int(chip.nanos) // 1000

        def operation(name: str, block: int, offset: int) -> None:
            # At once: this process may be killed before its next look, and what is in the flash has been lived.
            self._lived.set(now_us())
            self.note(name, block=block, offset=offset)

        chip.storage.on_operation = operation
        self._wiring = Wiring(chip.mcu, world, now_us, config.line == "uart")
        if isinstance(self.link, UartLine):
            self.link.connect(chip.mcu)
        else:
            self.link.connect(chip.cdc, chip.bytes_there)
        self._wiring.cable(self.link.open)
        self.vm = chip
        try:
            self._live(chip, begin_us)
        except PowerCut as cut:
            self.steering.cut_done(cut)
            self.note("power cut", operation=cut.operation, block=cut.block, offset=cut.offset, tear=cut.tear)
        finally:
            self._awake_before_us += chip.awake_us
            self.vm = None
            self.link.unplug()
            self.save()
        self.steering.run()
        self.steering.cycle = False

    def _note_boot(self, cause: int) -> None:
        self.save()
        self.note("boot", boot=self.boots, cause=cause)

    def _live(self, chip: Chip, begin_us: int) -> None:
        steering, world, pacer = self.steering, self.world, self.pacer
        resets = operations = 0
        burst_us = 0.0
        while True:
            if steering.pending:
                steering.run()
            if steering.cycle:
                return
            if time.monotonic() >= self._next_look_s:
                self._next_look_s = time.monotonic() + LOOK_S
                self._look_at_port()
            passed = self.link.pass_bytes()
            until_us = min(world.next_switch_us, pacer.wall_us() + _SLICE_NS // 1000 if pacer.wall else pacer.end_us())
            ahead_us = world.now_us - until_us
            if ahead_us < 0:
                awake_us = chip.awake_us
                chip.run_until(
                    min((until_us - begin_us) * 1000, chip.nanos + (_TRACED_NS if self.tracer else _FREE_NS))
                )
                if self.tracer:
                    burst_us += chip.awake_us - awake_us
                    if chip.idle:
                        if burst_us > _TRACED_US:
                            self.note("awake", awake_us=round(burst_us))
                        burst_us = 0.0
            elif pacer.wall and not passed:
                self._rest(ahead_us * self.config.slower / 1e6)
            world.now_us = max(world.now_us, begin_us + int(chip.nanos) // 1000)
            if chip.storage.cut is not None:
                raise chip.storage.cut
            if world.now_us >= world.next_switch_us:
                world.take_switches()
            self._wiring.take_levels()
            if self.flash.operations != operations:
                operations = self.flash.operations
                if world.fit_us < 0 and self._fitted():
                    world.fit()
                    self.save()
                    steering.tell_change()
            if chip.resets != resets:
                resets = chip.resets
                self._boots.reset(world.now_us)
                world.reset_pins()
                self._note_boot(bus.CAUSE_WATCHDOG if chip.unfed else bus.CAUSE_REQUESTED)
            if self._boots.look(world.now_us, chip.awake_us, chip.idle):
                steering.tell_change()
                self._boots.tell_starter()

    def _look_at_port(self) -> None:
        is_open = self.link.sees_open()
        changed = self.pacer.decide(is_open)
        if changed:
            self.note("pace", wall=self.pacer.wall)
            self.save()
        if is_open != self.link.open:
            if is_open and self.pacer.wall:
                # Who opens the port reads the clock's file, and counts from that moment on.
                self.pacer.anchor()
            self.link.set_open(is_open)
            self._wiring.cable(is_open)
            self.note("port", open=is_open)
        if changed or is_open != self.steering.port_told:
            self.steering.tell_change()

    def _rest(self, seconds: float) -> None:
        readers = [self.steering.wake_fd] + ([self.link.master] if self.link.open else [])
        select.select(readers, [], [], max(0.0, min(seconds, LOOK_S)))
        self.steering.woken()

    def note(self, what: str, **fields: Any) -> None:
        """A line of the trace, if there is one."""
        if self.tracer:
            self.tracer.note(what, **fields)

    def save(self) -> None:
        """Writes how far the tag has lived."""
        self._kept.save(self.boots, self.end)
