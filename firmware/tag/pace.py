"""How often the tag samples and seals: as the order says, more for a baseline and while TAC rises, less while the log
is nearly full."""

from tagproto import profiles
from tagproto.layout import SLOW_ABOVE_PERCENT, SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S, SLOW_UNTIL_PERCENT
from tagproto.tamper import BASELINE_CADENCE_S


class Pace:
    """cadence_s, seal_interval_s: in force now; slow: whether they are those of a log that is nearly full; rising:
    whether TAC rises."""

    def __init__(self, settings, ring):
        self._settings = settings
        self._ring = ring
        self.slow = False
        self.rising = False
        self.cadence_s = 0
        self.seal_interval_s = 0
        self.set()

    def set(self):
        """Work the pace out anew, from the order's settings and the room that there is."""
        self.slow = self._ring.percent_taken() >= SLOW_ABOVE_PERCENT
        self._apply()

    def rise(self, rising):
        """TAC rises from now on, or no longer; whether that changes the cadence."""
        before = self.cadence_s
        self.rising = rising
        self._apply()
        return self.cadence_s != before

    def baseline_taken(self):
        """Whether the baseline, which is there now, was all that the cadence was for."""
        before = self.cadence_s
        self._apply()
        return self.cadence_s != before

    def changed(self):
        """Slow down rather than refuse readings, be quick again once a receipt has made room; whether it changed."""
        taken = self._ring.percent_taken()
        if taken < SLOW_ABOVE_PERCENT if not self.slow else taken >= SLOW_UNTIL_PERCENT:
            return False
        self.turn()
        return True

    def turn(self):
        """From slow to the order's own pace, or the other way round."""
        self.slow = not self.slow
        self._apply()

    def _apply(self):
        settings = self._settings
        self.cadence_s = settings.cadence_s
        self.seal_interval_s = settings.seal_interval_s
        if not self.slow:
            if self.rising:
                self.cadence_s = profiles.rising_cadence_s(settings.profile, self.cadence_s)
            if not settings.baseline_by:
                self.cadence_s = min(self.cadence_s, BASELINE_CADENCE_S)
        else:
            self.cadence_s = max(self.cadence_s, SLOW_CADENCE_S)
            self.seal_interval_s = max(self.seal_interval_s, SLOW_SEAL_INTERVAL_S)
