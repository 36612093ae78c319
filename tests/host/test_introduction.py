"""Whom a tag lets in, and whom a station takes for its own: certificates, lists, roots, other programmes."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.client import Client, number, octets
from ankletag.errors import EvidenceRefused, TagRefused
from ankletag.fitting import Order, fit, remove
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


@pytest.fixture
def tag() -> FakeTag:
    """Fitted, and the station has been presented."""
    made = FakeTag(fitted([0] * 3))
    with talk(made) as client:
        client.introduce()
    return made


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
