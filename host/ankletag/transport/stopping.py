"""A transport that another thread can end."""

import threading

from ..errors import Stopped
from .contract import Through, Transport

# How long a session goes on, at most, after it was stopped in a wait for the tag.
_LOOK_S = 0.1


class StoppableTransport(Through):
    """Another transport, until `stop` is set: from then on reading raises Stopped. What a session still writes, such as
    that it wants no more pages, goes out."""

    def __init__(self, inner: Transport, stop: threading.Event) -> None:
        super().__init__(inner)
        self._stop = stop

    def read(self, timeout_s: float) -> bytes:
        """What has arrived. Raises Stopped, also in the middle of the wait."""
        end_s = self.now_s() + timeout_s
        while True:
            if self._stop.is_set():
                raise Stopped
            left_s = end_s - self.now_s()
            data = self._inner.read(max(0.0, min(left_s, _LOOK_S)))
            if data or left_s <= _LOOK_S:
                return data
