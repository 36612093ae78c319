"""The UTC that this station attests: the system's, or another one for tags that live in another time."""

import functools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import UsageError

SLOWER_MOST = 1000.0
# 2101-01-01 UTC.
_END_MS = 4_133_980_800_000


def system_utc_ms(offset_ms: int) -> int:
    """This computer's UTC plus an offset, in ms since 1970-01-01."""
    return time.time_ns() // 1_000_000 + offset_ms


@dataclass(frozen=True, slots=True)
class StationClock:
    """offset_ms: station UTC minus system UTC. source: gives UTC for an offset; a transport's, and the session's
    recording has the times, too. slower: how many of the system's seconds one of the station's takes, from `from_ms`
    of the system's UTC on, when the offset was right."""

    offset_ms: int = 0
    source: Callable[[int], int] = system_utc_ms
    slower: float = 1.0
    from_ms: int = 0

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        if self.slower == 1:
            return self.source(self.offset_ms)
        passed_ms = self.source(0) - self.from_ms
        return self.source(self.offset_ms - round(passed_ms * (1 - 1 / self.slower)))


def late_clock(path: Path | None, source: Callable[[int], int]) -> StationClock:
    """The clock of a file that is read when the time is asked for first: a tag's emulator has written it by the tag's
    first answer. Until then nothing is raised, and from then on what `read_clock` raises."""

    @functools.cache
    def clock() -> StationClock:
        return replace(read_clock(path), source=source)

    return StationClock(0, lambda more_ms: clock().now_ms() + more_ms)


def read_clock(path: Path | None) -> StationClock:
    """The clock that a file of the form {"utc_offset_ms": 0} sets, or the system's; "slower" and "from_ms" may be
    there, too. Raises UsageError."""
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
    slower, from_ms = content.get("slower", 1), content.get("from_ms", 0)
    if isinstance(slower, bool) or not isinstance(slower, (int, float)) or not 1 <= slower <= SLOWER_MOST:
        raise UsageError(f"The clock file {path} does not set slower to a number from 1 to {SLOWER_MOST:g}.", action)
    if slower != 1 and "from_ms" not in content:
        # Counted from 1970, it would attest some year long ago.
        raise UsageError(f"The clock file {path} sets slower, and no from_ms from which on that holds.", action)
    if not isinstance(from_ms, int) or isinstance(from_ms, bool) or not 0 <= from_ms < _END_MS:
        raise UsageError(f"The clock file {path} does not set from_ms to a time.", action)
    clock = StationClock(offset, slower=slower, from_ms=from_ms)
    if not 0 <= clock.now_ms() < _END_MS:
        # Attested once, such a time would contradict every later one in the tag's evidence.
        raise UsageError(f"The clock file {path} sets a time before 1970 or after 2100.", action)
    return clock
