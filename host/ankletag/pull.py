"""Pages of a tag into the store: what it lacks, in ranges, asked for again until they are there or the tag has none."""

from collections.abc import Callable, Sequence

from tagproto import messages

from .client import Client
from .errors import TagRefused, TagSilent
from .stationclock import StationClock
from .store import Store

Progress = Callable[[int, int], None]
"""Called with (pages confirmed in the store, pages that the tag has)."""


def no_progress(_confirmed: int, _total: int) -> None:
    """For who does not look."""


_NAMED_MAX = 5
# Pages to a transaction: a cut costs at most so many, and a commit is not paid for each.
_BATCH = 16
# A range that brings nothing over a clean line so many times: the tag does not have these pages, or is gone.
_FRUITLESS_MAX = 8
# Over a line that damages frames, a page may need many tries; a line on which nothing gets through ends it, too.
_FRUITLESS_NOISY_MAX = 200
# More than the biggest flash that a tag may have (65,535 blocks of 16 pages) and it makes them up.
_PAGES_MAX = 65535 * 16


def some(seqs: Sequence[int]) -> str:
    """The first few of some pages, for a sentence."""
    return ", ".join(map(str, seqs[:_NAMED_MAX])) + (" and more" if len(seqs) > _NAMED_MAX else "")


class Pull:
    """The pages of one session. new_pages: contents fetched; absent: pages that the tag did not give."""

    def __init__(
        self, client: Client, store: Store, clock: StationClock, tag_id: bytes, session: int, progress: Progress
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._tag_id = tag_id
        self._session = session
        self._progress = progress
        self._have: set[int] = set()
        self._batch: list[tuple[int, bytes, bool]] = []
        self._target = 0
        self.absent: set[int] = set()
        self.new_pages = 0

    def run(self, oldest: int, target: int, again: bool = False) -> None:
        """Fetch pages oldest .. target, of which the last one is open; again: also those that the store has.

        Raises TagSilent, TagRefused, LinkLost or StoreError.
        """
        if target - oldest >= _PAGES_MAX:
            raise TagRefused(
                f"The tag says that it has {target - oldest + 1} pages, more than any tag can hold.",
                "Run the command again with another cable; if it stays so, keep the tag as evidence.",
                messages.ERROR_RANGE,
            )
        self._target = target
        self._have = set() if again else {seq for seq in self._store.closed_pages(self._tag_id) if seq < target}
        self.absent.clear()
        fruitless = noisy = 0
        self._report()
        first = oldest
        while (wanted := self._next_range(first)) is not None:
            first, count = wanted
            before, bad = len(self._have), self._client.counts.bad
            try:
                reply = self._client.read_pages(first, count, self._take)
            finally:
                # Also when the line was cut in the middle: what came through is kept.
                self._flush()
            if len(self._have) > before:
                fruitless = noisy = 0
            elif self._client.counts.bad > bad:
                noisy += 1
            else:
                fruitless += 1
            if fruitless < _FRUITLESS_MAX and noisy < _FRUITLESS_NOISY_MAX:
                continue
            if reply is None:
                raise TagSilent(
                    f"The tag stopped answering; {len(self._have)} of {target + 1} pages are stored.",
                    "Nothing is lost: check the cable and run the command again, it goes on from there.",
                )
            # So many times none of the range came, over a clean line: the tag has none of it.
            self.absent.update(seq for seq in range(first, first + count) if seq not in self._have)
            fruitless = noisy = 0

    def _next_range(self, at: int) -> tuple[int, int] | None:
        """(first, count) of the first pages from `at` on that are not here yet, as many as one READ may ask for."""
        first = next(
            (seq for seq in range(at, self._target + 1) if seq not in self._have and seq not in self.absent), None
        )
        if first is None:
            return None
        count = 1
        while count < messages.READ_PAGES_MAX and first + count <= self._target and first + count not in self._have:
            count += 1
        return first, count

    def _take(self, seq: int, raw: bytes) -> None:
        if seq in self._have or seq > self._target:
            return
        self._batch.append((seq, raw, seq < self._target))
        if len(self._batch) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        self._store.add_pages(self._session, self._tag_id, batch, self._clock.now_ms())
        for seq, _, _ in batch:
            self._have.add(seq)
            self.absent.discard(seq)
        self.new_pages += len(batch)
        if batch:
            self._report()

    def _report(self) -> None:
        self._progress(len(self._have), self._target + 1)
