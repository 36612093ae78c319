"""Random numbers from every source there is: the chip's, the host's, the time, hashed into one state."""

import hashlib

from tagproto.hmac import hmac_sha256


class Pool:
    """Never rests on the chip's random numbers alone: `mix` what others bring."""

    def __init__(self, board, stored):
        self._board = board
        self._state = hashlib.sha256(stored + board.unique_id + board.entropy(32)).digest()

    def mix(self, data):
        """Stir in bytes from outside; they can add to the state, not set it."""
        ticks = self._board.clock.ticks_ms().to_bytes(4, "big")
        self._state = hashlib.sha256(self._state + ticks + self._board.entropy(16) + data).digest()

    def take(self, count):
        """`count` random bytes, up to 32; the state moves on, so that earlier ones cannot be found again."""
        self.mix(b"take")
        out = hmac_sha256(self._state, b"out")[:count]
        self._state = hmac_sha256(self._state, b"next")
        return out
