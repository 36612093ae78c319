"""The rate of a line that has one: up when a host asks, back when nobody is heard."""

from tagproto import messages
from tagproto.records import ticks_after

from .refusal import Refusal


class Rate:
    """port: has rate, the highest (0: none), and set_baud(baud)."""

    def __init__(self, port, clock):
        self._port = port
        self._clock = clock
        self._baud = messages.FIRST_BAUD
        # To change to, once the reply that says so has gone out.
        self._next_baud = 0
        self._heard_ticks = 0

    def ask(self, baud):
        """Reply fields or a Refusal."""
        if not messages.FIRST_BAUD <= baud <= self._port.rate:
            return Refusal(messages.ERROR_RANGE, "this line has no such rate")
        self._next_baud = baud
        return {"baud": baud}

    def change(self):
        """The reply that says so has been written."""
        if self._next_baud:
            baud, self._next_baud = self._next_baud, 0
            self._set(baud)

    def heard(self):
        """A good frame came in."""
        self._heard_ticks = self._clock.ticks_ms()

    def watch(self):
        """Fall back when no good frame has come for too long."""
        if self._baud != messages.FIRST_BAUD:
            silent_ms = ticks_after(self._heard_ticks, self._clock.ticks_ms())
            if not 0 <= silent_ms <= messages.RATE_SILENCE_MS:
                self._set(messages.FIRST_BAUD)

    def needs_turn_ms(self):
        """`watch` has to be called again within so many milliseconds; 0: at any time."""
        if self._baud == messages.FIRST_BAUD:
            return 0
        silent_ms = ticks_after(self._heard_ticks, self._clock.ticks_ms())
        return max(1, messages.RATE_SILENCE_MS + 1 - silent_ms)

    def _set(self, baud):
        self._port.set_baud(baud)
        self._baud = baud
        self.heard()
