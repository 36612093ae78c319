"""One record shown alone: the proof holds, any change breaks it, and nothing is learned of the records beside it."""

import hashlib
import itertools

import hypothesis
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from ankletag.disclose import Disclosed, Disclosure, check_disclosure, decode, disclose
from ankletag.disclose.proof import path
from ankletag.errors import UsageError
from ankletag.verify import Given, Verified, Witness
from host.logs import check, given
from host.tagmaker import TagMaker, fitted
from tagproto import records, seals
from tagproto.tree import leaf_hash


def log() -> TagMaker:
    """Two boots, several windows, attestations on both sides, a tail that no seal covers."""
    maker = fitted([0, 30_000, 60_000] * 20)
    maker.receipt()
    maker.live([0] * 400, noise=3)
    maker.strap(True)
    maker.boot(cause=2, ticks_offset=77)
    maker.live([20_000] * 50, noise=3)
    maker.attest()
    maker.live([10_000] * 33, noise=3)
    maker.seal(seals.REASON_ASKED, b"n")
    maker.reading()
    return maker


MAKER = log()
VERIFIED = check(MAKER)
PROVEN = [record.number for index, record in enumerate(VERIFIED.records()) if VERIFIED.proven[index]]


def shown(number: int, verified: Verified = VERIFIED, maker: TagMaker = MAKER) -> Disclosure:
    return disclose(verified, maker.public_key, maker.documents, number)


def checked(disclosure: Disclosure, maker: TagMaker = MAKER) -> Disclosed:
    return check_disclosure(disclosure, given(maker))


@hypothesis.given(number=st.sampled_from(PROVEN))
@settings(max_examples=60)
def test_the_proof_of_any_record_holds(number: int) -> None:
    result = checked(shown(number))
    assert result.verified.findings == []
    assert result.proven
    assert result.record is not None
    index = next(at for at, record in enumerate(VERIFIED.records()) if record.number == number)
    assert result.record.canonical() == VERIFIED.record(index).canonical()
    assert result.span == VERIFIED.clock.span(index)
    assert result.config is not None or number < 2


def test_a_receipt_of_a_whole_log_anchors_nothing() -> None:
    number = next(held.record.number for held in VERIFIED.statements if held.record.kind == records.RECEIPT)
    assert checked(shown(number)).verified.findings == []


def test_a_receipt_that_is_not_true_is_named_when_it_is_shown() -> None:
    maker = fitted([0] * 5)
    number = maker.receipt(seal_hash=bytes(32))
    maker.seal()
    result = checked(disclose(check(maker), maker.public_key, maker.documents, number), maker)
    assert [finding.code for finding in result.verified.findings] == ["receipt-differs"]


def test_it_is_the_same_each_time_and_can_be_read_back() -> None:
    data = shown(100).encode()
    assert shown(100).encode() == data
    assert decode(data) == shown(100)


def test_no_other_reading_is_shown() -> None:
    for number in PROVEN[::40]:
        kinds = [records.parse(each.record) for each in shown(number).records]
        beside = {record.kind for record in kinds[1:] if isinstance(record, records.Record)}
        assert beside <= {records.CONFIG, records.ATTESTATION}


@hypothesis.given(number=st.sampled_from(PROVEN[::50]), data=st.data())
@settings(max_examples=150)
def test_any_changed_byte_makes_it_fail(number: int, data: st.DataObject) -> None:
    genuine = shown(number).encode()
    at = data.draw(st.integers(0, len(genuine) - 1))
    changed = bytearray(genuine)
    changed[at] = data.draw(st.integers(0, 255).filter(lambda value: value != genuine[at]))
    found = decode(bytes(changed))
    assert isinstance(found, str) or not checked(found).proven


@pytest.mark.slow
def test_every_digit_of_one_changed_makes_it_fail() -> None:
    genuine = shown(60).encode()
    for at, digit in enumerate(genuine):
        changed = genuine[:at] + (b"1" if digit != ord("1") else b"2") + genuine[at + 1 :]
        found = decode(changed)
        assert isinstance(found, str) or not checked(found).proven, at


def guesses_confirmed(hashes: set[bytes], salts: list[bytes], guess: bytes) -> bool:
    """Whether any hash in a disclosure shows that the guess at a record is right: as a leaf with every salt that is
    known or none, beside every other hash one level up."""
    leaves = {leaf_hash(salt, guess) for salt in [b"", bytes(32), *salts]}
    leaves |= {hashlib.sha256(guess).digest(), hashlib.sha256(b"\0" + guess).digest()}
    pairs = [(leaf, other) for leaf in leaves for other in hashes]
    nodes = {hashlib.sha256(b"\1" + a + b).digest() for leaf, other in pairs for a, b in ((leaf, other), (other, leaf))}
    return bool((leaves | nodes) & hashes)


def test_nothing_is_learned_of_the_records_beside_it() -> None:
    """Even the right guess at a neighbour cannot be confirmed from everything in the file. Without salts it could."""
    number = 150
    disclosure = shown(number)
    main = disclosure.records[0]
    window = next(window for window in VERIFIED.windows if window.seal.seal.number == main.seal)
    begin = window.last_item - window.seal.seal.count
    covered = [VERIFIED.record(item) for item in range(begin, window.last_item)]
    neighbour = covered[main.index ^ 1].canonical()
    text = disclosure.encode().decode()
    strings = {word for word in text.split('"') if word and not set(word) - set("0123456789abcdef")}
    values = [bytes.fromhex(word) for word in strings if not len(word) % 2]
    # Every 32 bytes that stand anywhere in the file, seals and documents included.
    hashes = {value[at : at + 32] for value in values for at in range(len(value) - 31)}
    salts = [each.salt for each in disclosure.records]
    assert neighbour.hex() not in text
    assert window.seed is not None
    assert window.seed.hex() not in text
    assert not guesses_confirmed(hashes, salts, neighbour)
    # The same proof over leaves without salts: the first hash of the path is the neighbour's own.
    bare = [leaf_hash(b"", record.canonical()) for record in covered]
    assert guesses_confirmed(set(path(bare, main.index)), [], neighbour)
    # And the search does find what is there: the record itself, by its salt.
    leaves = {leaf_hash(main.salt, main.record)}
    assert guesses_confirmed(leaves, salts, main.record)


def test_a_record_under_another_seal_is_named() -> None:
    one, other = shown(5), shown(400)
    mixed = Disclosure(one.tag_id, one.public_key, one.documents, other.seals, one.records)
    assert checked(mixed).proven
    moved = other.records[0]
    for seal, index in itertools.product(range(len(other.seals)), (0, 3)):
        wrong = type(moved)(moved.record, moved.salt, seal, index, moved.path)
        false = Disclosure(other.tag_id, other.public_key, other.documents, other.seals, (wrong,))
        if (seal, index) != (moved.seal, moved.index):
            assert "window-root" in [finding.code for finding in checked(false).verified.findings]


def test_seals_that_are_left_out_are_named() -> None:
    whole = shown(400)
    assert len(whole.seals) > 2
    codes = []
    for at in range(len(whole.seals)):
        cut = Disclosure(
            whole.tag_id, whole.public_key, whole.documents, whole.seals[:at] + whole.seals[at + 1 :], whole.records
        )
        result = checked(cut)
        assert not result.proven
        codes += [finding.code for finding in result.verified.findings]
    assert {"seal-gap", "window-root"} <= set(codes)


def test_a_disclosure_of_another_tag_is_named() -> None:
    other = fitted([0] * 30, seed=8)
    theirs = disclose(check(other), other.public_key, other.documents, 12)
    false = Disclosure(MAKER.tag_id, MAKER.public_key, shown(5).documents, theirs.seals, theirs.records)
    codes = {finding.code for finding in checked(false).verified.findings}
    assert {"seal-signature"} <= codes


def test_a_log_that_begins_at_a_checkpoint_discloses_with_its_receipt() -> None:
    maker = fitted([0] * 30)
    maker.end_page()
    maker.attest()
    maker.seal(seals.REASON_ASKED, b"n")
    maker.receipt()
    maker.live([0] * 500, noise=3)
    maker.seal()
    raws = maker.raw_pages()
    receipt = next(item.seq for item in check(maker).items if item.value.kind == records.RECEIPT)
    late = check(maker, raws[receipt:])
    number = late.record(len(late.items) - 1).number
    result = checked(shown(number, late, maker), maker)
    assert [finding.code for finding in result.verified.findings if finding.code != "anchored"] == []
    assert result.proven
    kinds = {record.kind for record in result.verified.records()}
    assert records.RECEIPT in kinds
    without = shown(number, late, maker)
    bare = Disclosure(
        without.tag_id,
        without.public_key,
        without.documents,
        without.seals,
        tuple(each for each in without.records if each.record[0] != records.RECEIPT),
    )
    assert {"key-unknown", "seal-gap"} <= {finding.code for finding in checked(bare, maker).verified.findings}


def test_a_witness_counts_for_a_disclosure_too() -> None:
    whole = shown(400)
    papers = given(MAKER)
    for digest, proven in ((hashlib.sha256(whole.seals[1]).digest(), True), (bytes(32), False)):
        known = Given(papers.authority, witnesses=[Witness(1, digest)])
        assert check_disclosure(whole, known).proven is proven


def test_what_no_seal_proves_is_not_disclosed() -> None:
    with pytest.raises(UsageError, match="No seal that holds covers record"):
        shown(MAKER.coder.number - 1)
    with pytest.raises(UsageError, match="has no record 99999"):
        shown(99_999)
