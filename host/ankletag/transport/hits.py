"""Rare events in a stream of trials, at places that a seed decides."""

import math
import random

_NEVER = 1 << 62


class Hits:
    """Which of a stream of trials hit, each with the same chance: the distance to the next hit is geometric."""

    def __init__(self, chance: float, seed: str) -> None:
        self._chance = chance
        self._draw = random.Random(seed).random
        self._next = self._distance()

    def _distance(self) -> int:
        if self._chance <= 0:
            return _NEVER
        if self._chance >= 1:
            return 0
        # Inversion of the geometric distribution (Devroye, Non-Uniform Random Variate Generation, X.2).
        return min(_NEVER, int(math.log1p(-self._draw()) / math.log1p(-self._chance)))

    def among(self, count: int) -> list[int]:
        """Which of the next `count` trials hit."""
        found = []
        while self._next < count:
            found.append(self._next)
            self._next += 1 + self._distance()
        self._next -= count
        return found
