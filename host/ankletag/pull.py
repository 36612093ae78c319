"""Pages of a tag into the store: what it lacks, asked for again until they are there or the tag has none."""

from collections.abc import Callable, Sequence

from tagproto import messages

from .client import Client
from .errors import TagRefused, TagSilent
from .readout import Readout
from .stationclock import StationClock
from .store import Store

Progress = Callable[[int, int], None]
"""Called with (pages confirmed in the store, pages that the tag has)."""


def no_progress(_confirmed: int, _total: int) -> None:
    """For who does not look."""


_NAMED_MAX = 5
# Pages to a transaction: a cut costs at most so many, and a commit is not paid for each.
_BATCH = 16
# Pages that are worth another rate of the line.
_MANY = 32
# More than the biggest flash that a tag may have (65,535 blocks of 16 pages) and it makes them up.
_PAGES_MAX = 65535 * 16
# Where the addresses of a read-out end.
_SEQ_END = (1 << 32) // messages.UNITS_PER_PAGE


def some(seqs: Sequence[int]) -> str:
    """The first few of some pages, for a sentence."""
    return ", ".join(map(str, seqs[:_NAMED_MAX])) + (" and more" if len(seqs) > _NAMED_MAX else "")


class Pull:
    """The pages of one session. new_pages: contents fetched; absent: pages that the tag did not give; read_s: time from
    the first page asked for to the last one stored."""

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
        self._wanted: set[int] = set()
        self._batch: list[tuple[int, bytes, bool]] = []
        self._readout: Readout | None = None
        # The open page, the last one to come; before the seal that ends in it is made, the one behind all that come.
        self._target = 0
        self._first = 0
        self._began_s = 0.0
        self._stored_s = 0.0
        self.absent: set[int] = set()
        self.new_pages = 0

    @property
    def read_s(self) -> float:
        """Seconds."""
        return self._stored_s - self._began_s

    def begin(self, oldest: int, open_page: int) -> None:
        """Let the tag send pages oldest .. open_page - 1, as far as the store lacks them, while other things are asked.

        Raises TagRefused.
        """
        _check(oldest, open_page)
        self._start(oldest, open_page, again=False)
        self._want(range(oldest, open_page))

    def run(self, oldest: int, target: int, again: bool = False) -> None:
        """Fetch pages oldest .. target, of which the last one is open; again: also those that the store has.

        Raises TagSilent, TagRefused, LinkLost or StoreError.
        """
        _check(oldest, target)
        if self._readout is None or again or oldest < self._first:
            self._start(oldest, target, again)
        assert self._readout is not None
        self._target = target
        self._want(range(oldest, target))
        self._readout.want([target], target)
        try:
            self._client.go_on_reading()
        except TagSilent as error:
            self._flush()
            raise TagSilent(
                f"{error.cause.rstrip('.')}; {len(self._have)} of {target + 1} pages are stored.", error.action
            ) from error
        finally:
            # Also when the line was cut in the middle: what came through is kept.
            self._flush()
            self._readout = None
        self._client.end_readout()
        self._client.slow_down()

    def keep(self) -> None:
        """Store what has come, also of a session that ends before its time. Raises StoreError."""
        self._flush()

    def _start(self, oldest: int, target: int, again: bool) -> None:
        self._target = target
        self._first = oldest
        closed = () if again else self._store.closed_pages(self._tag_id)
        self._have = {seq for seq in closed if seq < target}
        self._wanted.clear()
        self.absent.clear()
        self._report()
        self._client.end_readout()
        if sum(seq not in self._have for seq in range(oldest, target)) > _MANY:
            self._client.speed_up()
        self._readout = self._client.begin_readout(self._take, self._not_given)
        if not self._began_s:
            self._began_s = self._stored_s = self._client.transport.now_s()

    def _want(self, seqs: range) -> None:
        assert self._readout is not None
        lacking = [seq for seq in seqs if seq not in self._have and seq not in self._wanted]
        self._wanted.update(lacking)
        self._readout.want(lacking)

    def _take(self, seq: int, raw: bytes) -> None:
        self._batch.append((seq, raw, seq < self._target))
        # The first one at once: who looks on sees that something comes.
        if len(self._batch) >= _BATCH or not self.new_pages:
            self._flush()

    def _not_given(self, seq: int) -> None:
        self.absent.add(seq)

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        self._store.add_pages(self._session, self._tag_id, batch, self._clock.now_ms())
        self._have.update(seq for seq, _, _ in batch)
        self.new_pages += len(batch)
        self._stored_s = self._client.transport.now_s()
        self._report()

    def _report(self) -> None:
        self._progress(len(self._have), self._target + 1)


def _check(oldest: int, target: int) -> None:
    if target - oldest >= _PAGES_MAX:
        raise TagRefused(
            f"The tag says that it has {target - oldest + 1} pages, more than any tag can hold.",
            "Run the command again with another cable; if it stays so, keep the tag as evidence.",
            messages.ERROR_RANGE,
        )
    if target >= _SEQ_END:
        raise TagRefused(
            f"The tag says that it is at page {target}: no flash lasts for so many.",
            "Run the command again with another cable; if it stays so, keep the tag as evidence.",
            messages.ERROR_RANGE,
        )
