"""Position fixes on their own schedule. Loaded only where somebody wants them."""

from tagproto import records
from tagproto.records import ticks_after

from .drivers.gnss import Nmea

# A receiver finds its place within 90 s or, here, not at all; one that works says something within seconds.
_FIX_MS = 90000
_SILENT_MS = 10000
# The receiver's UART keeps a second of sentences.
_TURN_MS = 500
# Behind the first position its own error may still come.
_SETTLE_MS = 1000
_READ_BYTES = 256
_READS = 4

_ENODEV = 19
_ETIMEDOUT = 110


class Fixes:
    """Takes turns with everything else: `turn` when `next_ms` has passed. The first fix is due at once.

    failed: whether the receiver was silent or absent when it was last asked.
    """

    def __init__(self, app):
        self._app = app
        self._receiver = app.board.gnss
        self._clock = app.board.clock
        # Ticks of the last attempt.
        self._last = None
        self._nmea = None
        self._began = 0
        # When it first had a position.
        self._found = None
        self.failed = False
        self._buffer = bytearray(_READ_BYTES)

    def next_ms(self):
        """Milliseconds until the next turn is due."""
        if self._nmea is not None:
            return _TURN_MS
        return max(0, -self._late_ms(self._clock.ticks_ms()))

    def turn(self):
        """Switch the receiver on when a fix is due, hear what it says, and off when it has one or has had its time."""
        now = self._clock.ticks_ms()
        if self._nmea is None:
            if self._late_ms(now) >= 0:
                self._begin(now)
        else:
            self._hear(now)

    def stop(self):
        """Switch the receiver off: nobody wants fixes any more."""
        if self._nmea is not None:
            self._nmea = None
            self._receiver.power(0)

    def _late_ms(self, now):
        """How long ago the next fix was due."""
        # An order may have changed the interval meanwhile.
        return 0 if self._last is None else ticks_after(self._last, now) - self._app.settings.fix_interval_s * 1000

    def _begin(self, now):
        self._last = now
        if self._receiver is None:
            self._fail(_ENODEV)
            return
        self._nmea = Nmea()
        self._began = now
        self._found = None
        self._receiver.power(1)

    def _hear(self, now):
        nmea = self._nmea
        # First, or a receiver whose port fails would stay on for ever.
        if ticks_after(self._began, now) >= (_FIX_MS if nmea.heard else _SILENT_MS):
            self.stop()
            if nmea.heard:
                self.failed = False
            else:
                self._fail(_ETIMEDOUT)
            return
        for _ in range(_READS):
            count = self._receiver.read_into(self._buffer)
            nmea.feed(memoryview(self._buffer)[:count])
            if count < _READ_BYTES:
                break
        if nmea.fix is not None and self._found is None:
            self._found = now
        if self._found is not None and ticks_after(self._found, now) >= _SETTLE_MS and nmea.fix is not None:
            self.stop()
            self.failed = False
            self._app.fix(*nmea.fix)

    def _fail(self, code):
        if not self.failed:
            self.failed = True
            self._app.faults.part_failed(records.SENSE_GNSS, code)
