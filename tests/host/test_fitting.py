"""Fit and remove: safe to do again after a cut, whatever reply got lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import EvidenceRefused, TagRefused, TagSilent
from ankletag.fitting import Order, fit, remove
from ankletag.store import Store
from ankletag.sync import Synced, sync
from ankletag.verify import Given, verify_pages
from host.fakeline import Pipe
from host.faketag import FakeTag, TrueClock
from host.tagmaker import TagMaker, fitted
from provisioned import station
from tagproto import messages, records

QUICK_S = 0.02


def read_out(store: Store, pipe: Pipe, progress: Callable[[int, int], None] = lambda confirmed, total: None) -> Synced:
    with Client(pipe, station(), QUICK_S) as client:
        return sync(client, store, TrueClock(maker=pipe.tag.maker), progress)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


def whole(store: Store, maker: TagMaker) -> bool:
    """Everything that the tag sealed is in the store and holds."""
    given = Given((maker.programme.root.point,), store.documents())
    verified = verify_pages(store.pages(maker.tag_id), maker.public_key, maker.tag_id, given)
    return not verified.against and len(verified.windows) == maker.seal_count


def records_of(store: Store, maker: TagMaker) -> list[records.Record]:
    return list(verify_pages(store.pages(maker.tag_id)).records())


@pytest.mark.parametrize("lost", [messages.FIT | messages.REPLY, messages.ATTEST | messages.REPLY])
def test_a_lost_reply_to_fit_or_attest_is_found_out(store: Store, lost: int) -> None:
    maker = TagMaker()
    maker.boot()
    tag = FakeTag(maker)
    dropped: list[int] = []

    def garble(kind: int, data: bytes) -> bytes:
        if kind == lost and not dropped:
            dropped.append(kind)
            return b""
        return data

    tag.garble = garble
    with Client(Pipe(tag), station(), QUICK_S) as client:
        assert fit(client, store, TrueClock(maker=maker), Order("A-1")).fitted
    assert dropped
    # The same frame came twice, and was carried out once.
    assert tag.requests.count(messages.FIT) == 1 + (lost == messages.FIT | messages.REPLY)
    assert sum(record.kind == records.FIT for record in records_of(store, maker)) == 1
    assert whole(store, maker)


def test_a_lost_reply_to_remove_is_found_out(store: Store) -> None:
    maker = fitted([0] * 3)
    tag = FakeTag(maker)
    tag.garble = lambda kind, data: b"" if kind == messages.REMOVE | messages.REPLY else data
    with Client(Pipe(tag), station(), QUICK_S) as client:
        assert not remove(client, store, TrueClock(maker=maker)).fitted
    assert whole(store, maker)


def test_a_remove_that_was_cut_can_be_run_again(store: Store) -> None:
    maker = TagMaker()
    maker.boot()
    tag = FakeTag(maker)
    with Client(Pipe(tag), station(), QUICK_S) as client:
        fit(client, store, TrueClock(maker=maker), Order("A-1"))
    # The tag is removed, then the line is gone: neither the reply nor a status comes through.
    tag.garble = lambda kind, data: b"" if messages.REMOVE in tag.requests else data
    with Client(Pipe(tag), station(), QUICK_S) as client, pytest.raises(TagSilent):
        remove(client, store, TrueClock(maker=maker))
    assert not maker.fitted
    assert store.fittings(maker.tag_id)[0].removed_utc_ms is None
    tag.garble = lambda kind, data: data
    with Client(Pipe(tag), station(), QUICK_S) as client:
        assert not remove(client, store, TrueClock(maker=maker)).fitted
    assert store.fittings(maker.tag_id)[0].removed_utc_ms is not None
    assert whole(store, maker)


def test_fit_again_for_the_same_order_goes_on_and_for_another_is_refused(store: Store) -> None:
    maker = TagMaker()
    maker.boot()
    tag = FakeTag(maker)
    for _ in range(2):
        with Client(Pipe(tag), station(), QUICK_S) as client:
            fit(client, store, TrueClock(maker=maker), Order("A-1"))
    assert len(store.fittings(maker.tag_id)) == 1
    with Client(Pipe(tag), station(), QUICK_S) as client, pytest.raises(TagRefused, match="already fitted"):
        fit(client, store, TrueClock(maker=maker), Order("A-2"))
    with Client(Pipe(tag), station(), QUICK_S) as client:
        remove(client, store, TrueClock(maker=maker))
    assert store.fittings(maker.tag_id)[0].removed_utc_ms is not None
    with Client(Pipe(tag), station(), QUICK_S) as client, pytest.raises(TagRefused, match="not fitted"):
        remove(client, store, TrueClock(maker=maker))


def test_a_tag_with_another_key_is_not_fitted_and_its_sync_is_marked(store: Store) -> None:
    maker = fitted([0] * 3)
    store.see_tag(maker.tag_id, 0)
    store.pin_key(maker.tag_id, b"\1" * 64)
    with (
        Client(Pipe(FakeTag(maker)), station(), QUICK_S) as client,
        pytest.raises(EvidenceRefused, match="another key"),
    ):
        fit(client, store, TrueClock(maker=maker), Order("A-1"))
    assert read_out(store, Pipe(FakeTag(maker))).key_differs
