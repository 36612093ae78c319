"""Somebody on the cable who changes what goes by, checksums and all: he may stop a session, but not change it."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import AnkletagError
from ankletag.fitting import Order, fit, remove
from ankletag.models import Pace, order_id_of
from ankletag.store import Store
from ankletag.sync import Synced, sync
from ankletag.verify import Given, verify_pages
from host.fakeline import Pipe
from host.faketag import FakeTag, TrueClock
from host.tagmaker import TagMaker, fitted
from provisioned import station
from tagproto import frames, messages, pages

QUICK_S = 0.02
ORDER_ID = order_id_of("A-1")

Change = Callable[[int, dict], "dict | None"]


def changed(value: int | bytes, draw: random.Random) -> int | bytes:
    """Another value of the same kind that still fits its field."""
    if isinstance(value, int):
        return draw.choice([value ^ 1, value + 1, 0, 1, 200])
    if not value:
        return b"\0"
    at = draw.randrange(len(value))
    return draw.choice([value[:at] + bytes((value[at] ^ 1 << draw.randrange(8),)) + value[at + 1 :], bytes(len(value))])


def one_field(kind: int, name: str, draw: random.Random) -> Change:
    """Changes one field of every message of a kind; of a page, now and then, and repairs its checksum."""

    def change(found: int, values: dict) -> dict:
        if found != kind or (kind == messages.DATA and draw.random() > 0.2):
            return values
        values = {**values, name: changed(values[name], draw)}
        if (kind, name) == (messages.DATA, "data"):
            values["data"] = b"".join(map(closed, whole_pages(values["data"])))
        return values

    return change


def whole_pages(data: bytes) -> list[bytes]:
    """What a frame holds, when it is of whole pages."""
    return [data[at : at + pages.PAGE_SIZE] for at in range(0, len(data), pages.PAGE_SIZE)]


def closed(raw: bytes) -> bytes:
    """A page with the checksum that belongs to it."""
    page = bytearray(raw)
    if len(page) == pages.PAGE_SIZE:
        pages.close(page)
    return bytes(page)


def on_replies(change: Change) -> Callable[[int, bytes], bytes]:
    """The same for what the tag sends."""

    def garble(kind: int, data: bytes) -> bytes:
        (frame,) = frames.Decoder(frames.DATA_BODY_MAX).feed(data)
        assert isinstance(frame, frames.Frame)
        values = messages.decode(kind, frame.body)
        assert isinstance(values, dict)
        made = change(kind, values)
        try:
            return b"" if made is None else frames.encode(kind, frame.request_id, messages.encode(kind, made))
        except ValueError:
            return data

    return garble


def attempt(tag: FakeTag, store: Store, job: Callable[[Client, TrueClock], Synced]) -> Synced | None:
    """What a station has, None where the session was stopped."""
    with Client(Pipe(tag), station(), QUICK_S) as client:
        try:
            return job(client, TrueClock(maker=tag.maker))
        except AnkletagError:
            return None


def check(tag: FakeTag, store: Store, done: Synced | None) -> None:
    """The tag's own log is as honest as ever; what it may forget is stored, bit by bit."""
    maker = tag.maker
    verified = verify_pages(
        maker.raw_pages(), maker.public_key, maker.tag_id, Given((maker.programme.root.point,), maker.documents)
    )
    assert verified.against == []
    stored = set(store.pages(maker.tag_id)) if maker.tag_id in store.tag_ids() else set()
    assert set(maker.closed[: tag.received]) <= stored
    if done is not None and not done.unacknowledged:
        assert done.seal_number <= maker.seal_count


def fields_of(table: dict) -> list[tuple[int, str]]:
    return [(kind, name) for kind, spec in table.items() for name, _ in spec if name != "text"]


REPLIED = [
    *((kind | messages.REPLY, name) for kind, name in fields_of(messages.REPLIES)),
    (messages.DATA, "address"),
    (messages.DATA, "data"),
]
# What a sync, a fit and a removal send and get.
ASKED = [kind for kind in messages.REQUESTS if kind not in (messages.LOG, messages.CONFIGURE)]
SENT = [(kind, name) for kind, name in fields_of(messages.REQUESTS) if kind in ASKED]


def name_of(case: object) -> str:
    return case if isinstance(case, str) else f"{case:#04x}"


@pytest.mark.parametrize(("kind", "name"), REPLIED, ids=name_of)
def test_a_reply_that_was_changed_harms_no_read_out(tmp_path: Path, kind: int, name: str) -> None:
    draw = random.Random(f"{kind} {name}")
    with Store(tmp_path / "store.sqlite") as store:
        tag = FakeTag(fitted([0] * 1200))
        tag.garble = on_replies(one_field(kind, name, draw))
        for _ in range(2):
            check(tag, store, attempt(tag, store, lambda client, clock: sync(client, store, clock)))
            tag.maker.live([0] * 30)


@pytest.mark.parametrize(("kind", "name"), SENT, ids=name_of)
def test_a_request_that_was_changed_does_nothing_else(tmp_path: Path, kind: int, name: str) -> None:
    draw = random.Random(f"{kind} {name}")
    with Store(tmp_path / "store.sqlite") as store:
        maker = TagMaker()
        maker.boot()
        maker.provision()
        tag = FakeTag(maker)
        tag.meddle = one_field(kind, name, draw)
        done = attempt(tag, store, lambda client, clock: fit(client, store, clock, Order("A-1", Pace(60, 3600))))
        check(tag, store, done)
        # Nothing but what the station signed: this order at this pace, or none.
        assert (maker.order_id, maker.config["seal_interval_s"]) in ((ORDER_ID, 3600), (bytes(16), 21600))
        assert done is None or maker.fitted
        done = attempt(tag, store, lambda client, clock: remove(client, store, clock))
        check(tag, store, done)
        assert done is None or not maker.fitted


@pytest.mark.parametrize("kind", [messages.FIT, messages.REMOVE])
def test_a_fit_or_removal_that_only_the_line_has_answered_is_found_out(tmp_path: Path, kind: int) -> None:
    """The request never reaches the tag; its reply, and every status behind it, are made up."""
    with Store(tmp_path / "store.sqlite") as store:
        maker = fitted([0] * 3) if kind == messages.REMOVE else TagMaker()
        if kind == messages.FIT:
            maker.boot()
            maker.provision()
        tag = FakeTag(maker)
        tag.meddle = lambda found, values: None if found == kind else values

        def lie(found: int, values: dict) -> dict:
            if found == messages.STATUS | messages.REPLY:
                return {**values, "fitted": int(kind == messages.FIT), "order_id": ORDER_ID}
            return values

        tag.garble = on_replies(lie)
        jobs: dict[int, Callable[[Client, TrueClock], Synced]] = {
            messages.FIT: lambda client, clock: fit(client, store, clock, Order("A-1")),
            messages.REMOVE: lambda client, clock: remove(client, store, clock),
        }
        with Client(Pipe(tag), station(), QUICK_S) as client, pytest.raises(AnkletagError, match="sealed log"):
            jobs[kind](client, TrueClock(maker=maker))


def test_pages_that_are_hidden_and_said_to_be_receipted_are_not_freed(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        tag = FakeTag(fitted([0] * 3000))
        open_page = len(tag.maker.closed)

        def lie(found: int, values: dict) -> dict:
            if found == messages.STATUS | messages.REPLY:
                return {**values, "received_page": open_page, "oldest_page": open_page - 5, "order_page": open_page - 5}
            return values

        tag.garble = on_replies(lie)
        done = attempt(tag, store, lambda client, clock: sync(client, store, clock))
        assert done is not None
        assert done.unacknowledged
        assert tag.received == 0
        # Without him all of it is read and receipted.
        tag.garble = lambda kind, data: data
        done = attempt(tag, store, lambda client, clock: sync(client, store, clock))
        assert done is not None
        assert not done.unacknowledged
        check(tag, store, done)


def pair() -> tuple[TagMaker, TagMaker]:
    """Two logs with the same keys and of the same size, that differ in one record of the second window and so in every
    seal from there on."""
    makers = fitted([0] * 3), fitted([0] * 3)
    for maker, edges in zip(makers, (1, 2), strict=True):
        maker.strap(True, edges)
        maker.live([0] * 1500)
    assert len(makers[0].closed) == len(makers[1].closed) > 10
    return makers


@pytest.mark.parametrize("until", [1000, 6], ids=["all pages", "the first pages"])
@pytest.mark.parametrize("hash_too", [False, True], ids=["as sealed", "and the seal's hash"])
def test_pages_that_somebody_with_the_keys_has_made_are_not_acknowledged(
    tmp_path: Path, until: int, hash_too: bool
) -> None:
    genuine, made_up = pair()
    with Store(tmp_path / "store.sqlite") as store:
        tag = FakeTag(genuine)

        def exchange(found: int, values: dict) -> dict:
            if found == messages.SEAL | messages.REPLY:
                made_up.attest()
                forged = made_up.seal(nonce=bytes(16))
                return {**values, "seal_hash": forged.hash()} if hash_too else values
            if found == messages.DATA:
                first, there = values["address"] // messages.UNITS_PER_PAGE, whole_pages(values["data"])
                forged_pages = made_up.raw_pages()[first : min(first + len(there), until)]
                return {**values, "data": b"".join(forged_pages + there[len(forged_pages) :])}
            return values

        tag.garble = on_replies(exchange)
        done = attempt(tag, store, lambda client, clock: sync(client, store, clock))
        assert done is None or done.unacknowledged
        assert tag.received == 0


def test_a_tag_that_was_put_back_is_told_and_all_of_it_is_kept(tmp_path: Path) -> None:
    """The same tag with an older flash: it has lived on from there, with other keys."""
    with Store(tmp_path / "store.sqlite") as store:
        maker, clone = fitted([0] * 1200), fitted([0] * 1200)
        maker.live([0] * 3000)
        done = attempt(FakeTag(maker), store, lambda client, clock: sync(client, store, clock))
        assert done is not None
        assert store.witnesses(maker.tag_id) == [(done.seal_number, done.seal_hash)]
        clone.live([30_000] * 300)
        put_back = FakeTag(clone)
        found = attempt(put_back, store, lambda client, clock: sync(client, store, clock))
        assert found is not None
        assert found.behind
        assert found.unacknowledged
        assert put_back.received == 0
        assert set(clone.raw_pages()[:-1]) <= set(store.pages(maker.tag_id))
        assert store.witnesses(maker.tag_id) == [(done.seal_number, done.seal_hash)]
        verified = verify_pages(store.pages(maker.tag_id), maker.public_key, maker.tag_id)
        assert "page-differs" in {finding.code for finding in verified.against}
