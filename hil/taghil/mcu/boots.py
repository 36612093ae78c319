"""The boots of one chip: how many there were, when each came to rest, and whether one ever will."""

from __future__ import annotations

import os

from taghil.vm.server import RESETS_IN_VAIN

_LOOKS_US = 15_000.0
"""Looks at the inputs and what USB asks in such a time take less; what a boot does takes more, and ends a rest."""
_RESTS_US = 150_000
"""A boot waits for its parts in between, but never for so long."""


class InVain(Exception):
    """So many resets in a row without a moment's idling: it will not come up any more."""

    def __str__(self) -> str:
        return f"the chip was reset {RESETS_IN_VAIN} times in a row and never came to rest"


class Boots:
    """Is told of each boot, and looks at the chip at every turn of its server.

    count: the boots before; ready_fd: where who started this process is told that the tag is up for the first time.
    """

    def __init__(self, count: int, ready_fd: int) -> None:
        self.count = count
        self.up = 0
        """The last boot that has come to rest."""
        self.ready_us = 0
        """From power or reset to the first idling, of that boot."""
        self._ready_fd = ready_fd
        self._resets_in_vain = 0
        self._begin_us = 0
        self._idle_from_us = -1
        self._idle_awake_us = 0.0

    def power_on(self, now_us: int) -> None:
        """There is power: the next boot begins."""
        self._resets_in_vain = 0
        self._begin(now_us)

    def reset(self, now_us: int) -> None:
        """The chip was reset: the next boot begins. Raises InVain."""
        self._resets_in_vain += 1
        if self._resets_in_vain >= RESETS_IN_VAIN:
            raise InVain
        self._begin(now_us)

    def _begin(self, now_us: int) -> None:
        self.count += 1
        self._begin_us = now_us
        # The rest of the boot before is none of this one's.
        self._idle_from_us = -1

    def look(self, now_us: int, awake_us: float, idle: bool) -> bool:
        """Whether the tag rests for the first time of this boot. awake_us: of the chip since there is power."""
        if self._idle_from_us < 0:
            if idle:
                self._idle_from_us, self._idle_awake_us = now_us, awake_us
        elif awake_us - self._idle_awake_us > _LOOKS_US:
            self._idle_from_us = -1
        elif now_us - self._idle_from_us >= _RESTS_US:
            self._resets_in_vain = 0
            return self._come_up()
        return False

    def _come_up(self) -> bool:
        if self.up == self.count:
            return False
        self.up = self.count
        self.ready_us = self._idle_from_us - self._begin_us
        return True

    def tell_starter(self) -> None:
        """Tells who started this process, once."""
        if self._ready_fd >= 0:
            os.write(self._ready_fd, b"1")
            os.close(self._ready_fd)
            self._ready_fd = -1
