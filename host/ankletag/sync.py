"""Everything that the tag holds into the store: resumable, raw before parsed, acknowledged only when stored."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from tagproto import messages

from .client import Client, LinkCounts, Values, number, octets
from .errors import AnkletagError, TagRefused, TagSilent
from .models import station_id_of
from .stationclock import StationClock
from .store import Store

Progress = Callable[[int, int], None]
"""Called with (pages confirmed in the store, pages that the tag has)."""

_NONCE_SIZE = 16
# Pages to a transaction: a cut costs at most so many, and a commit is not paid for each.
_BATCH = 16
# A range that brings nothing over a clean line so many times: the tag does not have these pages, or is gone.
_FRUITLESS_MAX = 8
# Over a line that damages frames, a page may need many tries; a line on which nothing gets through ends it, too.
_FRUITLESS_NOISY_MAX = 200
# Attestations use up a nonce, so each try asks for a new one.
_ATTEST_TRIES = 4


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did. new_pages: contents fetched; pages: what the tag has; absent: pages that it did not give."""

    tag_id: bytes
    new_pages: int
    pages: int
    absent: tuple[int, ...]
    seal_number: int
    nonce: bytes
    key_differs: bool
    fitted: bool
    counts: LinkCounts


def attest(client: Client, hello: Values, clock: StationClock, station: str) -> None:
    """Give the tag the station's UTC; with a new nonce again when a try got lost."""
    for left in reversed(range(_ATTEST_TRIES)):
        try:
            client.attest(clock.now_ms(), octets(hello, "nonce"), station_id_of(station))
            return
        except (TagSilent, TagRefused) as error:
            if not left or (isinstance(error, TagRefused) and error.code != messages.ERROR_NONCE):
                raise
        hello = client.hello()


def sync(
    client: Client, store: Store, clock: StationClock, station: str, progress: Progress = lambda confirmed, total: None
) -> Synced:
    """Attest, seal, pull what the store lacks, acknowledge. After any error the next sync goes on from the store.

    Raises OtherVersion, TagRefused, TagSilent, LinkLost or StoreError.
    """
    hello = client.hello()
    tag_id = octets(hello, "tag_id")
    store.see_tag(tag_id, clock.now_ms())
    nonce = os.urandom(_NONCE_SIZE)
    session = store.begin_session(tag_id, clock.now_ms(), nonce)
    outcome = "stopped"
    try:
        attest(client, hello, clock, station)
        result = _Pull(client, store, clock, tag_id, session, progress).run(hello, nonce, station)
        outcome = "done"
    except AnkletagError as error:
        outcome = error.cause
        raise
    finally:
        store.end_session(session, clock.now_ms(), outcome)
    return result


class _Pull:
    def __init__(
        self, client: Client, store: Store, clock: StationClock, tag_id: bytes, session: int, progress: Progress
    ) -> None:
        self.client = client
        self.store = store
        self.clock = clock
        self.tag_id = tag_id
        self.session = session
        self.progress = progress
        self.have: set[int] = set()
        self.absent: set[int] = set()
        self.batch: list[tuple[int, bytes, bool]] = []
        self.new_pages = 0
        self.oldest = 0
        self.target = 0

    def run(self, hello: Values, nonce: bytes, station: str) -> Synced:
        sealed = self.client.seal(nonce)
        status = self.client.status()
        self.target = number(sealed, "open_page")
        self.oldest = number(status, "oldest_page")
        self.have = {seq for seq in self.store.closed_pages(self.tag_id) if seq < self.target}
        self._pull()
        if not self.absent and self._whole(number(status, "received_page")):
            seal_hash = octets(sealed, "seal_hash")
            number_ = number(sealed, "seal_number")
            self.client.acknowledge(self.target, number_, seal_hash, station_id_of(station))
        pinned = self.store.pinned_key(self.tag_id)
        key_differs = pinned is not None and octets(hello, "public_key") != pinned
        return Synced(
            self.tag_id,
            self.new_pages,
            self.target + 1,
            tuple(sorted(self.absent)),
            number(sealed, "seal_number"),
            nonce,
            key_differs,
            bool(number(status, "fitted")),
            self.client.counts,
        )

    def _pull(self) -> None:
        fruitless = noisy = 0
        self._report()
        while (wanted := self._next_range()) is not None:
            first, count = wanted
            before, bad = len(self.have), self.client.counts.bad
            try:
                reply = self.client.read_pages(first, count, self._take)
            finally:
                # Also when the line was cut in the middle: what came through is kept.
                self._flush()
            if len(self.have) > before:
                fruitless = noisy = 0
            elif self.client.counts.bad > bad:
                noisy += 1
            else:
                fruitless += 1
            if fruitless < _FRUITLESS_MAX and noisy < _FRUITLESS_NOISY_MAX:
                continue
            if reply is None:
                raise TagSilent(
                    f"The tag stopped answering; {len(self.have)} of {self.target + 1} pages are stored.",
                    "Nothing is lost: check the cable and run the command again, it goes on from there.",
                )
            self.absent.add(first)
            fruitless = noisy = 0

    def _next_range(self) -> tuple[int, int] | None:
        """(first, count) of the first pages that are not here yet, as many as one READ may ask for."""
        first = next(
            (seq for seq in range(self.oldest, self.target + 1) if seq not in self.have and seq not in self.absent),
            None,
        )
        if first is None:
            return None
        count = 1
        while count < messages.READ_PAGES_MAX and first + count <= self.target and first + count not in self.have:
            count += 1
        return first, count

    def _take(self, seq: int, raw: bytes) -> None:
        if seq in self.have or seq > self.target:
            return
        self.batch.append((seq, raw, seq < self.target))
        if len(self.batch) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        batch, self.batch = self.batch, []
        self.store.add_pages(self.session, self.tag_id, batch, self.clock.now_ms())
        for seq, _, _ in batch:
            self.have.add(seq)
            self.absent.discard(seq)
        self.new_pages += len(batch)
        if batch:
            self._report()

    def _report(self) -> None:
        self.progress(len(self.have), self.target + 1)

    def _whole(self, received: int) -> bool:
        """Whether the store has every page that no receipt covers yet: only then may the tag forget them."""
        return all(seq in self.have for seq in range(received, self.target + 1))
