"""Which flash operation something happens to: the N-th from now, of those that count."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from taghil.nor.tears import OF_ERASE

PROGRAM, ERASE = "program", "erase"
BLOCKS_MOST = 0xFFFF


class FlashRange(ValueError):
    """An access outside the flash, or not aligned to its pages; or a moment that never comes."""


@dataclass(frozen=True)
class At:
    """The N-th operation from here, the next one being 1, of those that count: of the kind `only` ("" is both), in
    blocks first_block <= block < end_block.  tear: how it ends if it is cut, "" draws one of them."""

    operation: int
    only: str = ""
    first_block: int = 0
    end_block: int = BLOCKS_MOST
    tear: str = ""

    def __post_init__(self) -> None:
        if self.operation < 1:
            raise FlashRange("'operation' counts from 1, the next flash operation")
        if self.only not in ("", PROGRAM, ERASE):
            raise FlashRange(f"'only' is {PROGRAM}, {ERASE} or empty, not '{self.only}'")
        if self.tear and self.tear not in OF_ERASE:
            raise FlashRange(f"'tear' is empty or one of {', '.join(OF_ERASE)}, not '{self.tear}'")

    def counts(self, operation: str, block: int) -> bool:
        """Whether an operation is one of those."""
        return self.only in ("", operation) and self.first_block <= block < self.end_block


class Countdown:
    """Moments one after another, each counted from the one before."""

    def __init__(self) -> None:
        self._moments: deque[At] = deque()
        self._passed = 0

    def arm(self, moments: tuple[At, ...]) -> None:
        """These and no others; none disarms."""
        self._moments = deque(moments)
        self._passed = 0

    def __bool__(self) -> bool:
        return bool(self._moments)

    def meets(self, operation: str, block: int) -> At | None:
        """Counts an operation; the moment, if this is it."""
        if not self._moments or not self._moments[0].counts(operation, block):
            return None
        self._passed += 1
        if self._passed < self._moments[0].operation:
            return None
        self._passed = 0
        return self._moments.popleft()
