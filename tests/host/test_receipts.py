"""Receipts: what a station says of a seal must be true of the log, and a chain may start anew at its checkpoint."""

import dataclasses

import pytest

from ankletag.verify import Verified, verify_pages
from host.logs import against, check, given, noisy, one, pages_of_seals, without
from host.tagmaker import TagMaker, fitted, point
from tagproto import pages, records, seals


def receipted() -> TagMaker:
    """A read-out behind an older log, with a receipt, and what the tag did afterwards. The receipt begins a page."""
    maker = noisy()
    maker.attest()
    maker.end_page()
    maker.seal(seals.REASON_ASKED, b"nonce")
    maker.receipt()
    maker.live([0] * 1100, noise=5)
    maker.seal()
    return maker


def page_of_receipt(maker: TagMaker) -> int:
    verified = check(maker)
    return next(item.seq for item in verified.items if item.value.kind == records.RECEIPT)


def codes(verified: Verified) -> list[str]:
    return [finding.code for finding in verified.findings]


def test_a_true_receipt_is_no_finding() -> None:
    assert check(receipted()).findings == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seal_hash": bytes(32)}, "the hash that it gives for seal 1"),
        ({"seal_number": 0}, "the hash that it gives for seal 0"),
        ({"seal_number": 2}, "it names seal 2, which the tag had not made yet"),
        ({"keys": point(TagMaker(seed=9).key) * 2}, "the key that it gives for epoch 2"),
        ({"keys": bytes(33) + point(TagMaker(seed=9).key)}, "the key that it gives for epoch 3"),
    ],
)
def test_a_receipt_that_is_not_true_is_named(wrong: dict[str, int | bytes], words: str) -> None:
    maker = fitted([0] * 5)
    number = maker.receipt(**wrong)
    maker.live([0] * 5)
    maker.seal()
    finding = one(check(maker), "receipt-differs")
    assert (finding.first_record, finding.last_record) == (number, number)
    assert words in finding.sentence
    assert against(check(maker)) == ["receipt-differs"]


def test_a_receipt_that_knows_no_key_says_nothing_of_keys() -> None:
    maker = fitted([0] * 5)
    maker.receipt(keys=bytes(66), epoch=99)
    maker.seal()
    assert check(maker).findings == []


def test_a_receipt_for_a_seal_that_was_lost_with_its_page_is_not_accused() -> None:
    maker = noisy()
    maker.end_page()
    maker.seal(seals.REASON_ASKED, b"nonce")
    maker.end_page()
    maker.receipt()
    maker.seal()
    raws = maker.raw_pages()
    (lost,) = pages_of_seals(raws)[-2]
    found = codes(check(maker, without(raws, lost)))
    assert "seal-gap" in found
    assert "receipt-differs" not in found


def test_a_log_can_start_at_a_checkpoint() -> None:
    """Whoever trusts the station needs none of the pages in front of it."""
    maker = receipted()
    begin = page_of_receipt(maker)
    verified = check(maker, maker.raw_pages()[begin:])
    assert against(verified) == []
    assert "anchored" in codes(verified)
    assert verified.proven[-1]
    assert sum(verified.proven) == len(verified.items)


def test_pages_that_are_missing_behind_a_checkpoint_are_named() -> None:
    maker = receipted()
    raws = maker.raw_pages()
    begin = page_of_receipt(maker)
    verified = check(maker, [*raws[begin : begin + 4], *raws[begin + 5 :]])
    assert {"page-missing", "record-gap"} <= set(against(verified))


def test_without_a_receipt_a_missing_front_is_named() -> None:
    maker = receipted()
    behind = page_of_receipt(maker) + 1
    assert {"page-missing", "record-gap", "seal-gap"} <= set(against(check(maker, maker.raw_pages()[behind:])))


def test_a_receipt_that_is_no_true_statement_anchors_nothing() -> None:
    maker = receipted()
    raws = maker.raw_pages()[page_of_receipt(maker) :]
    maker.documents.remove(maker.programme.station_document)
    verified = check(maker, raws)
    assert "anchored" not in codes(verified)
    assert {"page-missing", "station-unknown"} <= set(against(verified))


def test_a_checkpoint_does_not_excuse_pages_in_front_of_seals_that_hold_anyway() -> None:
    """Page 0 is gone but the first seal is not: a receipt further on, behind another hole, changes nothing."""
    maker = TagMaker()
    maker.boot()
    while not maker.closed:
        maker.provision()
    maker.seal()
    maker.live([0] * 400, noise=3)
    lost = [maker.seal_count, maker.seal_count + 1]
    maker.seal()
    maker.seal()
    maker.end_page()
    maker.receipt()
    maker.live([0] * 400, noise=3)
    maker.seal()
    raws = maker.raw_pages()
    pages = {seq for number in lost for seq in pages_of_seals(raws)[number]}
    verified = check(maker, without(raws, 0, *pages))
    assert "anchored" in codes(verified)
    assert {finding.first_record for finding in verified.findings if finding.code == "page-missing"} > {0}


def begun_anew() -> tuple[TagMaker, int]:
    """A log with a page that begins with a window, whose seal a receipt names."""
    maker = fitted([0] * 50)
    maker.end_page()
    begin = len(maker.closed)
    maker.attest()
    maker.seal(seals.REASON_ASKED, b"nonce")
    maker.receipt()
    maker.live([0] * 400, noise=3)
    maker.seal()
    return maker, begin


def test_a_first_window_that_is_all_there_must_hold() -> None:
    maker, begin = begun_anew()
    raws = maker.raw_pages()[begin:]
    assert codes(check(maker, raws)) == ["anchored", "seal-by-hash"]
    changed = bytearray(raws[0])
    reading = next(item for item in check(maker).items if item.seq == begin)
    changed[pages.HEADER_SIZE + reading.start + 4] ^= 1
    pages.close(changed)
    assert "window-root" in codes(check(maker, [bytes(changed), *raws[1:]]))


def test_pages_that_were_numbered_anew_do_not_look_whole() -> None:
    """The number of a page is not sealed: what lies in it is."""
    maker, begin = begun_anew()
    raws = []
    for seq, raw in enumerate(maker.raw_pages()[begin:]):
        page = bytearray(raw)
        page[2:6] = seq.to_bytes(4, "little")
        pages.close(page)
        raws.append(bytes(page))
    assert {"record-gap", "seal-gap"} <= set(against(check(maker, raws)))


def test_a_key_that_was_lost_is_given_by_a_receipt() -> None:
    """Two seals in a row are lost, and with them the keys that they announced."""
    maker = noisy()
    lost = [maker.seal_count - 2, maker.seal_count - 1]
    maker.end_page()
    maker.receipt()
    maker.live([0] * 1100, noise=5)
    maker.seal()
    raws = maker.raw_pages()
    places = pages_of_seals(raws)
    verified = check(maker, without(raws, *(seq for number in lost for seq in places[number])))
    assert "anchored" in codes(verified)
    assert "key-unknown" not in codes(verified)
    assert verified.proven[-1]


def test_evidence_that_begins_behind_its_fitting_is_named() -> None:
    """Who leaves out the beginning of an order has the next checkpoint excuse the pages, but not the fitting."""
    maker = receipted()
    raws = maker.raw_pages()[page_of_receipt(maker) :]
    whole = dataclasses.replace(given(maker), order_id=maker.order_id)
    assert verify_pages(maker.raw_pages(), maker.public_key, maker.tag_id, whole).findings == []
    verified = verify_pages(raws, maker.public_key, maker.tag_id, whole)
    assert against(verified) == ["fitting-missing"]
