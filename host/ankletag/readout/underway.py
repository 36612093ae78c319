"""READs that were sent: which is which, and what of them may still be on its way to the tag."""

from collections import deque


class UnderWay:
    """newest: the number of the last READ; they count from 1."""

    def __init__(self) -> None:
        self.newest = 0
        self._numbers: dict[int, int] = {}
        # (number, bytes) of those that the tag has not shown to have.
        self._unconfirmed: deque[tuple[int, int]] = deque()

    @property
    def bytes(self) -> int:
        """Of READs that the tag has not shown to have."""
        return sum(size for _, size in self._unconfirmed)

    def sent(self, request_id: int, size: int) -> int:
        """A READ went out, as so many bytes; its number."""
        self.newest += 1
        self._numbers[request_id] = self.newest
        self._unconfirmed.append((self.newest, size))
        return self.newest

    def number(self, request_id: int) -> int | None:
        """Of the READ with this id, None where it is another request's."""
        return self._numbers.get(request_id)

    def forget(self, request_id: int) -> None:
        """From now on this id is another request's."""
        self._numbers.pop(request_id, None)

    def arrived(self, number: int) -> None:
        """The tag has this one, and with it those before."""
        while self._unconfirmed and self._unconfirmed[0][0] <= number:
            self._unconfirmed.popleft()

    def gone(self) -> None:
        """What has not arrived by now will not."""
        self._unconfirmed.clear()
