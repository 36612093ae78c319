"""A tag whose seconds are longer than this computer's: an emulated chip that runs slower than a chip."""

from ..errors import UsageError
from ..stationclock import SLOWER_MOST
from .contract import Through, Transport


def parse_slower(text: str) -> float:
    """How many of this computer's seconds one of the tag's takes, from 1 to 1,000. Raises UsageError."""
    try:
        slower = float(text)
    except ValueError:
        slower = 0.0
    if not 1.0 <= slower <= SLOWER_MOST:
        raise UsageError(
            f"{text!r} does not say how much slower a tag runs.", "Write it like slower:8:PORT, with 1 to 1000."
        )
    return slower


class SlowerTransport(Through):
    """Another transport with a clock that goes slower, and waits that are longer, by the same factor. UTC is this
    computer's: the tag's clock file says how much slower that goes."""

    def __init__(self, inner: Transport, slower: float) -> None:
        super().__init__(inner)
        self._slower = slower

    def read(self, timeout_s: float) -> bytes:
        """What has arrived within the tag's seconds."""
        return self._inner.read(timeout_s * self._slower)

    def now_s(self) -> float:
        """Seconds of the tag's length."""
        return self._inner.now_s() / self._slower
