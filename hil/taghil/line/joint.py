"""The cable at work: bytes from either end go through their way, in waits that are worked out, not in a busy loop."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

from taghil.line.cable import TO_HOST, TO_TAG, Cable
from taghil.line.ends import HostEnd, TagEnd
from taghil.line.way import Cuts, Way
from taghil.terminal import DEFAULT_BAUD

LOOK_S = 0.01
"""How often it looks whether a host has come, or the tag's port is back."""
_FLUSH = 1 << 16


class _Side:
    """One direction with the ends that it joins."""

    def __init__(self, way: Way, read: Callable[[int], bytes | None], write: Callable[[bytes], int]) -> None:
        self.way = way
        self._read = read
        self._write = write
        self.stuck = b""
        """Arrived, but the far end is full: it is held back, and so is what comes behind it."""
        self._waiting_since_ns = -1
        """The near end had more when it was last read, at this time; -1 when it had not."""

    def clear(self) -> None:
        self.way.clear()
        self.stuck = b""
        self._waiting_since_ns = -1

    def ready_ns(self, now_ns: int) -> int:
        return self._waiting_since_ns if self._waiting_since_ns >= 0 else now_ns

    def wants(self, now_ns: int) -> bool:
        """Whether the near end is worth a look."""
        return not self.stuck and self.way.room(now_ns, self.ready_ns(now_ns)) >= self.way.plenty

    def pull(self, now_ns: int, has_more: Callable[[], bool]) -> bool:
        """Takes from the near end what there is room for; whether that end is still there."""
        ready_ns = self.ready_ns(now_ns)
        room = self.way.room(now_ns, ready_ns)
        data = self._read(room)
        if data:
            self.way.put(data, ready_ns)
        # Only what is known to have waited counts as sent without a pause, however late this process was woken.
        self._waiting_since_ns = now_ns if data and len(data) == room and has_more() else -1
        return data is not None

    def push(self, now_ns: int, single: bool) -> bool:
        """Gives to the far end what has arrived; whether that end is still there."""
        data = self.stuck or self.way.take(now_ns)
        while data:
            taken = self._write(data[:1] if single else data)
            if taken < 0:
                return False
            data = data[taken:]
            if not taken:
                break
        self.stuck = data
        return True

    def next_ns(self, now_ns: int) -> int | None:
        """When there is something to do for it without being told."""
        if self.stuck:
            return None
        due = self.way.next_ns()
        if self.wants(now_ns):
            return due
        return min(due, self.way.plenty_ns()) if due is not None else self.way.plenty_ns()


class Joint:
    """Joins a tag's port to a host's terminal for as long as `run` runs."""

    def __init__(self, cable: Cable, tag: TagEnd, host: HostEnd) -> None:
        self._cable = cable
        self._tag = tag
        self._host = host
        self._baud = cable.baud or DEFAULT_BAUD
        self._host_baud = 0
        cuts = Cuts(cable.cuts)
        self.to_host = _Side(Way(cable, TO_HOST, cuts, self._baud), tag.read, host.write)
        self.to_tag = _Side(Way(cable, TO_TAG, cuts, self._baud), self._read_host, tag.write)

    def _read_host(self, n: int) -> bytes | None:
        data = self._host.read(n)
        return data if data or self._host.sees_open() else None

    def run(self, control: int, told: Callable[[], bool]) -> None:
        """Until `told()` says that it is enough: it is called whenever the descriptor `control` is readable."""
        while True:
            if not self._host.sees_open():
                if select.select([control], [], [], LOOK_S)[0] and not told():
                    return
                continue
            self._follow_baud()
            if not self._tag.open(self._host_baud or self._baud):
                # A plug that is not in: what the host says goes nowhere.
                self._host.read(_FLUSH)
                if select.select([control], [], [], LOOK_S)[0] and not told():
                    return
                continue
            for side in (self.to_host, self.to_tag):
                side.clear()
            try:
                if not self._session(control, told):
                    return
            finally:
                self._tag.close()
                if not self._host.sees_open():
                    self._host.drop_unread()

    def _session(self, control: int, told: Callable[[], bool]) -> bool:
        """While both ends are there; whether to wait for the next host, or for the tag."""
        tag, host, to_host, to_tag = self._tag.fd, self._host.master, self.to_host, self.to_tag
        single = self._cable.single
        while True:
            now_ns = time.monotonic_ns()
            readers = [control]
            if to_host.wants(now_ns):
                readers.append(tag)
            if to_tag.wants(now_ns):
                readers.append(host)
            writers = [fd for fd, side in ((host, to_host), (tag, to_tag)) if side.stuck]
            due = [ns for ns in (to_host.next_ns(now_ns), to_tag.next_ns(now_ns)) if ns is not None]
            limit_s = max(0, min(due) - now_ns) / 1e9 if due else None
            if to_tag.stuck:
                # The host is not read, so it cannot tell by itself that it has gone.
                if not self._host.sees_open():
                    return True
                limit_s = LOOK_S if limit_s is None else min(limit_s, LOOK_S)
            ready, _, _ = select.select(readers, writers, [], limit_s)
            now_ns = time.monotonic_ns()
            if control in ready and not told():
                return False
            self._follow_baud()
            if not (to_host.push(now_ns, single) and to_tag.push(now_ns, single)):
                return True
            if tag in ready and not to_host.pull(now_ns, lambda: _readable(tag)):
                return True
            if host in ready and not to_tag.pull(now_ns, lambda: _readable(host)):
                self._drain()
                return True

    def _drain(self) -> None:
        """The host has gone, but what it had sent is on its way to the tag."""
        to_tag = self.to_tag
        while (due_ns := to_tag.way.next_ns()) is not None and not to_tag.stuck:
            time.sleep(max(0, due_ns - time.monotonic_ns()) / 1e9)
            if not to_tag.push(time.monotonic_ns(), self._cable.single):
                return

    def _follow_baud(self) -> None:
        """The host's rate is the tag's port's, too, and the cable's own if that has none."""
        baud = self._host.baud()
        if not baud or baud == self._host_baud:
            return
        self._host_baud = baud
        for side in (self.to_host, self.to_tag):
            side.way.garbles = 0 < self._cable.carries < baud
        if self._tag.fd >= 0:
            self._tag.set_baud(baud)
        if not self._cable.baud:
            self._baud = baud
            for side in (self.to_host, self.to_tag):
                side.way.set_baud(baud)


def _readable(fd: int) -> bool:
    return bool(select.select([fd], [], [], 0)[0])
