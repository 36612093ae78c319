"""The UTC that this station attests: the system's, or another one for tags that live in another time."""

import functools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import UsageError

# 2101-01-01 UTC.
_END_MS = 4_133_980_800_000


def system_utc_ms(offset_ms: int) -> int:
    """This computer's UTC plus an offset, in ms since 1970-01-01."""
    return time.time_ns() // 1_000_000 + offset_ms


@dataclass(frozen=True, slots=True)
class StationClock:
    """offset_ms: station UTC minus system UTC. source: gives UTC for an offset; a transport's, and the session's
    recording has the times, too."""

    offset_ms: int = 0
    source: Callable[[int], int] = system_utc_ms

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return self.source(self.offset_ms)


def late_clock(path: Path | None, source: Callable[[int], int]) -> StationClock:
    """The clock of a file that is read when the time is asked for first: a tag's emulator has written it by the tag's
    first answer. Until then nothing is raised, and from then on what `read_clock` raises."""

    @functools.cache
    def offset_ms() -> int:
        return read_clock(path).offset_ms

    return StationClock(0, lambda more_ms: source(offset_ms() + more_ms))


def read_clock(path: Path | None) -> StationClock:
    """The clock that a file of the form {"utc_offset_ms": 0} sets, or the system's. Raises UsageError."""
    if path is None:
        return StationClock()
    action = 'Name a file that holds {"utc_offset_ms": N}, such as the emulator writes.'
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The clock file {path} cannot be read: {error.strerror}.", action) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The clock file {path} is not JSON: {error}.", action) from error
    offset = content.get("utc_offset_ms") if isinstance(content, dict) else None
    if not isinstance(offset, int) or isinstance(offset, bool) or abs(offset) >= 1 << 62:
        raise UsageError(f"The clock file {path} does not set utc_offset_ms to a whole number.", action)
    clock = StationClock(offset)
    if not 0 <= clock.now_ms() < _END_MS:
        # Attested once, such a time would contradict every later one in the tag's evidence.
        raise UsageError(f"The clock file {path} sets a time before 1970 or after 2100.", action)
    return clock
