"""What a tag refuses, what a station does about it, and what a user reads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import TagRefused
from ankletag.fitting import Order, configure, fit, remove
from ankletag.models import Pace
from ankletag.store import Store
from ankletag.sync import sync
from host.fakeline import Pipe
from host.faketag import FakeTag, TrueClock
from host.tagmaker import fitted
from programme import Programme
from provisioned import Carrier, station
from tagproto import messages

QUICK_S = 0.02
HERE = Programme()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.sqlite") as opened:
        yield opened


def talk(tag: FakeTag, signer: Carrier | None = None) -> Client:
    return Client(Pipe(tag), signer or station(), QUICK_S)


def clock(tag: FakeTag) -> TrueClock:
    return TrueClock(maker=tag.maker)


def ask(tag: FakeTag, kind: int, values: dict) -> int:
    """Send one request as it is, from an attacker's own client; the error code, 0 for none."""
    with Client(Pipe(tag), station(), QUICK_S) as client:
        try:
            client._exchange.ask(kind, values, QUICK_S)
        except TagRefused as error:
            return error.code
    return 0


def command(tag: FakeTag, kind: int, values: dict, tag_id: bytes = b"") -> dict:
    """A request with the tag's present nonce, signed by the station that it knows."""
    return HERE.station.command(kind, tag_id or tag.maker.tag_id, tag.gate.nonce, values)


@pytest.fixture
def tag() -> FakeTag:
    """Fitted, and the station has been presented."""
    made = FakeTag(fitted([0] * 3))
    with talk(made) as client:
        client.introduce()
    return made


def test_a_request_that_was_recorded_on_the_line_is_refused_when_it_is_played_again(tag: FakeTag) -> None:
    request = command(tag, messages.REMOVE, {"reason": 1})
    assert ask(tag, messages.REMOVE, request) == 0
    recorded = tag.maker.coder.number
    # At once it is what a station sends whose reply was lost: it is told the same again, and nothing is done.
    assert ask(tag, messages.REMOVE, request) == 0
    assert tag.maker.coder.number == recorded
    with talk(tag) as client:
        client.open(1)
    for _ in range(3):
        assert ask(tag, messages.REMOVE, request) == messages.ERROR_NONCE
    assert tag.maker.coder.number == recorded


def test_a_nonce_is_used_up_by_the_first_request_that_names_it(tag: FakeTag) -> None:
    good = command(tag, messages.REMOVE, {"reason": 1})
    bad = {**good, "signature": bytes(64)}
    assert ask(tag, messages.REMOVE, bad) == messages.ERROR_SIGNATURE
    assert ask(tag, messages.REMOVE, good) == messages.ERROR_NONCE
    assert tag.maker.fitted


def test_a_signature_is_good_for_one_tag_one_command_and_one_content(tag: FakeTag) -> None:
    def refused(kind: int, request: dict) -> None:
        assert ask(tag, kind, request) == messages.ERROR_SIGNATURE
        with talk(tag) as client:
            client.hello()

    refused(messages.REMOVE, command(tag, messages.REMOVE, {"reason": 1}, b"other-id"))
    refused(messages.REMOVE, {**command(tag, messages.OPEN, {"scope": 1}), "reason": 1})
    refused(messages.REMOVE, {**command(tag, messages.REMOVE, {"reason": 1}), "reason": 2})
    assert tag.maker.fitted


def test_a_stale_nonce_is_refused_and_the_client_signs_anew(tag: FakeTag, store: Store) -> None:
    request = command(tag, messages.REMOVE, {"reason": 1})
    tag.maker.now_ms += messages.NONCE_LIFE_MS + 1
    assert ask(tag, messages.REMOVE, request) == messages.ERROR_STALE

    def slow(kind: int, values: dict) -> dict:
        # Once only: five minutes between the nonce and the first request that is signed with it.
        if kind == messages.ATTEST and not tag.refused:
            tag.maker.now_ms += messages.NONCE_LIFE_MS + 1
        return values

    tag.refused.clear()
    tag.meddle = slow
    with talk(tag) as client:
        assert sync(client, store, clock(tag)).unacknowledged == ""
    assert tag.refused == [(messages.ATTEST, messages.ERROR_STALE)]


def test_a_tag_that_restarts_in_a_session_is_introduced_again(tag: FakeTag, store: Store) -> None:
    def restart(kind: int, values: dict) -> dict:
        if kind == messages.SEAL and tag.maker.boot_number == 0:
            tag.restart()
        return values

    tag.meddle = restart
    with talk(tag) as client:
        result = sync(client, store, clock(tag))
    assert result.unacknowledged == ""
    assert {code for _, code in tag.refused} == {
        messages.ERROR_NONCE,
        messages.ERROR_CERTIFICATE,
        # The restart has closed the read-out, too.
        messages.ERROR_RIGHT,
    }


def test_a_read_out_that_was_not_opened_or_not_lately_is_refused(tag: FakeTag) -> None:
    with talk(tag) as client:
        with pytest.raises(TagRefused) as caught:
            client.read_pages(range(9))
        assert caught.value.code == messages.ERROR_RIGHT
        client.introduce()
        client.open(1)
        tag.maker.now_ms += messages.OPEN_LIFE_MS + 1
        # The client opens it again.
        assert client.read_pages(range(9))
    # The nonce had grown old, too.
    right, stale = (messages.READ, messages.ERROR_RIGHT), (messages.OPEN, messages.ERROR_STALE)
    assert tag.refused == [right, right, stale]


def test_a_station_may_not_open_what_lies_before_the_order(tag: FakeTag) -> None:
    with talk(tag) as client, pytest.raises(TagRefused, match="authority read") as caught:
        client.open(2)
    assert caught.value.code == messages.ERROR_RIGHT


def test_a_new_order_waits_for_the_receipt_of_the_one_before(store: Store) -> None:
    made = FakeTag(fitted([0] * 600))
    made.hidden = {2}
    with talk(made) as client:
        assert remove(client, store, clock(made)).unacknowledged
    with talk(made) as client, pytest.raises(TagRefused, match="not receipted") as caught:
        fit(client, store, clock(made), Order("A-2"))
    assert caught.value.code == messages.ERROR_RECEIPT
    assert "ankletag sync" in caught.value.action
    made.hidden = set()
    with talk(made) as client:
        sync(client, store, clock(made))
        assert fit(client, store, clock(made), Order("A-2")).fitted
    assert made.order_page > 2


def test_the_pace_is_changed_for_a_fitted_tag_only(store: Store, tag: FakeTag) -> None:
    with talk(tag) as client:
        now = configure(client, store, clock(tag), Pace(300, 3600, 3, 600)).in_force
    assert now is not None
    assert now.pace == Pace(300, 3600, 3, 600)
    tag.maker.remove()
    with talk(tag) as client, pytest.raises(TagRefused, match="not fitted"):
        configure(client, store, clock(tag), Pace(60, 3600))
