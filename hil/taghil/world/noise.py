"""Noise of the parts: cheap, seeded, and switched off for a replay."""

from __future__ import annotations

import random


class Noise:
    """Normal noise from a table of drawn values, 1 sigma = 1.0; a level of 0 gives none.

    A walk through a table of 4,099 draws with a random stride costs a tenth of `random.gauss`.
    """

    SIZE = 4099

    def __init__(self, seed: int, level: float = 1.0) -> None:
        draw = random.Random(seed)
        self._table = [draw.gauss(0.0, level) if level else 0.0 for _ in range(self.SIZE)]
        self._at = draw.randrange(self.SIZE)
        self._stride = draw.randrange(1, self.SIZE)

    def __call__(self) -> float:
        """The next draw."""
        self._at = at = (self._at + self._stride) % self.SIZE
        return self._table[at]
