"""Everything that the tag holds into the store: resumable, raw before parsed, acknowledged only when stored."""

import os
from dataclasses import dataclass

from tagproto import messages

from .client import Client, LinkCounts, Values, number, octets
from .errors import AnkletagError, TagRefused, TagSilent
from .models import station_id_of
from .pull import Progress, Pull
from .room import is_full, make_room, still_full
from .stationclock import StationClock
from .store import Store

_NONCE_SIZE = 16
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

    A tag that is too full for an attestation or a seal is first told what the store has of it, once.
    Raises OtherVersion, TagRefused, TagFull, TagSilent, LinkLost or StoreError.
    """
    hello = client.hello()
    tag_id = octets(hello, "tag_id")
    store.see_tag(tag_id, clock.now_ms())
    nonce = os.urandom(_NONCE_SIZE)
    session = store.begin_session(tag_id, clock.now_ms(), nonce)
    pull = Pull(client, store, clock, tag_id, session, progress)
    outcome = "stopped"
    try:
        result = _Session(client, store, clock, station, hello, nonce, pull).run()
        outcome = "done"
    except AnkletagError as error:
        outcome = error.cause
        raise
    finally:
        store.end_session(session, clock.now_ms(), outcome)
    return result


@dataclass(frozen=True, slots=True)
class _Session:
    client: Client
    store: Store
    clock: StationClock
    station: str
    hello: Values
    nonce: bytes
    pull: Pull

    @property
    def tag_id(self) -> bytes:
        return octets(self.hello, "tag_id")

    def run(self) -> Synced:
        try:
            sealed = self._attest_and_seal(self.hello)
        except TagRefused as error:
            if not is_full(error):
                raise
            return self._run_full()
        return self._pull_and_acknowledge(sealed)

    def _run_full(self) -> Synced:
        try:
            make_room(self.client, self.store, self.tag_id, self.pull, self.nonce, self.station)
            # A new nonce: what lies between it and the attestation's record is how exactly the time is known.
            return self._pull_and_acknowledge(self._attest_and_seal(self.client.hello()))
        except TagRefused as error:
            # Once only: what was acknowledged now, another try could not free again.
            if not is_full(error):
                raise
            raise still_full() from error

    def _attest_and_seal(self, hello: Values) -> Values:
        attest(self.client, hello, self.clock, self.station)
        return self.client.seal(self.nonce)

    def _pull_and_acknowledge(self, sealed: Values) -> Synced:
        status = self.client.status()
        target = number(sealed, "open_page")
        pull = self.pull
        pull.run(number(status, "oldest_page"), target)
        # The tag may forget only what is here: every page that no receipt covers yet.
        if not pull.absent and not pull.missing(number(status, "received_page"), target + 1):
            seal_hash, station_id = octets(sealed, "seal_hash"), station_id_of(self.station)
            self.client.acknowledge(target, number(sealed, "seal_number"), seal_hash, station_id)
        pinned = self.store.pinned_key(self.tag_id)
        return Synced(
            self.tag_id,
            pull.new_pages,
            target + 1,
            tuple(sorted(pull.absent)),
            number(sealed, "seal_number"),
            self.nonce,
            pinned is not None and octets(self.hello, "public_key") != pinned,
            bool(number(status, "fitted")),
            self.client.counts,
        )
