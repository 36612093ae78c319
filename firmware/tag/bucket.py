"""A token bucket: how often a class of event may be recorded and sealed by itself; the rest is counted."""

from tagproto import records
from tagproto.records import ticks_after

# Of each class of event: so many at once, then one in half an hour by itself, at most 48 a day and class.
EVENT_CAPACITY = 8
EVENT_REFILL_MS = 1800000


class Bucket:
    """`capacity` tokens, one more every `refill_ms`. Counts what came while it was empty."""

    def __init__(self, capacity, refill_ms, tokens=None):
        self._capacity = capacity
        self._refill_ms = refill_ms
        self._tokens = capacity if tokens is None else tokens
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

    def spend(self, ticks):
        """Take a token if there is one."""
        self._refill(ticks)
        if self._tokens:
            self._tokens -= 1
            return True
        return False

    def take(self, ticks, count=1):
        """As `spend`; without a token the `count` occurrences are held for one coalesced record."""
        if self.spend(ticks):
            return True
        self.hold(ticks, count)
        return False

    def hold(self, ticks, count):
        """Count occurrences that were not recorded one by one."""
        if not count:
            return
        if not self.held:
            self.first_ticks = ticks
        self.held += count
        self.last_ticks = ticks


class Rationed:
    """Events of one kind under a bucket. Those without a token are counted, for one record of them all."""

    def __init__(self, recorder, clock, kind):
        self._recorder = recorder
        self._clock = clock
        self._kind = kind
        self._bucket = Bucket(EVENT_CAPACITY, EVENT_REFILL_MS)

    def record(self, values, count=1):
        """Record an event now if there is a token and room; False when its `count` occurrences were only counted.

        count 0: of one that comes back until it was recorded.
        """
        ticks = self._clock.ticks_ms()
        if not self._bucket.take(ticks, count):
            return False
        self.tell()
        if self.event(values) is None:
            self._bucket.hold(ticks, count)
            return False
        return True

    def hold(self, count):
        """Count occurrences that are over and were not recorded."""
        self._bucket.hold(self._clock.ticks_ms(), count)

    def event(self, values):
        """Record an event now, token or not; its number, or None when the log is full."""
        return self._recorder.event(self._kind, self._clock.ticks_ms(), values)

    def tell_due(self):
        """Record what was counted once there is a token for it; whether something was."""
        if not self._bucket.held or not self._bucket.spend(self._clock.ticks_ms()):
            return False
        return self.tell()

    def tell(self):
        """Record what was counted, token or not: before a seal, or before an event of this kind; whether it was."""
        bucket = self._bucket
        if not bucket.held:
            return False
        values = {
            "kind": self._kind,
            "count": bucket.held,
            "first_ticks": bucket.first_ticks,
            "last_ticks": bucket.last_ticks,
        }
        if self._recorder.event(records.REPEATED, self._clock.ticks_ms(), values) is None:
            return False
        bucket.held = 0
        return True
