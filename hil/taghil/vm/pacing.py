"""Pace: virtual time runs free while nobody has the port open and there are days left to live, otherwise at wall speed.

`auto` is that rule; before the fitting it means wall speed, for nothing is lived yet.  `free` runs until the days are
lived whoever looks on; `wall` never runs free.
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from taghil.vm.state import write_json
from taghil.world.checked import DAY_US, NEVER_US
from taghil.world.world import World

MODES = ("auto", "free", "wall")


class Pacer:
    """Decides the pace, maps wall time to virtual time, and keeps the clock file.

    slower: how many of the wall's seconds a virtual one takes at wall speed.
    """

    def __init__(
        self, world: World, mode: str, start: datetime, days: float, clock_file: Path, slower: float = 1.0
    ) -> None:
        self._world = world
        self.mode = mode
        self.start_utc_ms = round(start.timestamp() * 1000)
        self.days = days
        self._clock_file = clock_file
        self._slower = slower
        self.wall = True
        self._anchor_us = 0
        self._anchor_ns = 0
        self.anchor()

    def end_us(self) -> int:
        """Virtual time at which the days after the fitting are lived."""
        fit_us = self._world.fit_us
        return fit_us + round(self.days * DAY_US) if fit_us >= 0 else NEVER_US

    def lived(self) -> bool:
        """Whether all days after the fitting are lived."""
        return self._world.now_us >= self.end_us()

    def utc_ms(self) -> int:
        """The world's UTC in ms since 1970, by clocks that go right."""
        return self.start_utc_ms + self._world.true_us() // 1000

    def decide(self, port_open: bool) -> bool:
        """Chooses the pace anew; on a change to wall speed the clock file is written.  Gives whether it changed."""
        if self.mode == "free":
            wall = self.lived()
        else:
            wall = self.mode == "wall" or port_open or self._world.fit_us < 0 or self.lived()
        if wall == self.wall:
            return False
        self.wall = wall
        if wall:
            self.anchor()
        return True

    def anchor(self) -> None:
        """From here virtual time goes with the wall's: also after a pause."""
        self._anchor_us = self._world.now_us
        self._anchor_ns = time.monotonic_ns()
        now_ms = time.time_ns() // 1_000_000
        slow = {"slower": self._slower, "from_ms": now_ms} if self._slower != 1 else {}
        write_json(self._clock_file, {"utc_offset_ms": self.utc_ms() - now_ms, **slow})

    def wall_us(self) -> int:
        """Where virtual time is at wall speed."""
        return self._anchor_us + round((time.monotonic_ns() - self._anchor_ns) / 1000 / self._slower)
