"""When a scheduled seal is due, over changes of the schedule."""

from tagproto import records

from ..models import Config

# A seal waits for the reading that is under way and for another seal: two cadences, at least two minutes.
_SLACK_MS = 120_000

# What a window begins with after the log was full: a boot's record that had no room, and how many readings had none.
# Whatever else a window holds was there to be sealed, and the tag keeps room for that seal.
OF_A_FULL_LOG = (records.BOOT, records.LOST)


# Behind every moment of a log.
_NEVER = 1 << 62


class Schedule:
    """The next scheduled seal, in ms since the boot's first record. fitted: only then is one due; missing: one should
    have come, and no seal has come since; late_from_ms: behind this moment the next one will be missing."""

    def __init__(self) -> None:
        self.fitted = False
        self.missing = False
        self.waits_for_room = False
        self.late_from_ms = _NEVER
        self._config: Config | None = None
        self._from_ms = 0
        self._due_ms = 0

    def _update(self) -> None:
        config = self._config
        self.late_from_ms = _NEVER
        if self.fitted and config is not None and config.seal_interval_s and not self.waits_for_room:
            self.late_from_ms = self._due_ms + max(2000 * config.cadence_s, _SLACK_MS)

    def look(self, elapsed_ms: int) -> None:
        """The log goes on at this moment: a seal that should have come by now is missing from here on."""
        if elapsed_ms > self.late_from_ms:
            self.missing = True

    def restart(self, elapsed_ms: int) -> None:
        """A seal or a boot: the interval begins here."""
        self.waits_for_room = False
        self._from_ms = self._due_ms = elapsed_ms
        if self._config is not None:
            self._due_ms += self._config.seal_interval_s * 1000
        self._update()

    def fit(self, elapsed_ms: int) -> None:
        """A FIT record: whatever was missing before was missing before it."""
        self.fitted, self.missing = True, False
        self.restart(elapsed_ms)

    def remove(self) -> None:
        """A REMOVE record."""
        self.fitted = False
        self._update()

    def configure(self, config: Config, elapsed_ms: int) -> None:
        """A CONFIG record. A seal that was missing by then stays missing, and one that a shorter interval has overtaken
        is due at once."""
        self._config = config
        if not self.missing:
            self._due_ms = max(self._from_ms + config.seal_interval_s * 1000, min(self._due_ms, elapsed_ms))
        self._update()

    def full(self, from_ms: int) -> None:
        """The log took nothing from then to the record or seal behind the count that says so, for which there was room
        again: no seal is due until then. One that was missing before stays missing."""
        self.look(from_ms)
        self.waits_for_room = not self.missing
        self._update()

    def sealed(self, elapsed_ms: int, count: int) -> bool:
        """A seal over `count` records; whether a scheduled one is missing. A late one over nothing leaves that open:
        what the next window begins with says whether the log was full."""
        before = self.missing
        self.look(elapsed_ms)
        late = self.missing
        if late and not count:
            self.missing = before
            return False
        self.missing = False
        self.restart(elapsed_ms)
        return late
