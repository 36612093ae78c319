"""When a scheduled seal is due, over changes of the schedule."""

from tagproto import records

from ..models import Config

# A seal waits for the reading that is under way and for another seal: two cadences, at least two minutes.
_SLACK_MS = 120_000

# What a window begins with after the log was full: a boot's record that had no room, and how many readings had none.
# Whatever else a window holds was there to be sealed, and the tag keeps room for that seal.
OF_A_FULL_LOG = (records.BOOT, records.LOST)


class Schedule:
    """The next scheduled seal, in ms since the boot's first record. fitted: only then is one due."""

    def __init__(self) -> None:
        self.fitted = False
        self._config: Config | None = None
        self._from_ms = 0
        self._due_ms = 0
        self.waits_for_room = False

    def restart(self, elapsed_ms: int) -> None:
        """A seal, a fitting or a boot: the interval begins here."""
        self.waits_for_room = False
        self._from_ms = self._due_ms = elapsed_ms
        if self._config is not None:
            self._due_ms += self._config.seal_interval_s * 1000

    def configure(self, config: Config, elapsed_ms: int) -> None:
        """A CONFIG record. A seal that was missing by then stays missing, and one that a shorter interval has overtaken
        is due at once."""
        missing = self.late(elapsed_ms)
        self._config = config
        if missing:
            return
        self._due_ms = max(self._from_ms + config.seal_interval_s * 1000, min(self._due_ms, elapsed_ms))

    def full(self, from_ms: int) -> None:
        """The log took nothing from then to the record or seal behind the count that says so, for which there was room
        again: no seal is due until then. One that was missing before stays missing."""
        if not self.late(from_ms):
            self.waits_for_room = True

    def sealed(self, elapsed_ms: int, count: int) -> bool:
        """A seal over `count` records; whether a scheduled one is missing. A late one over nothing leaves that open:
        what the next window begins with says whether the log was full."""
        late = self.late(elapsed_ms)
        if count or not late:
            self.restart(elapsed_ms)
        return late and count > 0

    def late(self, elapsed_ms: int) -> bool:
        """Whether a scheduled seal should have come by now."""
        config = self._config
        if not self.fitted or config is None or not config.seal_interval_s or self.waits_for_room:
            return False
        return elapsed_ms - self._due_ms > max(2000 * config.cadence_s, _SLACK_MS)
