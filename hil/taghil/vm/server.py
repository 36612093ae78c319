"""The server: one process that owns virtual time, the parts, the wearer, the flash and the pseudo-terminal of one tag.

It writes one byte to `ready_fd` when the first VM says hello.  The process around it is taghil.vm.__main__.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from taghil.flash import PAGE, Flash, PowerCut
from taghil.vm import bus
from taghil.vm.calls import Calls
from taghil.vm.config import Config
from taghil.vm.console import Console
from taghil.vm.interpreter import Interpreter, Program
from taghil.vm.kept import Kept
from taghil.vm.link import Pty
from taghil.vm.pacing import Pacer
from taghil.vm.state import StateFolder
from taghil.vm.steering import Steering, Stop
from taghil.vm.trace import Tracer
from taghil.vm.uartport import UartPort
from taghil.vm.waiting import Waiting

BOOT_US = 350_000
"""From power to the first call, as on the chip."""
DIED = 3
RESETS_IN_VAIN = 8
"""Boots in a row that ended in a reset before the tag came to wait once: it will not come up any more."""
WHOLE_WRITE = 512
"""A pipe gives a write of up to this many bytes in one piece, everywhere."""


Handler = Callable[[bytes], bytes]


class Server:
    """Runs boots of the VM until it is told to stop or the VM dies."""

    def __init__(self, folder: StateFolder, config: Config, ready_fd: int) -> None:
        self.config = config
        self.folder = folder
        self._ready_fd = ready_fd
        kept = self._kept = Kept(folder, config)
        self.world, self._lived, self.unique_id = kept.world, kept.lived, kept.unique_id
        self.boots = kept.boots
        self.up = 0
        """The last boot whose VM has come to a call."""
        self.awake_us = self.ready_us = 0
        """Of a processor: the VM's is this computer's, and tells nothing."""
        self.flash = Flash(folder.flash, config.flash_blocks, config.seed)
        self.link = UartPort(folder.port) if config.line == "uart" else Pty(folder.port)
        self.pacer = Pacer(self.world, config.pace, kept.start, kept.days, folder.clock)
        self.tracer = Tracer(Path(config.trace), lambda: self.world.now_us) if config.trace else None
        self.console = Console(config.pause_at)
        self.records = 0
        self.end: dict[str, Any] = {}
        self.vm: Interpreter | None = None
        self.steering: Steering = Steering(self)
        self.world.on_outage = self.steering.outage
        self.calls: Calls = Calls(self.world, self.flash, self.link, config.seed + self.boots, self._on_trace)
        self.waiting = Waiting(self)
        self.calls.sync = self.waiting.sync
        self.calls.without_interrupts = self.waiting.without_interrupts
        table = self.calls.table
        table[bus.SLEEP], table[bus.WAIT] = self.waiting.sleep, self.waiting.wait
        for op in (bus.FLASH_PROGRAM, bus.FLASH_ERASE):
            table[op] = self._noting_time(table[op])
        if self.tracer:
            table[:] = [self.tracer.wrap(handler) for handler in table]
        self._resetting = 0
        self.resets_in_vain = 0
        """Boots in a row that ended in a reset before the tag came to wait."""
        self.steering.listen()

    # -- boots ---------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Boots the VM again and again; gives the exit status of the process."""
        cause = bus.CAUSE_POWER_ON
        try:
            while True:
                self.steering.wait_for_power()
                cause = self._boot(cause)
                if not cause:
                    return DIED if self.end["reason"] == "died" else 0
        except Stop:
            self.end = {"reason": "stopped"}
            return 0
        finally:
            if self.vm:
                self.vm.kill()
                self.vm.close()
                self.vm = None
            self.save()
            self.steering.close()
            self.link.close()
            self.flash.close()
            self._lived.close()
            if self.tracer:
                self.tracer.close()

    def _boot(self, cause: int) -> int:
        """One run of the VM; gives the cause of the next boot, 0 when there is none."""
        self.boots += 1
        world, config = self.world, self.config
        if cause == bus.CAUSE_POWER_ON:
            world.power_on()
            self.link.clear()
            self.calls.link_level()
        world.reset_pins()
        self.calls.spend(BOOT_US)
        self.calls.boot_us = world.now_us
        self.calls.hello_data = struct.pack(
            "<8sHBBHHI", self.unique_id, config.flash_blocks, cause, config.trace_readings or bool(self.tracer),
            self.link.input_bytes, self.link.room_bytes, self.link.rate,
        )  # fmt: skip
        self.save()
        self.note("boot", boot=self.boots, cause=cause)
        program = Program(Path(config.program), Path(config.firmware), Path(config.protocol), config.heap, config.repl)
        vm = self.vm = Interpreter(program, self.folder.vm_log)
        self._resetting = 0
        try:
            self._serve(vm.requests, vm.replies)
        except PowerCut as cut:
            vm.kill()
            self.steering.cut_done(cut)
            self.note("power cut", operation=cut.operation, block=cut.block, offset=cut.offset, tear=cut.tear)
            self._resetting = bus.CAUSE_POWER_ON
        finally:
            if self._resetting or self.steering.cycle or sys.exc_info()[0]:
                vm.kill()
            status = vm.close()
            self.vm = None
        self.steering.run()
        if self.steering.cycle:
            self.steering.cycle = False
            return bus.CAUSE_POWER_ON
        if self._resetting and self.resets_in_vain < RESETS_IN_VAIN:
            return self._resetting
        if self._resetting:
            status = status or 1
        reason = "died" if status else "ended"
        self.end = {"reason": reason, "status": status, "stderr": vm.last_lines()}
        return 0

    def _serve(self, requests: int, replies: int) -> None:
        read, write, table, pending = os.read, os.write, self.calls.table, self.steering.pending
        request = read(requests, 8192)
        if request:
            self.up = self.boots
            self.steering.tell_change()
        if request and self._ready_fd >= 0:
            os.write(self._ready_fd, b"1")
            os.close(self._ready_fd)
            self._ready_fd = -1
        while request:
            if pending:
                self.steering.run()
                if self.steering.cycle:
                    return
            if len(request) > WHOLE_WRITE:
                request = self._whole(request, requests)
            if request[0] == bus.BATCH:
                request = self._take_posted(request)
                if self.steering.cycle:
                    return
                if not request:
                    write(replies, self.calls.head())
                    request = read(requests, 8192)
                    continue
            if request[0] == bus.RESET:
                self._resetting = request[1] or bus.CAUSE_REQUESTED
                self.resets_in_vain += 1
                return
            try:
                write(replies, table[request[0]](request))
            except BrokenPipeError:
                return
            request = read(requests, 8192)

    def _take_posted(self, request: bytes) -> bytes:
        """Does what was posted, until the power goes; gives the request behind it, if there is one."""
        table, steering, calls = self.calls.table, self.steering, self.calls
        at = 3
        end = at + (request[1] | request[2] << 8)
        calls.posted = True
        try:
            while at < end:
                op = request[at]
                size = bus.SIZES.get(op) or (4 + request[at + 3] if op == bus.WRITE_MEM else 7 + PAGE)
                table[op](request[at : at + size])
                at += size
                if steering.pending:
                    steering.run()
                    if steering.cycle:
                        return b""
        finally:
            calls.posted = False
        return request[end:]

    def _whole(self, request: bytes, requests: int) -> bytes:
        """The rest of a long request, where the pipe gave it in pieces."""
        at = {bus.LINK_WRITE: 1, bus.FLASH_PROGRAM: 5, bus.TRACE: 2}.get(request[0])
        if at is None:
            return request
        whole = at + 2 + (request[at] | request[at + 1] << 8)
        while len(request) < whole:
            more = os.read(requests, whole - len(request))
            if not more:
                break
            request += more
        return request

    def _noting_time(self, handler: Handler) -> Handler:
        """A flash operation's handler that also notes when it was: what is in the flash has been lived."""
        world, lived = self.world, self._lived

        def handle(request: bytes) -> bytes:
            try:
                return handler(request)
            finally:
                # Also of one that was cut: part of it is in the flash.
                lived.set(world.now_us)

        return handle

    # -- what the tag tells --------------------------------------------------------------------------------------

    def _on_trace(self, kind: int, data: bytes) -> None:
        name = self.console.name_of(kind, data)
        if kind == bus.TRACE_RECORD:
            self.records += 1
            if name == "fit":
                self.world.fit()
                self.waiting.look_at_port()
                self.save()
                self.steering.tell_change()
        elif kind == bus.TRACE_SEAL:
            self.world.supply.seal()
        if self.console.is_pause(name):
            self.steering.pause(name)
            self.pacer.anchor()
            if self.config.repl and self.vm:
                self.vm.interrupt()

    def note(self, what: str, **fields: Any) -> None:
        """A line of the trace, if there is one."""
        if self.tracer:
            self.tracer.note(what, **fields)

    def save(self) -> None:
        """Writes how far the tag has lived."""
        self._kept.save(self.boots, self.end)
