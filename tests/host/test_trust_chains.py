"""From a heap of documents to whom may be trusted: what holds, what does not, whatever the order."""

import itertools
import random

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.trust import (
    SigningKey,
    certify_region,
    certify_station,
    certify_tag,
    make_list,
    make_root,
    succeed_root,
)
from ankletag.trust.chains import Trusted, trust
from ankletag.trust.checking import compressed, fits, public_key
from programme import BEGIN_S, CALIBRATION, END_S, Programme, key
from tagproto import cose, documents

TAG = bytes(range(8))
HOME = Programme(1)
STRANGER = Programme(2)
TAG_KEY = key(7)
TAG_DOCUMENT = certify_tag(HOME.region, TAG, TAG_KEY.point, CALIBRATION, 1, BEGIN_S, END_S)
LIST = HOME.list_document(1, 1)
HEAP = [*HOME.chain, TAG_DOCUMENT, LIST]


def judged(*heap: bytes) -> Trusted:
    return trust(heap, [HOME.root.point])


def bad(trusted: Trusted) -> list[bytes]:
    return [each.raw for each in trusted.bad]


def test_an_honest_programme_holds() -> None:
    trusted = judged(*HEAP)
    assert not trusted.bad
    assert trusted.roots == {HOME.root.key_id: HOME.root.point}
    station = trusted.stations[HOME.station.key_id]
    assert (station.name, station.point, station.generation) == ("Court 1", HOME.station.point, 1)
    assert (station.regions, station.times, station.revoked_s) == (("North",), ((BEGIN_S, END_S),), None)
    assert [each.encoded for each in trusted.tags[TAG]] == [TAG_DOCUMENT]
    assert [each.encoded for each in trusted.lists] == [LIST]
    assert trusted.encoded() == sorted(HEAP)
    assert trusted.signer(HOME.station.key_id) == HOME.station.point
    assert trusted.signer(HOME.root.key_id) == HOME.root.point
    assert trusted.signer(HOME.region.key_id) is None


@given(st.permutations([*HEAP, *STRANGER.chain, b"", b"\xff"]), st.integers(0, 3))
def test_order_and_copies_do_not_matter(heap: list[bytes], copies: int) -> None:
    trusted = judged(*heap, *heap[:copies])
    assert trusted.encoded() == sorted(HEAP)
    assert sorted(bad(trusted)) == sorted([*STRANGER.chain, b"", b"\xff"])


@pytest.mark.parametrize("missing", range(3))
def test_a_link_that_is_missing(missing: int) -> None:
    """Without its region's certificate a station is nobody; without the root's own document, its key is still given."""
    chain = [each for index, each in enumerate(HOME.chain) if index != missing]
    trusted = judged(*chain)
    assert (HOME.station.key_id in trusted.stations) == (missing == 0)
    assert bad(trusted) == (HOME.chain[2:] if missing == 1 else [])


WRONG = {
    "region by a stranger's root": certify_region(STRANGER.root, key(50).point, "R", 1, BEGIN_S, END_S),
    "region by a region": certify_region(HOME.region, key(50).point, "R", 1, BEGIN_S, END_S),
    "region by a station": certify_region(HOME.station, key(50).point, "R", 1, BEGIN_S, END_S),
    "station by a stranger's region": certify_station(STRANGER.region, key(50).point, "S", 1, BEGIN_S, END_S),
    "station by the root": certify_station(HOME.root, key(50).point, "S", 1, BEGIN_S, END_S),
    "station by a station": certify_station(HOME.station, key(50).point, "S", 1, BEGIN_S, END_S),
    "station by itself": certify_station(key(50), key(50).point, "S", 1, BEGIN_S, END_S),
    "tag by the root": certify_tag(HOME.root, TAG, key(50).point, CALIBRATION, 1, BEGIN_S, END_S),
    "tag by a station": certify_tag(HOME.station, TAG, key(50).point, CALIBRATION, 1, BEGIN_S, END_S),
    "list by a region": make_list(HOME.region, 1, 1, {}, BEGIN_S),
    "list by a station": make_list(HOME.station, 1, 1, {}, BEGIN_S),
    "list by a stranger's root": STRANGER.list_document(1, 1),
    "root by a region": succeed_root(HOME.region, key(50), "Root", BEGIN_S, 2),
    "root by itself": make_root(key(50), "Root", BEGIN_S),
    "root by a stranger": succeed_root(STRANGER.root, key(50), "Root", BEGIN_S, 2),
}


@pytest.mark.parametrize("document", WRONG.values(), ids=WRONG.keys())
def test_a_document_of_somebody_who_may_not_make_it(document: bytes) -> None:
    # The stranger's certificates lie beside it, and help nothing.
    trusted = judged(*HEAP, *STRANGER.chain, document)
    assert document in bad(trusted)
    assert trusted.encoded() == sorted(HEAP)
    assert trusted.signer(key(50).key_id) is None


@pytest.mark.parametrize("index", range(len(HEAP)))
def test_a_flipped_bit_anywhere_is_never_trusted(index: int) -> None:
    document = HEAP[index]
    for at in range(len(document)):
        changed = bytearray(document)
        changed[at] ^= 1 << at % 8
        # Whatever is bad is what was changed, or what hung on it.
        heap = [*HEAP[:index], bytes(changed), *HEAP[index + 1 :]]
        trusted = judged(*heap)
        assert bytes(changed) in bad(trusted)
        assert set(trusted.encoded()) <= set(HEAP)


def resigned(document: bytes, signer: SigningKey, **changed: object) -> bytes:
    """The document with other fields, signed."""
    parsed = documents.parse(document)
    assert isinstance(parsed, documents.Document)
    numbers = {getattr(documents, name.upper()): value for name, value in changed.items()}
    return signer.signed(cbor2.dumps({**parsed.pairs, **numbers}, canonical=True))


def test_a_name_in_place_of_a_signature_is_nothing() -> None:
    """A stranger's region says that our root issued it: only a signature would."""
    claimed = resigned(STRANGER.region_document, STRANGER.root, issuer=HOME.root.key_id)
    trusted = judged(*HOME.chain, claimed)
    assert bad(trusted) == [claimed]


def test_a_key_that_is_no_point_of_the_curve() -> None:
    nothing = b"\x02" + b"\xff" * 32
    assert public_key(nothing) is None
    region = certify_region(HOME.root, nothing, "Nowhere", 1, BEGIN_S, END_S)
    station = resigned(HOME.station_document, HOME.region, issuer=cose.key_id(nothing))
    trusted = judged(*HEAP, region, station)
    assert bad(trusted) == [station]
    assert not trust(HEAP, [nothing]).roots.keys() - {cose.key_id(nothing)}
    assert not fits(nothing, b"payload", bytes(64))
    assert not fits(HOME.root.point, b"payload", b"")
    assert not fits(HOME.root.point, b"payload", bytes(64))


def test_compressed_is_the_point_of_a_key() -> None:
    for number in range(1, 9):
        numbers = key(number).private.public_key().public_numbers()
        assert compressed(numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")) == key(number).point


def test_without_a_given_key_every_root_that_signed_itself_counts() -> None:
    trusted = trust([*HEAP, *STRANGER.chain])
    assert not trusted.given
    assert trusted.roots.keys() == {HOME.root.key_id, STRANGER.root.key_id}
    assert not trusted.bad
    forged = resigned(HOME.root_document, STRANGER.root)
    assert bad(trust([forged, *STRANGER.chain])) == [forged]


def rotated() -> tuple[list[SigningKey], list[bytes]]:
    """Three roots, each certified by its neighbours; the region is certified by the last one only."""
    roots = [HOME.root, key(61), key(62)]
    heap = [HOME.root_document]
    for number in (0, 1):
        heap.append(succeed_root(roots[number], roots[number + 1], "Programme 1", BEGIN_S, number + 2))
        heap.append(succeed_root(roots[number + 1], roots[number], "Programme 1", BEGIN_S, number + 1))
    heap.append(certify_region(roots[2], HOME.region.point, "North", 1, BEGIN_S, END_S))
    heap.append(HOME.station_document)
    return roots, heap


@pytest.mark.parametrize("begin", range(3))
def test_from_any_root_the_others_follow(begin: int) -> None:
    roots, heap = rotated()
    trusted = trust(heap, [roots[begin].point])
    assert trusted.roots.keys() == {root.key_id for root in roots}
    assert not trusted.bad
    assert HOME.station.key_id in trusted.stations


def test_a_rotation_whose_one_way_is_missing() -> None:
    """The new root certified by the old one does not make the old one trusted by who knows the new one only."""
    roots, heap = rotated()
    one_way = [HOME.root_document, heap[1]]
    assert trust(one_way, [roots[0].point]).roots.keys() == {roots[0].key_id, roots[1].key_id}
    trusted = trust(one_way, [roots[1].point])
    assert trusted.roots.keys() == {roots[1].key_id}
    assert sorted(bad(trusted)) == sorted(one_way)


def test_the_best_of_several_certificates_counts() -> None:
    older = HOME.station_document
    newer = HOME.certify(HOME.station, "Court 1b", generation=3)
    later = certify_station(HOME.region, HOME.station.point, "Court 1c", 2, BEGIN_S + 100, END_S + 100)
    lifted = certify_region(HOME.root, HOME.region.point, "North", 2, BEGIN_S, END_S)
    station = judged(HOME.root_document, HOME.region_document, older, newer).stations[HOME.station.key_id]
    # The region's own is 1: it holds the station back until it is certified again.
    assert station.generation == 1
    station = judged(*HOME.chain, newer, lifted, later).stations[HOME.station.key_id]
    assert station.generation == 2
    assert sorted(station.times) == [(BEGIN_S, END_S), (BEGIN_S, END_S), (BEGIN_S + 100, END_S + 100)]
    assert station.name == "Court 1c"


def test_who_is_revoked_and_from_when_on() -> None:
    first = HOME.list_document(1, 1, {HOME.station.key_id: BEGIN_S + 500})
    second = HOME.list_document(2, 1, {HOME.station.key_id: BEGIN_S + 900, TAG: BEGIN_S + 7})
    trusted = judged(*HEAP[:4], first, second)
    assert [each.number(documents.NUMBER) for each in trusted.lists] == [2, 1]
    assert trusted.stations[HOME.station.key_id].revoked_s == BEGIN_S + 500
    assert trusted.revoked_s(TAG) == BEGIN_S + 7
    assert trusted.revoked_s(HOME.root.key_id) is None
    # A list that does not hold revokes nobody.
    foreign = make_list(STRANGER.root, 3, 1, {HOME.station.key_id: BEGIN_S}, BEGIN_S)
    assert judged(*HOME.chain, foreign).stations[HOME.station.key_id].revoked_s is None


def test_a_station_falls_with_its_region_unless_another_one_certified_it() -> None:
    gone = HOME.list_document(1, 1, {HOME.region.key_id: BEGIN_S + 500})
    assert judged(*HOME.chain, gone).stations[HOME.station.key_id].revoked_s == BEGIN_S + 500
    south = key(70)
    moved = [
        certify_region(HOME.root, south.point, "South", 1, BEGIN_S, END_S),
        certify_station(south, HOME.station.point, "Court 1", 1, BEGIN_S, END_S),
    ]
    station = judged(*HOME.chain, *moved, gone).stations[HOME.station.key_id]
    assert (station.revoked_s, station.regions) == (None, ("North", "South"))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value(data: bytes) -> None:
    assert bad(judged(*HEAP, data)) == ([] if data in HEAP else [data])


def test_a_long_row_of_roots() -> None:
    """As long as a hostile bundle may make it: no depth is too deep."""
    roots = [HOME.root, *(key(1000 + number) for number in range(1200))]
    row = [succeed_root(one, other, "R", BEGIN_S, 2) for one, other in itertools.pairwise(roots)]
    random.Random(1).shuffle(row)
    assert len(judged(*row).roots) == len(roots)
