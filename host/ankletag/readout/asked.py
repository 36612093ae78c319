"""What a tag was asked for and has not sent yet, in the order in which it will come."""

from collections import deque
from dataclasses import dataclass

from tagproto import messages

Range = tuple[int, int]
"""(address of the first unit, how many)."""


@dataclass(slots=True)
class _Part:
    address: int
    units: int
    request: int


class Asked:
    """request: a number that grows with every READ."""

    def __init__(self) -> None:
        self._parts: deque[_Part] = deque()
        self.units = 0

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def first_request(self) -> int:
        """The oldest READ of which something has not come. Not where nothing is asked for."""
        return self._parts[0].request

    def add(self, request: int, ranges: list[Range]) -> None:
        """A READ with these ranges was sent."""
        for address, units in ranges:
            self._parts.append(_Part(address, units, request))
            self.units += units

    def came(self, address: int, units: int) -> list[Range] | None:
        """A frame with these units came: what was asked for in front of it will not. None: nobody asked for it."""
        holds = (part.address <= address and address + units <= part.address + part.units for part in self._parts)
        before = next((at for at, found in enumerate(holds) if found), None)
        if before is None:
            return None
        lost = [self._drop() for _ in range(before)]
        part = self._parts[0]
        if address > part.address:
            lost.append((part.address, address - part.address))
        self.units -= address + units - part.address
        part.units -= address + units - part.address
        part.address = address + units
        if not part.units:
            self._parts.popleft()
        return lost

    def nothing(self, address: int) -> list[Range] | None:
        """A frame came that says that the page of this address is not there."""
        per_page = messages.UNITS_PER_PAGE
        for part in self._parts:
            if part.address <= address < part.address + part.units:
                return self.came(address, min(per_page - address % per_page, part.address + part.units - address))
        return None

    def all_sent(self, request: int) -> list[Range]:
        """The tag has sent what READs up to this one asked for: what of that has not come is lost."""
        lost = []
        while self._parts and self._parts[0].request <= request:
            lost.append(self._drop())
        return lost

    def _drop(self) -> Range:
        part = self._parts.popleft()
        self.units -= part.units
        return part.address, part.units
