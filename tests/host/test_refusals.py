"""What a tag refuses, what a station does about it, and what a user reads."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.client import Client, number, octets
from ankletag.errors import EvidenceRefused, TagRefused
from ankletag.fitting import Order, configure, fit, remove
from ankletag.store import Store
from ankletag.sync import sync
from ankletag.trust import certify_region, make_root, succeed_root
from ankletag.verify import verify_pages
from host.fakeline import Pipe
from host.faketag import FakeTag, TrueClock
from host.tagmaker import TagMaker, fitted
from programme import BEGIN_S, END_S, Programme, key
from provisioned import Carrier, station
from tagproto import messages, records

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
    assert [code for _, code in tag.refused] == [
        messages.ERROR_NONCE,
        messages.ERROR_CERTIFICATE,
        # The restart has closed the read-out, too.
        messages.ERROR_RIGHT,
    ]


def test_a_read_out_that_was_not_opened_or_not_lately_is_refused(tag: FakeTag) -> None:
    pages: dict[int, bytes] = {}
    with talk(tag) as client:
        with pytest.raises(TagRefused) as caught:
            client.read_pages(0, 9, pages.__setitem__)
        assert caught.value.code == messages.ERROR_RIGHT
        client.introduce()
        client.open(1)
        tag.maker.now_ms += messages.OPEN_LIFE_MS + 1
        # The client opens it again.
        client.read_pages(0, 9, pages.__setitem__)
    assert pages
    # The nonce had grown old, too.
    right, stale = (messages.READ, messages.ERROR_RIGHT), (messages.OPEN, messages.ERROR_STALE)
    assert tag.refused == [right, right, stale]


def test_a_station_may_not_open_what_lies_before_the_order(tag: FakeTag) -> None:
    with talk(tag) as client, pytest.raises(TagRefused, match="authority read") as caught:
        client.open(2)
    assert caught.value.code == messages.ERROR_RIGHT


@pytest.mark.parametrize("revoked", ["the station", "its region", "its generation"])
def test_a_station_that_was_called_back_is_refused_once_another_one_has_brought_the_list(revoked: str) -> None:
    made = FakeTag(fitted([0] * 3))
    other = key(7)
    lists = {
        "the station": HERE.list_document(1, revoked={other.key_id: BEGIN_S}),
        "its region": HERE.list_document(1, revoked={HERE.region.key_id: BEGIN_S}),
        "its generation": HERE.list_document(1, minimum=2),
    }
    lost = Carrier(other, HERE.root.point, [*HERE.chain[:2], HERE.certify(other, "Lost laptop")])
    with talk(made, lost) as client:
        client.introduce()
        client.seal(bytes(16))
    newer = Carrier(HERE.station, HERE.root.point, [*HERE.chain, lists[revoked]])
    with talk(made, newer) as client, contextlib.ExitStack() as expected:
        if revoked != "the station":
            # Its own certificates are of the region, or the generation, that went.
            expected.enter_context(pytest.raises(TagRefused, match="called back"))
        client.introduce()
    assert made.gate.list_number == 1
    with talk(made, lost) as client, pytest.raises(TagRefused, match="called back") as caught:
        client.introduce()
    assert caught.value.code == messages.ERROR_REVOKED


def test_a_station_without_a_certificate_is_refused(tag: FakeTag) -> None:
    nobody = Carrier(key(8), HERE.root.point, HERE.chain)
    with talk(tag, nobody) as client, pytest.raises(TagRefused, match="station show") as caught:
        client.seal(bytes(16))
    assert caught.value.code == messages.ERROR_CERTIFICATE


def test_a_tag_of_another_programme_or_of_none_is_told_apart(store: Store) -> None:
    stranger = Programme(2)
    maker = TagMaker(programme=stranger)
    maker.boot()
    for provisioned, said in ((True, "another programme"), (False, "ankletag provision")):
        made = FakeTag(maker, provisioned=provisioned)
        with talk(made) as client, pytest.raises(TagRefused, match=said):
            sync(client, store, clock(made))
        assert set(made.requests) == {messages.HELLO}


def test_a_tag_without_a_certificate_or_with_another_ones_is_not_fitted(store: Store) -> None:
    maker = TagMaker()
    maker.boot()
    made = FakeTag(maker)
    for certificate, kind, said in (
        (b"", TagRefused, "Provision it first"),
        (HERE.tag_document(maker.tag_id, key(9).point[1:] + bytes(32)), EvidenceRefused, "not for the key"),
    ):
        made.gate.certificates[0] = certificate
        with talk(made) as client, pytest.raises(kind, match=said):
            fit(client, store, clock(made), Order("A-1"))
    assert not maker.fitted
    assert store.pinned_key(maker.tag_id) is None


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
        now = configure(client, store, clock(tag), 300, 3600).in_force
    assert now is not None
    assert (now.cadence_s, now.seal_interval_s) == (300, 3600)
    tag.maker.remove()
    with talk(tag) as client, pytest.raises(TagRefused, match="not fitted"):
        configure(client, store, clock(tag), 60, 3600)


def rotated() -> tuple[Carrier, list[bytes]]:
    """The station behind two rotations, and the documents that lead there from the first root."""
    roots = [HERE.root, key(11), key(12)]
    steps = [succeed_root(roots[n], roots[n + 1], "next", BEGIN_S, n + 2) for n in (0, 1)]
    back = [succeed_root(roots[n + 1], roots[n], "before", BEGIN_S, n + 1) for n in (0, 1)]
    region = certify_region(roots[2], HERE.region.point, "North", 1, BEGIN_S, END_S)
    documents = [*HERE.chain, *steps, *back, make_root(roots[2], "own", BEGIN_S, 3), region]
    return Carrier(HERE.station, roots[2].point, documents), steps


def test_a_tag_follows_its_root_through_rotations(tag: FakeTag, store: Store) -> None:
    newest, steps = rotated()
    with talk(tag, newest) as client:
        assert sync(client, store, clock(tag)).unacknowledged == ""
    assert tag.gate.root == newest.root_point
    log = verify_pages(store.pages(tag.maker.tag_id)).records()
    told = [record.values() for record in log if record.kind == records.TRUST]
    assert [hashlib.sha256(step).digest() for step in steps] == [values["digest"] for values in told[-2:]]
    # Who does not know the new root is told what to do.
    with talk(tag) as client, pytest.raises(TagRefused, match="station add"):
        client.introduce()


def test_what_was_stored_by_another_station_of_the_region_is_left_to_it(tmp_path: Path) -> None:
    """Order A here, order B read out elsewhere: pages of A are neither given nor waited for."""
    made = FakeTag(fitted([0] * 900))
    with Store(tmp_path / "a.sqlite") as first, talk(made) as client:
        remove(client, first, clock(made))
        sync(client, first, clock(made))
        fit(client, first, clock(made), Order("B"))
    made.maker.live([0] * 400)
    other = key(13)
    elsewhere = Carrier(other, HERE.root.point, [*HERE.chain[:2], HERE.certify(other, "Court 2")])
    before = made.received
    with Store(tmp_path / "b.sqlite") as second, talk(made, elsewhere) as client:
        result = sync(client, second, clock(made))
        assert (result.absent, result.unacknowledged) == ((), "")
        assert min(second.closed_pages(made.maker.tag_id)) == made.order_page > 0
        assert octets(client.hello(), "tag_id") == made.maker.tag_id
        assert number(client.status(), "received_page") == made.received > before
