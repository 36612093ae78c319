"""What is to be asked for and has not been yet: ranges of units, in the order in which they are wanted."""

from collections import deque
from collections.abc import Iterable

from .asked import Range

# What a range of a READ can hold.
_UNITS_MAX = 0xFFFF


class Wanted:
    """A queue of ranges that grows behind; what was lost comes back in front."""

    def __init__(self) -> None:
        self._ranges: deque[Range] = deque()

    def __bool__(self) -> bool:
        return bool(self._ranges)

    @property
    def units(self) -> int:
        """How many there are in all."""
        return sum(units for _, units in self._ranges)

    def append(self, address: int, units: int) -> None:
        """Want these, too, behind the others."""
        last = self._ranges[-1] if self._ranges else (-1, 0)
        if sum(last) == address and last[1] + units <= _UNITS_MAX:
            self._ranges[-1] = (last[0], last[1] + units)
        else:
            self._ranges.append((address, units))

    def put_back(self, ranges: Iterable[Range]) -> None:
        """Want these before all others, in the order in which they are given."""
        self._ranges.extendleft(reversed(list(ranges)))

    def take(self, most: int, units: int) -> list[Range]:
        """From the front, at most so many ranges and units."""
        ranges: list[Range] = []
        while self._ranges and units and len(ranges) < most:
            address, left = self._ranges.popleft()
            taken = min(left, units)
            if taken < left:
                self._ranges.appendleft((address + taken, left - taken))
            ranges.append((address, taken))
            units -= taken
        return ranges
