"""The rate of a line that has one: up for a read-out, down again behind it, and back whenever nobody is heard."""

from tagproto import messages

from .errors import TagRefused, TagSilent
from .exchange import Exchange
from .replies import Values

# A tag goes back to the first rate when it hears nothing for messages.RATE_SILENCE_MS: asked in time, it stays.
_FAST_TRY_S = 1.0
_FAST_SILENT_S = messages.RATE_SILENCE_MS / 1000
# What the fastest of common adapters reach: whatever a tag says, no more is asked of a driver.
_BAUD_MOST = 12_000_000


class LineRate:
    """Requests at whatever rate the line has now."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._fast = False

    def ask(self, kind: int, values: Values, try_s: float) -> Values:
        """As Exchange.ask; where a tag is silent at a higher rate, once more at the first one."""
        if not self._fast:
            return self._exchange.ask(kind, values, try_s)
        try:
            return self._exchange.ask(kind, values, min(try_s, _FAST_TRY_S), _FAST_SILENT_S)
        except TagSilent:
            self.fall_back()
        return self._exchange.ask(kind, values, try_s)

    def up(self, baud: int) -> None:
        """Change to the highest rate that a tag has, where it has one and this computer's port can follow."""
        transport = self._exchange.transport
        if self._fast or baud <= messages.FIRST_BAUD or not transport.set_baud(messages.FIRST_BAUD):
            return
        try:
            self._exchange.ask(messages.RATE, {"baud": min(baud, _BAUD_MOST)}, _FAST_TRY_S)
        except TagRefused:
            return
        if not transport.set_baud(min(baud, _BAUD_MOST)):
            self.fall_back()
            return
        self._fast = True
        # Whether the cable carries it shows now; where it does not, this falls back.
        self.ask(messages.STATUS, {}, _FAST_TRY_S / 4)

    def down(self) -> None:
        """Change back, so that the tag is heard by whoever comes next."""
        if self._fast:
            self.ask(messages.RATE, {"baud": messages.FIRST_BAUD}, _FAST_TRY_S / 4)
            self.fall_back()

    def fall_back(self) -> bool:
        """The tag is silent, or has changed back: be where it will be. Whether the rate was another one."""
        was_fast, self._fast = self._fast, False
        if was_fast:
            self._exchange.transport.set_baud(messages.FIRST_BAUD)
        return was_fast
