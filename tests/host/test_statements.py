"""Who signed what the tag was told: each statement is judged by its own signature, and by the authority's documents."""

import pytest

from ankletag.models import AGAINST
from ankletag.trust import SigningKey, certify_station, certify_tag
from ankletag.verify import Given, Verified, verify_pages
from host.logs import against, check, given, one
from host.tagmaker import START_UTC_MS, TagMaker, fitted
from programme import BEGIN_S, CALIBRATION, END_S, Programme, key, nobody, point_of
from tagproto import records

DAY_S = 86_400
NOW_S = START_UTC_MS // 1000
STRANGER = Programme(2)


def recertified(maker: TagMaker, *, begin_s: int = BEGIN_S, end_s: int = END_S) -> None:
    """The tag's certificate has another validity."""
    maker.documents.remove(maker.certificate)
    programme, point = maker.programme, point_of(maker.public_key)
    maker.certificate = certify_tag(programme.region, maker.tag_id, point, CALIBRATION, 1, begin_s, end_s)
    maker.documents.append(maker.certificate)


def station_until(maker: TagMaker, end_s: int, begin_s: int = BEGIN_S) -> None:
    """The station's certificate has another validity."""
    programme = maker.programme
    maker.documents.remove(programme.station_document)
    point = programme.station.point
    maker.documents.append(certify_station(programme.region, point, "Court 1", 1, begin_s, end_s))


def statements_of(verified: Verified) -> list[int]:
    return [held.record.number for held in verified.statements]


def test_every_statement_of_a_genuine_log_holds() -> None:
    maker = fitted([0] * 5)
    maker.receipt()
    maker.configure(120, 21600)
    maker.live([0] * 5)
    maker.remove()
    verified = check(maker)
    assert verified.findings == []
    kinds = [held.record.kind for held in verified.statements]
    assert kinds == [records.ATTESTATION, records.FIT, records.RECEIPT, records.CONFIGURED, records.REMOVE]
    assert all(held.station is not None and held.station.name == "Court 1" for held in verified.statements)


@pytest.mark.parametrize("field", ["utc_ms", "nonce", "signature"])
def test_a_statement_that_was_changed_is_named(field: str) -> None:
    maker = fitted()
    signed = maker.signed(records.ATTESTATION, utc_ms=maker.utc_ms)
    value = signed[field]
    signed[field] = value + 1 if isinstance(value, int) else bytes((value[0] ^ 1,)) + value[1:]
    number = maker.event(records.ATTESTATION, nonce_ticks=maker.ticks, **signed)
    maker.seal()
    verified = check(maker)
    assert against(verified) == ["statement-signature"]
    finding = one(verified, "statement-signature")
    assert (finding.first_record, finding.last_record) == (number, number)
    assert number not in statements_of(verified)


def test_a_statement_for_another_tag_is_named() -> None:
    maker, other = fitted(), TagMaker(seed=7)
    maker.event(records.REMOVE, **other.signed(records.REMOVE, reason=1))
    maker.seal()
    assert against(check(maker)) == ["statement-signature"]


def test_a_signature_under_another_command_is_named() -> None:
    """What was signed for one command says nothing under another, though the fields are the same."""
    maker = fitted()
    opened = maker.signed(records.OPENED, maker.programme.root, scope=2)
    maker.event(records.REMOVE, reason=2, **{name: opened[name] for name in ("nonce", "station", "signature")})
    maker.seal()
    assert against(check(maker)) == ["statement-signature"]


@pytest.mark.parametrize("signer", [STRANGER.station, STRANGER.root, key(77)])
def test_who_is_not_certified_is_named(signer: SigningKey) -> None:
    maker = fitted()
    number = maker.attest(signer=signer)
    maker.seal()
    finding = one(check(maker), "station-unknown")
    assert finding.first_record == number
    assert signer.key_id.hex() in finding.sentence


def test_a_key_id_that_nobody_has_is_unknown() -> None:
    maker = fitted()
    maker.event(records.REMOVE, **(maker.signed(records.REMOVE, reason=1) | {"station": nobody()}))
    maker.seal()
    assert against(check(maker)) == ["station-unknown"]


def test_a_station_may_not_break_the_glass() -> None:
    maker = fitted()
    maker.event(records.OPENED, **maker.signed(records.OPENED, scope=2))
    maker.seal()
    assert against(check(maker)) == ["statement-right"]


def test_the_root_may_break_the_glass_and_end_a_fitting() -> None:
    maker = fitted()
    root = maker.programme.root
    maker.event(records.OPENED, **maker.signed(records.OPENED, root, scope=2))
    maker.remove(signer=root)
    assert check(maker).findings == []


def test_the_root_may_do_nothing_else() -> None:
    maker = fitted()
    root = maker.programme.root
    numbers = [maker.attest(signer=root), maker.receipt(root), maker.configure(60, 21600, root)]
    maker.seal()
    numbers.append(maker.fit(b"order-0000000002", root))
    verified = check(maker)
    assert against(verified) == ["statement-right"] * 4
    assert [finding.first_record for finding in verified.findings] == numbers


@pytest.mark.parametrize("raised", [False, True])
def test_a_station_of_a_generation_below_the_minimum_is_named_once_the_tag_knew(raised: bool) -> None:
    """A list that is in the bundle counts from the record on that says that the tag took it."""
    maker = fitted()
    newer = maker.programme.list_document(1, minimum=2)
    maker.documents.append(newer)
    if raised:
        maker.obey(records.TRUST_LIST, newer)
    number = maker.attest()
    maker.seal()
    found = [finding for finding in check(maker).findings if finding.severity == AGAINST]
    assert [(finding.code, finding.first_record) for finding in found] == [("station-generation", number)] * raised


def test_a_station_of_the_minimum_itself_is_good() -> None:
    maker = fitted()
    maker.obey(records.TRUST_LIST, maker.programme.list_document(1, minimum=maker.programme.generation))
    maker.attest()
    maker.seal()
    assert check(maker).findings == []


@pytest.mark.parametrize(("after_s", "named"), [(-DAY_S, True), (0, True), (60, False), (DAY_S, False)])
def test_a_station_that_is_revoked_counts_only_for_what_is_certainly_older(after_s: int, named: bool) -> None:
    """Its own attestation does not date what it said; another station's does."""
    maker = fitted([0] * 5)
    other = key(5)
    maker.documents.append(maker.programme.certify(other, "Court 2"))
    maker.attest(signer=other)
    maker.seal()
    revoked = {maker.programme.station.key_id: NOW_S + after_s}
    maker.documents.append(maker.programme.list_document(1, revoked=revoked))
    assert against(check(maker)) == ["station-revoked"] * (2 if named else 0)


def test_attestations_of_a_revoked_station_give_no_time() -> None:
    maker = fitted([0] * 5)
    assert check(maker).clock.span(0).attested
    maker.documents.append(maker.programme.list_document(1, revoked={maker.programme.station.key_id: 1 << 35}))
    verified = check(maker)
    assert not verified.clock.span(0).attested
    # Without a time nothing is certainly older.
    assert set(against(verified)) == {"station-revoked"}


def test_a_revoked_region_takes_its_stations_with_it() -> None:
    maker = fitted()
    maker.documents.append(maker.programme.list_document(1, revoked={maker.programme.region.key_id: NOW_S}))
    assert set(against(check(maker))) == {"station-revoked"}


@pytest.mark.parametrize(
    ("begin_s", "end_s", "named"),
    [(BEGIN_S, END_S, False), (BEGIN_S, NOW_S - DAY_S, True), (NOW_S + DAY_S, END_S, True), (BEGIN_S, NOW_S, False)],
)
def test_a_statement_outside_the_time_of_the_certificate_is_named(begin_s: int, end_s: int, named: bool) -> None:
    """The last one ends within the bounds: that the record is younger is not certain."""
    maker = fitted()
    station_until(maker, end_s, begin_s)
    assert set(against(check(maker))) == ({"station-expired"} if named else set())


def test_any_certificate_of_a_station_clears_it() -> None:
    maker = fitted()
    station_until(maker, NOW_S - DAY_S)
    assert "station-expired" in against(check(maker))
    maker.documents.append(maker.programme.station_document)
    assert check(maker).findings == []


@pytest.mark.parametrize("end_s", [NOW_S - DAY_S, NOW_S + DAY_S])
def test_a_fitting_outside_the_time_of_the_tags_certificate_is_named(end_s: int) -> None:
    maker = TagMaker()
    recertified(maker, end_s=end_s)
    maker.boot()
    maker.provision()
    maker.attest()
    number = maker.fit()
    verified = check(maker)
    expired = [finding.first_record for finding in verified.findings if finding.code == "certificate-expired"]
    assert expired == ([number] if end_s < NOW_S else [])


def test_a_document_that_did_not_come_along_is_said() -> None:
    maker = fitted()
    number = maker.obey(records.TRUST_LIST, maker.programme.list_document(1))
    maker.seal()
    assert check(maker).findings == []
    maker.documents.pop()
    finding = one(check(maker), "trust-unknown")
    assert (finding.severity, finding.first_record) == ("information", number)


def test_without_the_authoritys_key_every_root_that_came_along_is_believed() -> None:
    maker = fitted()
    verified = verify_pages(maker.raw_pages(), maker.public_key, maker.tag_id, Given((), maker.documents))
    assert [finding.code for finding in verified.findings] == ["authority-not-given"]
    assert not verified.certified
    wrong = Given((STRANGER.root.point,), maker.documents)
    verified = verify_pages(maker.raw_pages(), maker.public_key, maker.tag_id, wrong)
    assert set(against(verified)) == {"document-bad", "not-certified", "station-unknown"}


def test_a_log_names_no_tag_before_its_first_seal_and_still_its_statements_are_checked() -> None:
    maker = fitted()
    verified = verify_pages(maker.raw_pages(), None, None, given(maker))
    assert verified.findings == []
    assert verified.tag_id == maker.tag_id
