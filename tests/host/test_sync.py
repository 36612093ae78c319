"""Reading a tag out: whatever the line does, the store ends with every page, and nothing is acknowledged before."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ankletag.client import Client
from ankletag.errors import AnkletagError, LinkLost, TagRefused, TagSilent
from ankletag.fitting import Order, fit
from ankletag.store import Store
from ankletag.sync import Synced, sync
from ankletag.transport import open_port
from ankletag.verify import Given, verify_pages
from host.fakeline import Pipe, TerminalTag
from host.faketag import FakeTag, TrueClock
from host.tagmaker import TagMaker, fitted
from provisioned import station
from tagproto import frames, messages

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


def test_over_a_real_terminal(store: Store) -> None:
    maker = TagMaker()
    maker.boot()
    with TerminalTag(FakeTag(maker)) as terminal:
        with Client(open_port(terminal.port), station()) as client:
            fit(client, store, TrueClock(maker=maker), Order("A-1", subject="S-9"))
        maker.live([0] * 2000)
        seen: list[tuple[int, int]] = []
        with Client(open_port(terminal.port), station()) as client:
            result = sync(
                client, store, TrueClock(maker=maker), lambda confirmed, total: seen.append((confirmed, total))
            )
            assert client.log().startswith("boot 0")
    assert result.fitted
    assert seen[-1] == (result.pages, result.pages)
    assert [confirmed for confirmed, _ in seen] == sorted(confirmed for confirmed, _ in seen)
    assert store.pinned_key(maker.tag_id) == maker.public_key
    assert whole(store, maker)
    (fitted_,) = store.fittings(maker.tag_id)
    assert (fitted_.order_text, fitted_.subject) == ("A-1", "S-9")


def test_a_second_sync_fetches_only_what_is_new(store: Store) -> None:
    maker = fitted([0] * 3000)
    tag = FakeTag(maker)
    first = read_out(store, Pipe(tag))
    second = read_out(store, Pipe(tag))
    assert first.new_pages == first.pages
    assert second.new_pages <= 3
    assert tag.received == second.pages - 1


@given(bytes_left=st.integers(1, 9_000), piece=st.integers(1, 600))
@settings(max_examples=15)
def test_a_cut_anywhere_loses_nothing(tmp_path_factory: pytest.TempPathFactory, bytes_left: int, piece: int) -> None:
    maker = fitted([0] * 1200)
    tag = FakeTag(maker)
    store = Store(tmp_path_factory.mktemp("cut") / "store.sqlite")
    cuts = 0
    kept = 0
    while True:
        try:
            # Each time the line lasts a little longer, so that the exchange before the pages comes through at last.
            read_out(store, Pipe(tag, bytes_left + 700 * cuts, piece))
            break
        except LinkLost:
            cuts += 1
            now = len(store.pages(maker.tag_id))
            assert now >= kept
            kept = now
            # The cut may have taken no more than the reply to the receipt.
            assert not tag.received or whole(store, maker)
    assert whole(store, maker)
    store.close()


def test_what_came_through_before_a_cut_is_not_fetched_again(store: Store) -> None:
    maker = fitted([0] * 3000)
    tag = FakeTag(maker)
    with pytest.raises(LinkLost):
        read_out(store, Pipe(tag, 6000, 64))
    kept = len(store.closed_pages(maker.tag_id))
    assert kept > 10
    result = read_out(store, Pipe(tag))
    assert result.new_pages == result.pages - kept


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.25))
@settings(max_examples=12)
@pytest.mark.slow
def test_a_bad_line_only_costs_time(tmp_path_factory: pytest.TempPathFactory, seed: int, rate: float) -> None:
    """Frames damaged, lost, doubled, with garbage between them."""
    chance = random.Random(seed)
    maker = fitted([0] * 1200)
    tag = FakeTag(maker)
    late: list[bytes] = []

    def garble(kind: int, data: bytes) -> bytes:
        roll = chance.random()
        if kind not in (messages.DATA, messages.READ | messages.REPLY) or roll >= rate:
            return data
        which = chance.randrange(5)
        if which == 0:
            return b""
        if which == 1:
            at = chance.randrange(len(data) - 1)
            return data[:at] + bytes((data[at] ^ 0x40,)) + data[at + 1 :]
        if which == 2:
            return data + data
        if which == 3:
            late.append(data)
            return late.pop(0) if len(late) > 1 else b""
        return chance.randbytes(20) + b"\0" + data

    tag.garble = garble
    store = Store(tmp_path_factory.mktemp("bad") / "store.sqlite")
    for _ in range(20):
        try:
            read_out(store, Pipe(tag))
            break
        except TagSilent:
            continue
    assert whole(store, maker)
    store.close()


def test_pages_that_the_tag_does_not_give_are_named_and_nothing_is_acknowledged(store: Store) -> None:
    maker = fitted([0] * 1200)
    tag = FakeTag(maker)
    tag.hidden = {3, 4}
    result = read_out(store, Pipe(tag))
    assert result.absent == (3, 4)
    assert messages.ACKNOWLEDGE not in tag.requests
    tag.hidden = set()
    assert read_out(store, Pipe(tag)).absent == ()
    assert whole(store, maker)


def test_what_another_station_has_receipted_is_not_waited_for(store: Store, tmp_path: Path) -> None:
    maker = fitted([0] * 1200)
    tag = FakeTag(maker)
    read_out(Store(tmp_path / "other.sqlite"), Pipe(tag))
    tag.oldest = 3
    maker.live([0] * 1200)
    before = tag.received
    result = read_out(store, Pipe(tag))
    assert result.absent == ()
    assert tag.received > before
    assert min(store.closed_pages(maker.tag_id)) == 3


def test_the_seal_carries_our_nonce(store: Store) -> None:
    maker = fitted([0] * 10)
    result = read_out(store, Pipe(FakeTag(maker)))
    verified = verify_pages(store.pages(maker.tag_id), maker.public_key)
    assert verified.nonce_sealed(result.nonce)
    assert store.last_nonce(maker.tag_id) == result.nonce


def test_a_session_says_how_it_ended(store: Store) -> None:
    maker = fitted([0] * 1200)
    tag = FakeTag(maker)
    with pytest.raises(AnkletagError):
        read_out(store, Pipe(tag, 3000))
    assert store.last_nonce(maker.tag_id) is None
    read_out(store, Pipe(tag))
    assert store.last_nonce(maker.tag_id) is not None


def test_nothing_is_acknowledged_while_pages_are_gone_that_nobody_has_read(store: Store) -> None:
    maker = fitted([0] * 1200)
    tag = FakeTag(maker)
    tag.oldest = 3
    assert read_out(store, Pipe(tag)).absent == ()
    assert messages.ACKNOWLEDGE not in tag.requests


@pytest.mark.parametrize("pages", [0xFFFFFFFF, 50_000])
def test_a_tag_that_makes_up_pages_does_not_keep_the_station_for_ever(store: Store, pages: int) -> None:
    maker = fitted([0] * 100)
    tag = FakeTag(maker)

    def boast(kind: int, data: bytes) -> bytes:
        if kind != messages.SEAL | messages.REPLY:
            return data
        (frame,) = frames.Decoder(frames.DATA_BODY_MAX).feed(data)
        assert isinstance(frame, frames.Frame)
        values = messages.decode(kind, frame.body)
        assert isinstance(values, dict)
        return frames.encode(kind, frame.request_id, messages.encode(kind, {**values, "open_page": pages}))

    tag.garble = boast
    if pages > 1 << 30:
        with pytest.raises(TagRefused, match="more than any tag can hold"):
            read_out(store, Pipe(tag))
        return
    result = read_out(store, Pipe(tag))
    assert len(result.absent) > 40_000
    assert result.unacknowledged
