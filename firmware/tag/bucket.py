"""A token bucket: how often a class of event may be recorded and sealed by itself; the rest is counted."""

from tagproto.records import ticks_after


class Bucket:
    """`capacity` tokens, one more every `refill_ms`. Counts what came while it was empty."""

    def __init__(self, capacity, refill_ms):
        self._capacity = capacity
        self._refill_ms = refill_ms
        self._tokens = capacity
        self._since = None
        self.held = 0
        self.first_ticks = 0
        self.last_ticks = 0

    def _refill(self, ticks):
        if self._since is None or self._tokens == self._capacity:
            self._since = ticks
            return
        gained = ticks_after(self._since, ticks) // self._refill_ms
        if gained:
            # Negative: not asked for more than half a tick period, which fills any bucket.
            self._tokens = min(self._capacity, self._tokens + gained) if gained > 0 else self._capacity
            self._since = ticks

    def take(self, ticks):
        """True when a token was there; otherwise the occurrence is held for one coalesced record."""
        self._refill(ticks)
        if self._tokens:
            self._tokens -= 1
            return True
        if not self.held:
            self.first_ticks = ticks
        self.held += 1
        self.last_ticks = ticks
        return False

    def release(self, ticks):
        """Number of held occurrences once a token is there to record them with; 0 before."""
        self._refill(ticks)
        if not self.held or not self._tokens:
            return 0
        self._tokens -= 1
        return self.drain()

    def drain(self):
        """Number of held occurrences, for the record of one that got a token; none is held any more."""
        count, self.held = self.held, 0
        return count
