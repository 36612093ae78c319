"""--pause-at: which event stops time, and what is said about it."""

from __future__ import annotations

from taghil.vm import bus
from taghil.vm.trace import EVENT_KINDS


class BadEvent(ValueError):
    """An event that no record is called."""


NAMES = {kind: name for name, kind in EVENT_KINDS.items()}


class Console:
    """Counts the events of one name: `strap`, `seal`, or `reading:100` for the hundredth."""

    def __init__(self, pause_at: str | None) -> None:
        self._name, self._left = "", 0
        if pause_at is None:
            return
        name, _, count = pause_at.partition(":")
        if name != "seal" and name not in EVENT_KINDS:
            raise BadEvent(
                f"--pause-at {pause_at}: no event is called '{name}'; known are seal, {', '.join(EVENT_KINDS)}"
            )
        if count and not (count.isascii() and count.isdigit() and int(count)):
            raise BadEvent(f"--pause-at {pause_at}: '{count}' is not a count")
        self._name, self._left = name, int(count or 1)

    def name_of(self, kind: int, data: bytes) -> str:
        """The name of what the tag told: a record's kind, 'seal', or nothing."""
        if kind == bus.TRACE_SEAL:
            return "seal"
        return NAMES.get(data[0], "") if kind == bus.TRACE_RECORD and data else ""

    def wants_readings(self) -> bool:
        """Whether the tag must tell each reading too."""
        return self._name == "reading"

    def is_pause(self, name: str) -> bool:
        """Counts an event; true for the one to stop at."""
        if not name or name != self._name or not self._left:
            return False
        self._left -= 1
        return self._left == 0
