"""How time passes for the tag: the calls SLEEP and WAIT, at wall pace or free, with an eye on the port."""

from __future__ import annotations

import select
import struct
import time
from typing import TYPE_CHECKING

from taghil.vm import bus

if TYPE_CHECKING:
    from taghil.vm.server import Server

POLL_S = 0.01
"""How often the port is looked at while time runs free, or while it is closed."""


class Waiting:
    """The two calls that block, and the pace that they keep."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._world = server.world
        self._pacer = server.pacer
        self._link = server.link
        self._calls = server.calls
        self._steering = server.steering
        self.idle = False
        """The tag waits, at wall pace."""
        self._next_poll_s = 0.0

    def sync(self) -> None:
        """At wall pace brings virtual time up to the wall's."""
        if self._pacer.wall:
            self._go_to(max(self._world.now_us, self._pacer.wall_us()))

    def _go_to(self, us: int) -> None:
        world = self._world
        world.now_us = us
        if us >= world.next_switch_us:
            world.take_switches()

    def look_at_port(self) -> None:
        """Sees whether the port is open, and chooses the pace; the clock file is written before a byte is read."""
        is_open = self._link.sees_open()
        changed = self._pacer.decide(is_open)
        if changed:
            self._server.note("pace", wall=self._pacer.wall)
            self._server.save()
        if is_open != self._link.open:
            self._link.set_open(is_open)
            self._server.note("port", open=is_open)
        if changed or is_open != self._steering.port_told:
            self._steering.tell_change()

    def sleep(self, request: bytes) -> bytes:
        """SLEEP: virtual time goes on; at wall pace so does the wall's."""
        self.sync()
        self._calls.spend(struct.unpack_from("<I", request, 1)[0] * 1000)
        if self._pacer.wall:
            self._link.pass_time(max(0, self._world.now_us - self._pacer.wall_us()) / 1e6)
        return self._calls.head()

    def without_interrupts(self, us: int) -> None:
        """Flash is erased or programmed: at wall pace a line that has a rate goes on meanwhile."""
        if self._pacer.wall:
            self._link.without_interrupts(us / 1e6)

    def wait(self, request: bytes) -> bytes:
        """WAIT: until the deadline, an edge, bytes of the link, room on it where wanted, or the end of the power."""
        self._server.resets_in_vain = 0
        world, link, pacer, calls = self._world, self._link, self._pacer, self._calls
        deadline = int.from_bytes(request[1:5], "little")
        want_write = request[5] & bus.WANT_WRITE
        self.sync()
        target_us = calls.target_us(deadline)
        while True:
            if pacer.wall or time.monotonic() >= self._next_poll_s:
                self._next_poll_s = time.monotonic() + POLL_S
                self.look_at_port()
            if self._steering.pending:
                self._steering.run()
                if self._steering.cycle:
                    break
            if link.open:
                link.take_in()
                calls.link_level()
            if world.any_edge or world.now_us >= target_us or link.waiting or (want_write and link.writable()):
                break
            if not pacer.wall:
                self._go_to(min(target_us, world.next_switch_us, pacer.end_us()))
                if world.now_us >= pacer.end_us():
                    self.look_at_port()
            elif self._wait_at_wall(min(target_us, world.next_switch_us), bool(want_write)):
                break
        return calls.head()

    def _wait_at_wall(self, until_us: int, want_write: bool) -> bool:
        """Waits in wall time for the instant, a byte, a command; gives whether the VM spoke (Ctrl-C) or is gone."""
        left_s = (until_us - self._pacer.wall_us()) / 1e6
        link, master = self._link, [self._link.master]
        vm = self._server.vm
        readers = [self._steering.wake_fd]
        if vm:
            readers.append(vm.requests)
        watches = link.open and link.wants_input()
        if watches:
            # A hang-up makes the master readable, so a port that closes ends the wait as well.
            readers += master
        limit_s = left_s if watches else min(left_s, POLL_S)
        next_s = link.next_s()
        if next_s is not None:
            limit_s = min(limit_s, next_s)
        writers = master if link.open and link.wants_room(want_write) else []
        self.idle = True
        ready, _, _ = select.select(readers, writers, [], max(0.0, limit_s))
        self.idle = False
        if watches:
            link.watched()
        self._steering.woken()
        self.sync()
        return vm is not None and vm.requests in ready
