"""Whom a tag obeys, from SPEC.md: what it takes, what it refuses and why, what outlives a boot, and the records."""

import hashlib
from typing import Any

import pytest

import programme
from ankletag.trust import certify_region, certify_station, certify_tag, make_list, make_root, succeed_root
from firmware import talk
from firmware.conftest import BLOCKS, TICKS
from firmware.talk import PROGRAMME, TAG_ID
from firmware.verdict import NEW_REGION, NEW_ROOT, ROTATED
from tagproto import documents, messages, records

STRANGER = programme.Programme(2)
SOMEBODY = programme.key(9).point
BEGIN_S, END_S = programme.BEGIN_S, programme.END_S
# Of a root that is neither its own's successor nor of a higher generation, either may be said.
NOT_ITS_OWN = (messages.ERROR_CERTIFICATE, messages.ERROR_REVOKED)


@pytest.fixture
def fresh(harness: Any) -> Any:
    """A tag that no authority has certified."""
    harness.start(BLOCKS, TICKS, False)
    return harness


def own(tag: Any) -> bytes:
    """The tag's certificate, as the programme issues it first."""
    return PROGRAMME.tag_document(TAG_ID, bytes.fromhex(tag.state()["public_key"]))


def newer(tag: Any, calibration: bytes = b"nominal2", not_before_s: int = BEGIN_S + 60) -> bytes:
    """Another one, of later."""
    point = programme.point_of(bytes.fromhex(tag.state()["public_key"]))
    return certify_tag(PROGRAMME.region, TAG_ID, point, calibration, 1, not_before_s, END_S)


def trusted(tag: Any) -> tuple[Any, ...]:
    """Whom it obeys, as it says itself."""
    hello = talk.ask(tag, messages.HELLO, talk.HELLO)
    status = talk.ask(tag, messages.STATUS)
    kept = [talk.ask(tag, messages.DOCUMENT, {"index": index})["document"] for index in (0, 1)]
    return hello["root"], hello["list_number"], status["minimum"], *kept


def changes(tag: Any) -> list[Any]:
    """(change, number, generation, digest) of each trust record."""
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [tuple(record.values().values()) for record in found if record.kind == records.TRUST]


def refused(tag: Any, document: bytes) -> int:
    """The code of the refusal; nothing else comes of it."""
    before, said = trusted(tag), changes(tag)
    code = talk.refused(tag, messages.PRESENT, {"document": document})
    assert trusted(tag) == before
    assert changes(tag) == said
    return code


def change(kind: int, document: bytes, number: int = 0, generation: int = 1) -> tuple[int, int, int, bytes]:
    return kind, number, generation, hashlib.sha256(document).digest()


def test_provisioning(fresh: Any) -> None:
    assert trusted(fresh) == (bytes(8), 0, 0, b"", b"")
    talk.present(fresh, PROGRAMME.root_document, PROGRAMME.region_document, own(fresh), PROGRAMME.station_document)
    expected = (PROGRAMME.root.key_id, 0, 0, own(fresh), PROGRAMME.region_document)
    assert trusted(fresh) == expected
    # Regions and stations change nothing that lasts: no record.
    assert changes(fresh) == [
        change(records.TRUST_ROOT, PROGRAMME.root_document),
        change(records.TRUST_CERTIFICATE, own(fresh)),
    ]
    fresh.reboot(2)
    assert trusted(fresh) == expected
    assert len(changes(fresh)) == 2
    assert fresh.check() == []


def test_what_a_reply_names(fresh: Any) -> None:
    for document, kind, subject in (
        (PROGRAMME.root_document, documents.ROOT, PROGRAMME.root.key_id),
        (PROGRAMME.region_document, documents.REGION, PROGRAMME.region.key_id),
        (PROGRAMME.station_document, documents.STATION, PROGRAMME.station.key_id),
        (own(fresh), documents.TAG, TAG_ID),
        (PROGRAMME.list_document(1), documents.LIST, bytes(8)),
    ):
        assert talk.ask(fresh, messages.PRESENT, {"document": document}) == {"type": kind, "subject": subject}


def test_the_same_once_more_is_taken_and_changes_nothing(tag: Any) -> None:
    talk.present(tag, PROGRAMME.list_document(1))
    before, said = trusted(tag), changes(tag)
    talk.present(tag, *PROGRAMME.chain, own(tag), PROGRAMME.list_document(1))
    assert (trusted(tag), changes(tag)) == (before, said)


def test_a_tag_without_a_root_takes_a_root_that_signed_itself(fresh: Any) -> None:
    for document in (PROGRAMME.region_document, PROGRAMME.station_document, own(fresh), PROGRAMME.list_document(1)):
        assert refused(fresh, document) in (messages.ERROR_STATE, messages.ERROR_CERTIFICATE)
    assert refused(fresh, ROTATED) == messages.ERROR_CERTIFICATE
    # Signed, but not by the one that it names.
    wrong = bytearray(make_root(NEW_ROOT, "Nobody", BEGIN_S))
    wrong[-1] ^= 1
    assert refused(fresh, bytes(wrong)) == messages.ERROR_SIGNATURE
    talk.present(fresh, STRANGER.root_document)
    assert refused(fresh, PROGRAMME.root_document) in NOT_ITS_OWN


@pytest.mark.parametrize(
    "document",
    [
        STRANGER.region_document,
        STRANGER.station_document,
        STRANGER.list_document(9),
        STRANGER.tag_document(TAG_ID, bytes(64)),
        PROGRAMME.tag_document(b"TAG00002", bytes(64)),
        PROGRAMME.tag_document(TAG_ID, bytes(64)),
        # A station may not certify, nor may a region certify regions, or a root stations.
        certify_station(PROGRAMME.station, SOMEBODY, "X", 1, BEGIN_S, END_S),
        certify_region(PROGRAMME.region, SOMEBODY, "X", 1, BEGIN_S, END_S),
        certify_station(PROGRAMME.root, SOMEBODY, "X", 1, BEGIN_S, END_S),
        make_list(PROGRAMME.region, 1, 0, {}, BEGIN_S),
    ],
    ids=range(10),
)
def test_what_does_not_lead_back_to_its_root(tag: Any, document: bytes) -> None:
    assert refused(tag, document) == messages.ERROR_CERTIFICATE


def test_its_own_certificate_only_gets_newer(tag: Any) -> None:
    assert refused(tag, newer(tag, not_before_s=BEGIN_S)) == messages.ERROR_REVOKED
    talk.present(tag, newer(tag))
    assert trusted(tag)[3] == newer(tag)
    assert refused(tag, own(tag)) == messages.ERROR_REVOKED
    assert changes(tag)[2:] == [change(records.TRUST_CERTIFICATE, newer(tag))]


def test_a_revoked_certificate_of_its_own_makes_room_for_another(tag: Any) -> None:
    """Its region's generation is no more: the next one may bear any date."""
    talk.present(tag, PROGRAMME.list_document(1, 2))
    point = programme.point_of(bytes.fromhex(tag.state()["public_key"]))
    region = certify_region(PROGRAMME.root, PROGRAMME.region.point, "North", 2, BEGIN_S, END_S)
    again = certify_tag(PROGRAMME.region, TAG_ID, point, programme.CALIBRATION, 2, BEGIN_S - 1, END_S)
    talk.present(tag, region, again)
    assert trusted(tag)[3] == again
    assert changes(tag)[-1] == change(records.TRUST_CERTIFICATE, again, 0, 2)


def test_lists_never_go_back(tag: Any) -> None:
    revoked = {PROGRAMME.station.key_id: BEGIN_S}
    first, second = PROGRAMME.list_document(5, 1, revoked), PROGRAMME.list_document(6, 0)
    talk.present(tag, first)
    assert trusted(tag)[1:3] == (5, 1)
    for document in (PROGRAMME.list_document(4), PROGRAMME.list_document(5, 0)):
        assert refused(tag, document) == messages.ERROR_REVOKED
    assert talk.refused(tag, messages.SEAL, talk.SEAL, PROGRAMME.station) in NOT_ITS_OWN
    tag.reboot(2)
    assert trusted(tag)[1:3] == (5, 1)
    assert refused(tag, PROGRAMME.list_document(5, 0)) == messages.ERROR_REVOKED
    assert refused(tag, PROGRAMME.station_document) == messages.ERROR_REVOKED
    # The next list's ids take the place of those; the minimum never falls.
    talk.present(tag, second)
    assert trusted(tag)[1:3] == (6, 1)
    talk.ask(tag, messages.SEAL, talk.SEAL)
    assert changes(tag)[2:] == [
        change(records.TRUST_LIST, first, 5, 1),
        change(records.TRUST_LIST, second, 6, 0),
    ]
    assert tag.check() == []


@pytest.mark.parametrize("who", ["station", "region"])
def test_a_revoked_signer(tag: Any, who: str) -> None:
    values = talk.signed(tag, messages.SEAL, talk.SEAL)
    talk.present(tag, PROGRAMME.list_document(1, 0, {getattr(PROGRAMME, who).key_id: END_S}))
    assert talk.refused(tag, messages.SEAL, values) == messages.ERROR_REVOKED
    assert refused(tag, getattr(PROGRAMME, f"{who}_document")) == messages.ERROR_REVOKED


def test_generations_below_the_minimum(tag: Any) -> None:
    """A lost laptop: the minimum rises, and who is certified anew goes on."""
    values = talk.signed(tag, messages.SEAL, talk.SEAL)
    talk.present(tag, PROGRAMME.list_document(1, 2))
    assert talk.refused(tag, messages.SEAL, values) == messages.ERROR_REVOKED
    assert refused(tag, PROGRAMME.station_document) == messages.ERROR_REVOKED
    assert refused(tag, PROGRAMME.region_document) == messages.ERROR_REVOKED
    station = PROGRAMME.certify(PROGRAMME.station, "Court 1", 2)
    # Its region is of the old generation.
    assert refused(tag, station) == messages.ERROR_REVOKED
    talk.present(tag, certify_region(PROGRAMME.root, PROGRAMME.region.point, "North", 2, BEGIN_S, END_S), station)
    talk.ask(tag, messages.SEAL, talk.SEAL, PROGRAMME.station)


def test_rotation(tag: Any) -> None:
    values = talk.signed(tag, messages.SEAL, talk.SEAL)
    talk.present(tag, ROTATED)
    # The regions and stations of the old root are forgotten, and the old root has no say.
    assert talk.refused(tag, messages.SEAL, values) == messages.ERROR_CERTIFICATE
    assert trusted(tag)[0] == NEW_ROOT.key_id
    assert changes(tag)[2:] == [change(records.TRUST_ROTATION, ROTATED, 0, 2)]
    assert talk.refused(tag, messages.SEAL, talk.SEAL, PROGRAMME.root) == messages.ERROR_CERTIFICATE
    assert refused(tag, PROGRAMME.region_document) == messages.ERROR_CERTIFICATE
    assert refused(tag, PROGRAMME.list_document(1)) == messages.ERROR_CERTIFICATE
    talk.present(tag, NEW_REGION)
    assert talk.refused(tag, messages.SEAL, talk.SEAL, PROGRAMME.station) == messages.ERROR_CERTIFICATE
    back = succeed_root(NEW_ROOT, PROGRAMME.root, "Programme 1", BEGIN_S, 1)
    for document in (PROGRAMME.root_document, back, succeed_root(NEW_ROOT, programme.key(104), "Old", BEGIN_S, 2)):
        assert refused(tag, document) in NOT_ITS_OWN
    tag.reboot(2)
    assert trusted(tag)[0] == NEW_ROOT.key_id
    talk.present(tag, NEW_REGION, PROGRAMME.station_document)
    talk.ask(tag, messages.SEAL, talk.SEAL, PROGRAMME.station)
    talk.present(tag, PROGRAMME.station_document, make_list(NEW_ROOT, 1, 0, {}, BEGIN_S))
    talk.ask(tag, messages.SEAL, talk.SEAL, PROGRAMME.station)
    talk.ask(tag, messages.SEAL, talk.SEAL, NEW_ROOT)


def test_many_stations(tag: Any) -> None:
    """The tag remembers few; each is taken again when it shows itself."""
    stations = [programme.key(200 + number) for number in range(8)]
    for station in [*stations, *stations]:
        tag.advance(60_000)
        talk.present(tag, PROGRAMME.certify(station, "Court"))
        talk.ask(tag, messages.ATTEST, {"utc_ms": 1_780_000_000_000}, station)
