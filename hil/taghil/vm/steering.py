"""What comes from outside while the server runs: control calls, the end of its parent, Enter at a pause.

Calls that change the world are queued and run on the main thread between two calls of the VM; those that must not wait
for a VM that is busy or hangs (power, stop) end the VM first.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taghil.flash import PowerCut
from taghil.vm.control import Answer, ControlError, ControlListener

if TYPE_CHECKING:
    from taghil.vm.server import Server

BUSY_S = 10.0
"""How long a call that changes the world waits for the VM to come to the bus."""
PINS = ("strap", "case")


class Stop(Exception):
    """The emulator has been told to stop."""


class Steering:
    """The queue to the main thread, and the state that only outsiders change."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.pending: deque[Callable[[], None]] = deque()
        self.cycle = False
        """The VM is to be ended and power comes back."""
        self.powered = True
        self.paused = ""
        self.port_told = False
        self.cuts = 0
        self.last_cut = ""
        self._stopping = False
        self._changed = threading.Condition()
        self.wake_fd, self._wake_write = os.pipe()
        os.set_blocking(self.wake_fd, False)
        self._listener = ControlListener(server.folder.control, self._execute)

    # -- main thread ---------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Runs what is queued; raises Stop when told to."""
        while self.pending:
            self.pending.popleft()()
        if self._stopping:
            raise Stop

    def woken(self) -> None:
        """Empties the wake pipe."""
        try:
            os.read(self.wake_fd, 4096)
        except BlockingIOError:
            return

    def _wait_while(self, held: Callable[[], bool], extra_fd: int | None = None) -> None:
        while held():
            fds = [self.wake_fd] + ([extra_fd] if extra_fd is not None else [])
            ready, _, _ = select.select(fds, [], [])
            self.woken()
            if extra_fd in ready:
                os.read(sys.stdin.fileno(), 4096)
                self.paused = ""
            self.run()
            if self.cycle and self.paused:
                self.paused = ""

    def wait_for_power(self) -> None:
        """Returns when the power is on."""
        self._wait_while(lambda: not self.powered)
        self._server.pacer.anchor()

    def pause(self, name: str) -> None:
        """Stops time at an event until Enter or control `resume`."""
        if self._server.config.repl:
            print(f"\ntime stops: the tag recorded '{name}'", file=sys.stderr)
            return
        self.paused = name
        self.tell_change()
        self._wait_while(lambda: bool(self.paused))
        self.tell_change()

    def cut_done(self, cut: PowerCut) -> None:
        """A power cut that was armed has happened."""
        self.cuts += 1
        self.last_cut = str(cut)
        self.tell_change()

    def tell_change(self) -> None:
        """Wakes the calls that wait for an event."""
        self.port_told = self._server.link.open
        with self._changed:
            self._changed.notify_all()

    def watch_parent(self, fd: int, interactive: bool) -> None:
        """Stops when the other end of fd is closed; at the prompt Ctrl-C belongs to the VM."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        threading.Thread(target=self._watch, args=(fd,), name="parent", daemon=True).start()

    def _watch(self, fd: int) -> None:
        os.read(fd, 1)
        self._stop()

    def close(self) -> None:
        """Stops listening, and tells those who wait."""
        self.tell_change()
        self._listener.close()

    # -- threads of the control connections ----------------------------------------------------------------------

    def _stop(self) -> None:
        self._stopping = True
        self._queue_and_kill(lambda: None)

    def _queue_and_kill(self, action: Callable[[], None]) -> None:
        """Queues an action and ends the VM that runs now, so that a VM that hangs cannot hold the action up."""
        # Taken before the action is queued: once that has run, the next boot's VM may be there already.
        vm = self._server.vm
        self._queue(action)
        if vm:
            vm.kill()

    def _queue(self, action: Callable[[], None]) -> None:
        self.pending.append(action)
        os.write(self._wake_write, b"!")

    def _on_main(self, action: Callable[[], None]) -> None:
        """Runs an action on the main thread and waits until it is done."""
        done = threading.Event()

        def run() -> None:
            action()
            done.set()

        self._queue(run)
        if not done.wait(BUSY_S):
            raise ControlError(f"the tag's firmware has not come to a call for {BUSY_S:g} s; power_cycle ends it")

    def _execute(self, request: dict[str, Any]) -> Answer:
        do = request["do"]
        action = getattr(self, f"_do_{do}", None) if isinstance(do, str) and do.isidentifier() else None
        if action is None:
            known = sorted(name[4:] for name in dir(self) if name.startswith("_do_"))
            raise ControlError(f"unknown; known are {', '.join(known)}")
        answer: Answer = action(request)
        return answer

    def _do_status(self, request: dict[str, Any]) -> Answer:
        server = self._server
        world, flash, link = server.world, server.flash, server.link
        return {
            "powered": self.powered,
            "boots": server.boots,
            "now_us": world.now_us,
            "scenario_us": world.scenario_us(),
            "utc_ms": server.pacer.utc_ms(),
            "fitted": world.fit_us >= 0,
            "fit_utc_ms": server.pacer.start_utc_ms + world.fit_us // 1000 if world.fit_us >= 0 else None,
            "days": server.pacer.days,
            "lived": server.pacer.lived(),
            "pace": "wall" if server.pacer.wall else "free",
            "idle": server.waiting.idle,
            "port_open": link.open,
            "rx_bytes": link.rx_bytes,
            "tx_bytes": link.tx_bytes,
            "dropped_bytes": link.dropped_bytes,
            "records": server.records,
            "programs": flash.programs,
            "erases": flash.erases,
            "cuts": self.cuts,
            "last_cut": self.last_cut,
            "paused": self.paused,
            "strap": world.levels & 1,
            "case": world.levels >> 1 & 1,
            "unique_id": server.unique_id.hex(),
        }

    def _do_stop(self, request: dict[str, Any]) -> Answer:
        self._stop()
        return {}

    def _do_power_cycle(self, request: dict[str, Any]) -> Answer:
        self._power(then=True)
        return {}

    def _do_power_off(self, request: dict[str, Any]) -> Answer:
        self._power(then=False)
        return {}

    def _do_power_on(self, request: dict[str, Any]) -> Answer:
        if not self.powered:
            self._on_main(lambda: setattr(self, "powered", True))
        return {}

    def _power(self, then: bool) -> None:
        done = threading.Event()

        def run() -> None:
            # While the power is on there is a VM, or there was one until this call ended it.
            self.cycle = self.cycle or self.powered
            self.powered = then
            done.set()

        self._queue_and_kill(run)
        if not done.wait(BUSY_S):
            raise ControlError(f"the server has not taken the power away for {BUSY_S:g} s")

    def _do_cut_power_at(self, request: dict[str, Any]) -> Answer:
        operation = int(request["operation"])
        if operation < 0:
            raise ControlError("'operation' counts from 1, the next flash operation; 0 disarms")
        self._on_main(lambda: self._server.flash.cut_power_at(operation))
        return {}

    def _do_set(self, request: dict[str, Any]) -> Answer:
        given = {key: value for key, value in request.items() if key != "do"}
        for key, value in given.items():
            states = ("open", "closed") if key in PINS else ("on", "off") if key == "skin" else None
            if states is None:
                raise ControlError(f"nothing is called '{key}'; known are strap, case, skin")
            if value not in states:
                raise ControlError(f"{key} is {' or '.join(states)}, not {value!r}")

        def run() -> None:
            world = self._server.world
            self._server.waiting.sync()
            for key, value in given.items():
                if key == "skin":
                    world.source.held_off = value == "off"
                else:
                    world.set_pin(key, int(value == "open"))

        self._on_main(run)
        return {}

    def _do_remove_part(self, request: dict[str, Any]) -> Answer:
        self._on_main(lambda: self._server.world.bus.remove(int(request["addr"])))
        return {}

    def _do_resume(self, request: dict[str, Any]) -> Answer:
        if not self.paused:
            raise ControlError("time is not stopped")
        self._on_main(lambda: setattr(self, "paused", ""))
        return {}

    def _do_wait(self, request: dict[str, Any]) -> Answer:
        """Waits until one of the conditions below holds, 'boots' and 'cut' with a count."""
        server = self._server
        conditions: dict[str, Callable[[], bool]] = {
            "lived": server.pacer.lived,
            "fitted": lambda: server.world.fit_us >= 0,
            "paused": lambda: bool(self.paused),
            "cut": lambda: self.cuts >= int(request.get("cuts", 1)),
            "port_open": lambda: server.link.open,
            "port_closed": lambda: not server.link.open,
            "free": lambda: not server.pacer.wall,
            "wall": lambda: server.pacer.wall,
            "idle": lambda: server.waiting.idle,
            "boots": lambda: server.up >= int(request["boots"]),
        }
        held = conditions.get(str(request.get("until")))
        if held is None:
            raise ControlError(f"'until' is one of {', '.join(conditions)}")
        end_s = time.monotonic() + float(request["deadline_s"])
        with self._changed:
            # Most changes are told; the short limit covers those that are not worth a word on the main thread.
            while not held() and time.monotonic() < end_s and not self._stopping:
                self._changed.wait(min(0.05, max(0.0, end_s - time.monotonic())))
        return {"reached": held()}
