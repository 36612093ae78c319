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
from typing import TYPE_CHECKING

from taghil.flash import PowerCut
from taghil.vm.commands import Commands
from taghil.vm.control import ControlError, ControlListener

if TYPE_CHECKING:
    from taghil.vm.serving import Serving

BUSY_S = 10.0
"""How long a call that changes the world waits for the VM to come to the bus."""


class Stop(Exception):
    """The emulator has been told to stop."""


class Steering:
    """The queue to the main thread, and the state that only outsiders change."""

    def __init__(self, server: Serving) -> None:
        self._server = server
        self.pending: deque[Callable[[], None]] = deque()
        self.cycle = False
        """The VM is to be ended and power comes back."""
        self.powered = True
        self.paused = ""
        self.port_told = False
        self.stay_off = False
        """The power does not come back after the last cut that is armed."""
        self.cuts = 0
        self.last_cut = ""
        self._stopping = False
        self._changed = threading.Condition()
        self.wake_fd, self._wake_write = os.pipe()
        os.set_blocking(self.wake_fd, False)
        self._listener: ControlListener | None = None

    def listen(self) -> None:
        """Opens control.sock, once the server has all that calls ask for."""
        self._listener = ControlListener(self._server.folder.control, Commands(self._server, self).execute)

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

    def outage(self, until_us: int) -> None:
        """The scenario takes the power away until an instant of virtual time: the VM ends before its next call.

        At the end of the days there is a cable, and with it power.
        """
        until_us = min(until_us, self._server.pacer.end_us())
        if until_us <= self._server.world.now_us:
            return

        def run() -> None:
            server = self._server
            server.note("outage", until_us=until_us)
            self.cycle = True
            if server.vm:
                server.vm.kill()
            server.world.skip_to(until_us)

        self.pending.append(run)

    def cut_done(self, cut: PowerCut) -> None:
        """A power cut that was armed has happened."""
        self.cuts += 1
        self.last_cut = str(cut)
        if self.stay_off and not self._server.flash.cuts_armed:
            self.powered = False
        self.tell_change()

    def tell_change(self) -> None:
        """Wakes the calls that wait for an event."""
        self.port_told = self._server.link.open
        with self._changed:
            self._changed.notify_all()

    def watch_parent(self, fd: int) -> None:
        """Stops when the other end of fd is closed, not on Ctrl-C: that is the parent's or, at the prompt, the VM's."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        threading.Thread(target=self._watch, args=(fd,), name="parent", daemon=True).start()

    def _watch(self, fd: int) -> None:
        os.read(fd, 1)
        self.stop()

    def close(self) -> None:
        """Stops listening, and tells those who wait."""
        self.tell_change()
        if self._listener is not None:
            self._listener.close()

    # -- threads of the control connections ----------------------------------------------------------------------

    def stop(self) -> None:
        """Ends the emulator as soon as the VM that runs now is gone."""
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

    def on_main(self, action: Callable[[], None]) -> None:
        """Runs an action on the main thread and waits until it is done. Raises ControlError."""
        done = threading.Event()

        def run() -> None:
            action()
            done.set()

        self._queue(run)
        if not done.wait(BUSY_S):
            raise ControlError(f"the tag's firmware has not come to a call for {BUSY_S:g} s; power_cycle ends it")

    def power(self, then: bool) -> None:
        """Ends the VM and leaves the power on or off; returns when it is done. Raises ControlError."""
        done = threading.Event()

        def run() -> None:
            # While the power is on there is a VM, or there was one until this call ended it.
            self.cycle = self.cycle or self.powered
            self.powered = then
            done.set()

        self._queue_and_kill(run)
        if not done.wait(BUSY_S):
            raise ControlError(f"the server has not taken the power away for {BUSY_S:g} s")

    def wait_for(self, held: Callable[[], bool], deadline_s: float) -> bool:
        """Waits up to a deadline until a condition holds, or the emulator stops; gives whether it holds."""
        end_s = time.monotonic() + deadline_s
        with self._changed:
            # Most changes are told; the short limit covers those that are not worth a word on the main thread.
            while not held() and time.monotonic() < end_s and not self._stopping:
                self._changed.wait(min(0.05, max(0.0, end_s - time.monotonic())))
        return held()
