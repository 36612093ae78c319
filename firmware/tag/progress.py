"""Whether the tag does what it is for: nothing else feeds the watchdog."""

from tagproto.records import ticks_after

# Without progress for so long a tag is left to the watchdog; one that came back from there is so later: what no boot
# mends must not fill the log with boots.
_STUCK_MS = 600000
_STUCK_AGAIN_MS = 3600000
_WATCHDOG_CAUSE = 2
# Of a rest, between two meals.
_REST_MS = 4000
# More pauses in one turn than any work in it takes.
_PAUSES_MAX = 1000


class Progress:
    """Feeds the watchdog of `board` while its stages go well, and readings come when they are due.

    sampled: ticks of the last reading, or of when the next one was asked for.
    """

    def __init__(self, board):
        self._board = board
        self._stuck_ms = _STUCK_AGAIN_MS if board.reset_cause == _WATCHDOG_CAUSE else _STUCK_MS
        self.sampled = 0
        # A reading was taken in this turn.
        self._took = False
        # By stage, since when it has failed each time.
        self._failing = {}
        self._pauses = 0

    def turn(self, fitted, cadence_s):
        """A turn begins."""
        if (self._took and not self._failing) or self._holds(fitted, cadence_s):
            self._board.feed()
        self._took = False
        self._pauses = 0

    def pause(self):
        """A pause within a long work."""
        self._pauses += 1
        if self._pauses < _PAUSES_MAX:
            self._board.feed()

    def went(self, stage, good):
        """Whether a stage that has to go well went well, by its name."""
        if not good:
            self._failing.setdefault(stage, self._board.clock.ticks_ms())
        elif self._failing:
            self._failing.pop(stage, None)

    def took(self, ticks):
        """A reading was taken."""
        self.sampled = ticks
        self._took = True

    def _holds(self, fitted, cadence_s):
        now = self._board.clock.ticks_ms()
        for since in self._failing.values():
            if ticks_after(since, now) > self._stuck_ms:
                return False
        return not fitted or ticks_after(self.sampled, now) <= cadence_s * 1000 + self._stuck_ms

    def rest(self):
        """Do nothing for as long as a tag may be stuck: a reset behind another one must not come at once."""
        for _ in range(_STUCK_MS // _REST_MS):
            self._board.feed()
            self._board.clock.sleep_ms(_REST_MS)
