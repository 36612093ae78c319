"""Findings, one for each way in which a log can be wrong; a genuine log has none against it."""

import random

import hypothesis
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from ankletag.models import AGAINST, INFORMATION, Finding
from ankletag.verify import Verified, verify_pages
from host.logs import copied_in_again, given
from host.tagmaker import TagMaker, fitted
from tagproto import pages, records, seals
from tagproto.records import Record


def against(verified: Verified) -> list[str]:
    return sorted({finding.code for finding in verified.against})


def one(verified: Verified, code: str) -> Finding:
    found = [finding for finding in verified.findings if finding.code == code]
    assert len(found) == 1, verified.findings
    return found[0]


def with_flipped(raws: list[bytes], seq: int, bit: int) -> list[bytes]:
    page = bytearray(raws[seq])
    page[bit >> 3] ^= 1 << (bit & 7)
    return [*raws[:seq], bytes(page), *raws[seq + 1 :]]


MAKER = fitted([0] * 1500)
RAWS = MAKER.raw_pages()


def check(raws: list[bytes], maker: TagMaker = MAKER) -> Verified:
    return verify_pages(raws, maker.public_key, maker.tag_id, given(maker))


GENUINE = check(RAWS)


def test_a_genuine_log_holds() -> None:
    verified = check(RAWS)
    assert verified.findings == []
    assert verified.certified
    assert [record.number for record in verified.records()] == list(range(1508))
    assert sum(verified.proven) == 1508
    assert verified.readings == 1500
    assert verified.nonce_sealed(b"nonce")
    assert not verified.nonce_sealed(b"other")


def test_order_and_repetition_of_pages_do_not_matter() -> None:
    shuffled = RAWS * 2
    random.Random(3).shuffle(shuffled)
    assert check(shuffled).findings == check(RAWS).findings


def test_a_snapshot_of_the_open_page_and_its_later_state_are_one_page() -> None:
    maker = fitted([0] * 7)
    early = maker.open_page()
    maker.live([0] * 5)
    maker.seal()
    for raws in ([early, *maker.raw_pages()], [*maker.raw_pages(), early]):
        assert check(raws, maker).against == []


@pytest.mark.parametrize("flips", [1, 2])
def test_a_bad_page_of_which_only_an_earlier_open_copy_is_good_is_named(flips: int) -> None:
    maker = fitted([0] * 40)
    seq, early = len(maker.closed), maker.open_page()
    known = maker.coder.number
    while len(maker.closed) < seq + 3:
        maker.live([0] * 10)
    maker.seal()
    raws = maker.raw_pages()
    damaged = raws
    for flip in range(flips):
        damaged = with_flipped(damaged, seq, 1600 + 77 * flip)
    verified = check([early, *damaged], maker)
    finding = one(verified, "page-bad")
    assert finding.severity == AGAINST
    assert "Only an earlier copy, read while it was open, is good." in finding.sentence
    if flips > 1:
        gap = one(verified, "record-gap")
        assert (finding.first_record, finding.last_record) == (known, gap.last_record)
    genuine = {record.number: record.canonical() for record in check(raws, maker).records()}
    assert all(genuine[record.number] == record.canonical() for record in verified.records())
    # A good copy of all of the page is all that it takes.
    assert check([early, *damaged, raws[seq]], maker).against == []


@hypothesis.given(seq=st.integers(0, len(RAWS) - 1), bit=st.integers(0, 2047))
@settings(max_examples=40)
def test_a_flipped_bit_is_refused_and_named(seq: int, bit: int) -> None:
    verified = check(with_flipped(RAWS, seq, bit))
    finding = one(verified, "page-bad")
    assert f"Page {seq} was refused: one bit is wrong, bit {bit & 7} of byte {bit >> 3}" in finding.sentence
    item = next(
        (
            item
            for item in GENUINE.items
            if (item.seq, item.start) <= (seq, (bit >> 3) - pages.HEADER_SIZE) < (item.end_seq, item.end)
        ),
        None,
    )
    if item is not None and pages.HEADER_SIZE <= bit >> 3 < pages.PAGE_SIZE - 4:
        assert isinstance(item.value, Record)
        assert f"record {item.value.number}, a " in finding.sentence
    read = {record.number for record in verified.records()}
    lost = [record.number for record in GENUINE.records() if record.number not in read]
    named = (finding.first_record, finding.last_record)
    if lost:
        assert named == (lost[0], lost[-1] if any(number > lost[-1] for number in read) else None)
    else:
        assert named == ((None, None) if seq < len(RAWS) - 1 else (1508, None))


@hypothesis.given(seq=st.integers(0, len(RAWS) - 2))
def test_a_missing_page_is_named(seq: int) -> None:
    verified = check(RAWS[:seq] + RAWS[seq + 1 :])
    assert f"Page {seq} is missing" in one(verified, "page-missing").sentence
    assert verified.proven.count(0) > 0 or seq == 0


def test_a_missing_tail_is_not_seen_without_a_witness_but_what_is_unsealed_is_said() -> None:
    verified = check(RAWS[:-2])
    assert against(verified) == []
    finding = one(verified, "record-unsealed")
    assert finding.severity != AGAINST
    assert finding.last_record is not None


def test_nothing_at_all_is_a_finding() -> None:
    assert "record-gap" in against(check([]))
    assert "page-bad" in against(check([b"", bytes(256), b"\xff" * 256, b"x" * 300]))


@hypothesis.given(st.lists(st.binary(min_size=0, max_size=300), max_size=5))
def test_garbage_never_raises(raws: list[bytes]) -> None:
    assert check(raws).against


@hypothesis.given(st.data())
@settings(max_examples=60)
def test_pages_with_good_checksums_over_garbage_never_raise(data: st.DataObject) -> None:
    raws = []
    for seq in range(3):
        page = bytearray(data.draw(st.binary(min_size=256, max_size=256)))
        page[0] = pages.PAGE_VERSION
        page[1] = data.draw(st.integers(0, 255))
        page[2:6] = seq.to_bytes(4, "little")
        pages.close(page)
        raws.append(bytes(page))
    assert check(raws).against


def test_a_page_with_two_contents_is_a_finding() -> None:
    other = fitted([1000] * 1500)
    verified = check([*RAWS, other.raw_pages()[3]])
    assert against(verified) == ["page-differs"]
    assert "Page 3" in one(verified, "page-differs").sentence


def test_a_changed_record_breaks_the_root() -> None:
    """Whoever writes to the flash can make the checksums right, but not the seals."""
    forged = TagMaker()
    forged.boot()
    forged.attest()
    forged.event(records.FAULT, sense=1, code=5, text=b"")
    genuine = TagMaker()
    genuine.boot()
    genuine.attest()
    genuine.event(records.FAULT, sense=1, code=6, text=b"")
    forged._tree = genuine._tree
    forged.seal()
    verified = check(forged.raw_pages(), forged)
    assert against(verified) == ["window-root"]
    assert sum(verified.proven) == 0


def test_another_key_signs_nothing() -> None:
    other = fitted([0] * 20, seed=2)
    verified = verify_pages(other.raw_pages(), MAKER.public_key, other.tag_id)
    assert {"key-differs", "key-unknown", "seal-signature"} <= set(against(verified))
    assert sum(verified.proven) == 0


def test_without_a_pinned_key_that_is_said() -> None:
    assert against(verify_pages(RAWS)) == ["key-not-pinned", "not-certified", "station-unknown"]


def test_a_key_that_is_no_point_signs_nothing() -> None:
    assert "seal-signature" in against(verify_pages(RAWS, b"\1" * 64))


def test_seals_of_another_tag_are_named() -> None:
    assert "seal-signature" in against(verify_pages(RAWS, MAKER.public_key, b"another!"))


def test_a_replaced_seal_breaks_the_chain() -> None:
    maker = TagMaker()
    maker.boot()
    maker.seal()
    maker._previous = bytes(31) + b"\1"
    maker.reading()
    maker.seal()
    assert against(check(maker.raw_pages(), maker)) == ["seal-chain"]


@pytest.mark.parametrize(("number", "code"), [(5, "seal-gap"), (0, "seal-repeat")])
def test_seal_numbers_run(number: int, code: str) -> None:
    maker = TagMaker()
    maker.boot()
    maker.seal()
    maker._seal_number = number
    maker.reading()
    maker.seal()
    assert against(check(maker.raw_pages(), maker)) == [code]


def test_pages_copied_in_again_under_new_numbers_count_once() -> None:
    verified = check(copied_in_again(RAWS))
    assert {"record-repeat", "seal-repeat"} <= set(against(verified))
    assert sum(verified.proven) == sum(check(RAWS[:-1]).proven)


def test_record_numbers_run_unless_a_boot_explains_it() -> None:
    maker = fitted([0] * 3)
    maker.boot(cause=2, skipped=40)
    maker.seal()
    assert check(maker.raw_pages(), maker).against == []
    maker._begin_item()
    maker._put(maker.coder.encode_number(maker.coder.number + 7))
    maker.reading()
    maker.seal()
    finding = one(check(maker.raw_pages(), maker), "record-gap")
    assert finding.last_record is not None
    assert finding.first_record is not None
    assert finding.last_record - finding.first_record == 6
    maker._begin_item()
    maker._put(maker.coder.encode_number(3))
    maker.reading()
    maker.seal()
    assert "record-repeat" in against(check(maker.raw_pages(), maker))


def test_boot_numbers_run() -> None:
    maker = fitted([0] * 3)
    maker.boot_number += 1
    maker.boot()
    maker.seal()
    assert against(check(maker.raw_pages(), maker)) == ["boot-gap"]


def test_a_boot_without_a_boot_record_is_named() -> None:
    maker = fitted([0] * 3)
    maker.boot_number += 1
    maker._begin_item()
    maker._put(maker.coder.encode_boot(maker.boot_number))
    maker.reading()
    maker.seal()
    assert against(check(maker.raw_pages(), maker)) == ["boot-gap"]


def test_ticks_that_run_back_are_named_and_a_wrap_is_not() -> None:
    maker = fitted([0] * 30)  # the ticks wrap in the second minute
    assert check(maker.raw_pages(), maker).against == []
    maker.now_ms -= 500_000
    maker.reading()
    maker.seal()
    finding = one(check(maker.raw_pages(), maker), "ticks-backwards")
    assert "500000 ms" in finding.sentence


def test_days_on_the_shelf_before_a_fitting_are_no_finding() -> None:
    maker = TagMaker()
    maker.boot()
    maker.seal()
    maker.now_ms += 9 * 86_400_000
    maker.attest()
    maker.fit()
    maker.live([0] * 5)
    maker.seal()
    verified = check(maker.raw_pages(), maker)
    assert verified.against == []
    assert verified.elapsed_ms[-1] > 9 * 86_400_000


def test_a_missing_scheduled_seal_is_named() -> None:
    maker = fitted([0] * 10)
    maker.config["seal_interval_s"] = 10**6  # the tag was told six hours, and keeps quiet for longer
    maker.live([0] * 400)
    assert against(check(maker.raw_pages(), maker)) == ["seal-late"]
    maker.seal()
    assert against(check(maker.raw_pages(), maker)) == ["seal-late"]


def test_readings_that_a_full_log_lost_are_named_and_ask_for_no_seal() -> None:
    maker = fitted([0] * 10)
    maker.seal()
    maker.now_ms += 3 * 86_400_000
    lost = maker.event(records.LOST, count=4319, first_ticks=0, last_ticks=maker.ticks)
    maker.seal()
    verified = check(maker.raw_pages(), maker)
    assert verified.against == []
    finding = one(verified, "readings-lost")
    assert (finding.severity, finding.first_record, finding.last_record) == (INFORMATION, lost, lost)
    assert "4319 readings" in finding.sentence
    # What was kept before should have been sealed in time all the same.
    maker.live([0])
    maker.now_ms += 3 * 86_400_000
    maker.event(records.LOST, count=4319, first_ticks=0, last_ticks=maker.ticks)
    maker.seal()
    assert against(check(maker.raw_pages(), maker)) == ["seal-late"]


def test_no_seal_is_due_before_the_fitting_or_after_the_removal() -> None:
    maker = TagMaker()
    maker.boot()
    maker.seal()
    maker.now_ms += 3 * 86_400_000
    maker.fit()
    maker.remove()
    maker.now_ms += 3 * 86_400_000
    maker.attest()
    maker.seal()
    assert check(maker.raw_pages(), maker).against == []


def test_a_record_that_is_too_short_is_named() -> None:
    maker = fitted([0])
    maker.event_body(records.STRAP, b"")
    maker.seal()
    assert against(check(maker.raw_pages(), maker)) == ["record-bad"]


def test_unknown_kinds_and_longer_bodies_are_carried() -> None:
    maker = fitted([0])
    maker.event_body(0x3A, b"new")
    maker.event_body(records.STRAP, b"\1\1new")
    maker.seal()
    assert check(maker.raw_pages(), maker).against == []


def test_an_unreadable_seal_is_named() -> None:
    maker = fitted([0])
    maker._begin_item()
    maker._put(maker.coder.encode_seal(b"\xd2\x84nothing"))
    assert "seal-signature" in against(check(maker.raw_pages(), maker))


def test_empty_windows_hold() -> None:
    maker = fitted([0])
    maker.seal(seals.REASON_ASKED, b"again")
    verified = check(maker.raw_pages(), maker)
    assert verified.against == []
    assert verified.windows[-1].seal.seal.count == 0
