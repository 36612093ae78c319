"""The authority's documents about a tag, and what was written down elsewhere."""

import dataclasses

import pytest

from ankletag.verify import Given, Verified, Witness, verify_pages
from ankletag.verify.certified import certified_by
from host.logs import against, check, given, one
from host.tagmaker import TagMaker, fitted
from programme import Programme
from tagproto.calibration import identity

NOBODY = Given()


def judged(maker: TagMaker, **known: object) -> Verified:
    papers = dataclasses.replace(given(maker), **known)  # type: ignore[arg-type]
    return verify_pages(maker.raw_pages(), maker.public_key, maker.tag_id, papers)


def test_a_tag_without_a_certificate_is_named() -> None:
    maker = fitted()
    maker.documents.remove(maker.certificate)
    verified = check(maker)
    assert against(verified) == ["not-certified"]
    assert not verified.certified


def test_the_certificate_of_another_tag_is_named() -> None:
    maker, other = fitted(), TagMaker(seed=3)
    maker.documents.remove(maker.certificate)
    maker.documents.append(other.certificate)
    verified = check(maker)
    assert against(verified) == ["certificate-other-tag"]
    assert other.tag_id.hex() in one(verified, "certificate-other-tag").sentence


def test_a_certificate_beside_that_of_another_tag_is_enough() -> None:
    maker = fitted()
    maker.documents.append(TagMaker(seed=3).certificate)
    assert check(maker).findings == []


def test_a_tag_that_was_revoked_is_named() -> None:
    maker = fitted()
    maker.documents.append(maker.programme.list_document(1, revoked={maker.tag_id: 1 << 35}))
    verified = check(maker)
    assert against(verified) == ["tag-revoked"]
    assert not verified.certified
    assert certified_by(verified) is None


def test_a_certificate_with_another_key_than_the_pinned_one_is_named() -> None:
    maker, other = fitted(), TagMaker(seed=3)
    maker.documents.remove(maker.certificate)
    calibration_id = bytes(maker.config["calibration_id"])  # type: ignore[arg-type]
    maker.documents.append(maker.programme.tag_document(maker.tag_id, other.public_key, calibration_id))
    found = against(check(maker))
    # Once for the pinned key, once for the one in the log.
    assert found.count("key-differs") == 2
    assert "seal-signature" in found


def test_a_certificate_is_believed_without_a_pinned_key() -> None:
    maker = fitted()
    verified = verify_pages(maker.raw_pages(), None, maker.tag_id, given(maker))
    assert verified.findings == []
    assert all(verified.proven)


def test_another_calibration_than_the_certified_one_is_named() -> None:
    maker = fitted()
    maker.config["cell_span_pa_per_mg_dl"] = 12_000
    maker.config["calibration_id"] = homemade = identity(maker.config)
    maker.pace(60, 21600)
    number = maker.coder.number - 1
    maker.seal()
    finding = one(check(maker), "calibration-differs")
    assert finding.first_record == number
    calibrated = maker.programme.tag_document(maker.tag_id, maker.public_key, homemade)
    maker.documents.append(calibrated)
    assert check(maker).findings == []


@pytest.mark.parametrize("name", [b"nominal1", b"homemade"])
def test_a_certified_name_for_other_figures_is_named(name: bytes) -> None:
    """Or who can make a tag say so could have anything mean nothing."""
    maker = fitted()
    maker.documents.append(maker.programme.tag_document(maker.tag_id, maker.public_key, name))
    maker.config |= {"calibration_id": name, "cell_span_pa_per_mg_dl": 4_000_000_000}
    maker.pace(60, 21600)
    maker.seal()
    assert one(check(maker), "calibration-differs").first_record == maker.coder.number - 1


@pytest.mark.parametrize("junk", [b"", b"x", bytes(300), b"\xd2\x84"])
def test_a_document_that_cannot_be_read_is_named(junk: bytes) -> None:
    maker = fitted()
    maker.documents.append(junk)
    assert against(check(maker)) == ["document-bad"]


def test_a_document_of_another_authority_is_named() -> None:
    maker = fitted()
    maker.documents.append(Programme(2).root_document)
    assert against(check(maker)) == ["document-bad"]


def test_every_flipped_bit_of_a_certificate_leaves_the_tag_uncertified() -> None:
    maker = fitted()
    maker.documents.remove(maker.certificate)
    genuine = list(maker.documents)
    for at in range(0, 8 * len(maker.certificate), 7):
        flipped = bytearray(maker.certificate)
        flipped[at >> 3] ^= 1 << (at & 7)
        maker.documents = [*genuine, bytes(flipped)]
        assert {"document-bad", "not-certified"} <= set(against(check(maker)))


@pytest.mark.parametrize("digits", [8, 32])
def test_a_seal_that_was_written_down_is_found(digits: int) -> None:
    maker = fitted()
    written = Witness(maker.seal_count - 1, maker.previous[:digits])
    maker.live([0] * 10)
    maker.seal()
    assert judged(maker, witnesses=[written]).findings == []


def test_a_seal_that_was_written_down_with_another_hash_is_named() -> None:
    """A clone, or a log that was put back and went on: what it says after that is not what was seen."""
    maker, clone = fitted(), fitted()
    first = maker.reading()
    maker.seal()
    clone.live([50_000] * 2)
    clone.seal()
    written = Witness(clone.seal_count - 1, clone.previous)
    finding = one(judged(maker, witnesses=[written]), "witness-differs")
    assert (finding.first_record, finding.last_record) == (first, first)


def test_a_log_that_ends_before_what_was_written_down_is_named() -> None:
    maker = fitted([0] * 5)
    early = maker.raw_pages()
    maker.live([0] * 5)
    maker.seal()
    written = Witness(maker.seal_count - 1, maker.previous)
    known = dataclasses.replace(given(maker), witnesses=[written])
    assert against(verify_pages(early, maker.public_key, maker.tag_id, known)) == ["tail-missing"]
    assert "tail-missing" in against(verify_pages([], maker.public_key, maker.tag_id, known))


def test_a_seal_that_was_written_down_and_is_not_here_any_more_is_said() -> None:
    maker = fitted([0] * 5)
    written = Witness(0, bytes(8))
    maker.live([0] * 1200)
    maker.seal()
    known = dataclasses.replace(given(maker), witnesses=[written])
    verified = verify_pages(maker.raw_pages()[9:], maker.public_key, maker.tag_id, known)
    assert one(verified, "witness-unchecked").severity == "information"


def test_evidence_about_an_order_must_show_its_fitting() -> None:
    maker = fitted()
    assert judged(maker, order_id=maker.order_id).findings == []
    assert against(judged(maker, order_id=bytes(16))) == ["fitting-missing"]


def test_nothing_that_is_known_beforehand_is_needed() -> None:
    maker = fitted()
    found = [finding.code for finding in verify_pages(maker.raw_pages(), given=NOBODY).findings]
    assert {"authority-not-given", "not-certified", "key-not-pinned"} <= set(found)
