"""A tag whose log is full is read out, fitted and removed all the same, or it is said why not; never for ever."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import Exit, LinkLost, TagFull
from ankletag.fitting import Order, fit, remove
from ankletag.store import Store
from ankletag.sync import Synced, sync
from ankletag.verify import Given, last_seal, verify_pages
from host.fakeline import Pipe
from host.faketag import FakeTag, TrueClock
from host.tagmaker import TagMaker, fitted
from provisioned import station
from tagproto import messages, records

QUICK_S = 0.02

Job = Callable[[Client, TrueClock], Synced]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.sqlite") as opened:
        yield opened


def with_free(free: int, maker: TagMaker | None = None) -> FakeTag:
    """A tag that has lived for two days and has so many pages left, with readings behind its last seal."""
    if maker is None:
        maker = fitted([0] * 3000)
        maker.live([0] * 100)
    tag = FakeTag(maker)
    tag.capacity = len(maker.closed) + free
    return tag


def do(tag: FakeTag, job: Job, bytes_left: int | None = None) -> Synced:
    with Client(Pipe(tag, bytes_left), station(), QUICK_S) as client:
        return job(client, TrueClock(maker=tag.maker))


def syncing(store: Store) -> Job:
    return lambda client, clock: sync(client, store, clock)


def whole(store: Store, maker: TagMaker) -> bool:
    given = Given((maker.programme.root.point,), store.documents())
    verified = verify_pages(store.pages(maker.tag_id), maker.public_key, maker.tag_id, given)
    return not verified.against and len(verified.windows) == maker.seal_count


@pytest.mark.parametrize("free", [0, 1, 4, 5])
def test_a_sync_makes_room_and_goes_on_as_usual(store: Store, free: int) -> None:
    tag = with_free(free)
    result = do(tag, syncing(store))
    assert result.absent == ()
    assert whole(store, tag.maker)
    # The last seal is this sync's own, and is acknowledged.
    assert result.seal_number == tag.maker.seal_count - 1
    assert tag.received == result.pages - 1
    assert store.last_nonce(tag.maker.tag_id) == result.nonce


def test_what_is_acknowledged_first_ends_in_the_last_seal(store: Store) -> None:
    tag = with_free(0)
    found = last_seal(tag.maker.raw_pages(), tag.maker.tag_id)
    assert found is not None
    assert (found.number, found.hash) == (tag.maker.seal_count - 1, tag.maker.previous)
    assert found.page < len(tag.maker.closed)
    do(tag, syncing(store))
    receipts = [
        record.values()
        for record in verify_pages(store.pages(tag.maker.tag_id)).records()
        if record.kind == records.RECEIPT
    ]
    # The second receipt lies behind the seal that it names.
    (first,) = receipts
    assert (first["page"], first["seal_number"], first["seal_hash"]) == (found.page, found.number, found.hash)


def test_the_time_is_known_as_exactly_as_in_any_sync(store: Store) -> None:
    """Reading a full log takes minutes, which must not lie between the nonce and the attestation."""
    tag = with_free(0)

    def second_a_page(kind: int, data: bytes) -> bytes:
        tag.maker.now_ms += 1000 if kind == messages.DATA else 0
        return data

    tag.garble = second_a_page
    do(tag, syncing(store))
    *_, attestation = [
        record for record in verify_pages(store.pages(tag.maker.tag_id)).records() if record.kind == records.ATTESTATION
    ]
    values = attestation.values()
    assert isinstance(values, dict)
    assert values["nonce_ticks"] == attestation.ticks


def test_a_tag_that_takes_the_attestation_but_no_seal(store: Store) -> None:
    tag = with_free(8)
    tag.leaves[messages.SEAL] = 10
    do(tag, syncing(store))
    assert tag.requests.count(messages.SEAL) == 2
    assert whole(store, tag.maker)


@pytest.mark.parametrize("free", [0, 4, 8])
def test_a_full_tag_is_removed(store: Store, free: int) -> None:
    tag = with_free(free)
    assert not do(tag, lambda client, clock: remove(client, store, clock)).fitted
    assert tag.requests.count(messages.ACKNOWLEDGE) >= 2
    assert whole(store, tag.maker)


@pytest.mark.parametrize("free", [0, 4, 8])
def test_a_full_tag_is_fitted_again(store: Store, free: int) -> None:
    maker = fitted([0] * 3000)
    maker.remove()
    tag = with_free(free, maker)
    assert do(tag, lambda client, clock: fit(client, store, clock, Order("A-2"))).fitted
    assert [fitting.order_text for fitting in store.fittings(maker.tag_id)] == ["A-2"]
    assert whole(store, maker)


def test_a_cut_anywhere_while_room_is_made_loses_nothing(store: Store) -> None:
    tag = with_free(0)
    cuts = 0
    while True:
        try:
            do(tag, syncing(store), 300 + 400 * cuts)
            break
        except LinkLost:
            cuts += 1
    assert cuts > 5
    assert whole(store, tag.maker)


def test_another_seal_is_asked_for_when_the_last_one_frees_nothing(store: Store) -> None:
    """Somebody kept attesting: no seal since the last acknowledge, and still room for one."""
    tag = with_free(40)
    do(tag, syncing(store))
    seals = tag.maker.seal_count
    while tag.free > 8:
        tag.maker.attest()
    tag.leaves[messages.ATTEST] = 10
    do(tag, syncing(store))
    assert tag.maker.seal_count == seals + 2
    assert whole(store, tag.maker)


def refused(tag: FakeTag, job: Job) -> str:
    """What a user reads. Everything that the tag gives is asked for once, and nothing for ever."""
    with pytest.raises(TagFull) as caught:
        do(tag, job)
    assert caught.value.exit_code == Exit.TAG_REFUSED
    assert caught.value.code == messages.ERROR_FLASH
    assert tag.requests.count(messages.ATTEST) <= 4
    assert tag.requests.count(messages.ACKNOWLEDGE) <= 3
    return str(caught.value)


@pytest.mark.parametrize("stays", [messages.ATTEST, messages.SEAL, messages.ACKNOWLEDGE])
def test_a_tag_that_stays_full_is_told_so_once(store: Store, stays: int) -> None:
    tag = with_free(0)
    tag.leaves[stays] = 1 << 21
    said = refused(tag, syncing(store))
    assert "still full" in said
    assert "exchange the tag" in said
    # The receipts came behind what was read, and may have filled a page.
    assert len(store.closed_pages(tag.maker.tag_id)) >= len(tag.maker.closed) - 1
    assert store.last_nonce(tag.maker.tag_id) is None


@pytest.mark.parametrize("kind", [messages.FIT, messages.REMOVE])
def test_a_tag_that_takes_no_change_is_told_so_once(store: Store, kind: int) -> None:
    maker = fitted([0] * 100)
    jobs: dict[int, Job] = {
        messages.FIT: lambda client, clock: fit(client, store, clock, Order("A-2")),
        messages.REMOVE: lambda client, clock: remove(client, store, clock),
    }
    if kind == messages.FIT:
        maker.remove()
    tag = with_free(40, maker)
    tag.leaves[kind] = 1 << 21
    assert "still full" in refused(tag, jobs[kind])
    assert tag.requests.count(kind) == 2
    assert store.fittings(maker.tag_id) == []


def test_a_full_tag_that_does_not_give_its_pages_frees_none(store: Store) -> None:
    tag = with_free(0)
    tag.hidden = set(range(3, 11))
    said = refused(tag, syncing(store))
    assert "did not give pages 3, 4, 5, 6, 7 and more" in said
    assert not tag.received
    assert len(store.closed_pages(tag.maker.tag_id)) == len(tag.maker.closed) - 8


def test_a_full_tag_with_nothing_to_free_is_to_be_exchanged(store: Store) -> None:
    tag = with_free(40)
    do(tag, syncing(store))
    while tag.free > 2:
        tag.maker.attest()
    acknowledged = tag.received
    said = refused(tag, syncing(store))
    assert "acknowledged every seal in it" in said
    assert "exchange the tag" in said
    assert tag.received == acknowledged


def test_a_seal_of_another_tag_is_not_the_last_one() -> None:
    maker = fitted([0] * 100)
    assert last_seal(maker.raw_pages(), bytes(8)) is None
    assert last_seal([], maker.tag_id) is None
