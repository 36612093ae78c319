"""What is left of the chain of keys when seals are lost, damaged or replaced."""

import pytest

from ankletag.verify import verify_pages
from host.logs import against, check, noisy, one, pages_of_seals, without
from host.tagmaker import TagMaker, fitted
from tagproto import coding, pages
from tagproto.tree import Tree

MAKER = noisy()
RAWS = MAKER.raw_pages()
PLACES = pages_of_seals(RAWS)


def test_a_copied_seal_does_not_keep_the_next_one_from_vouching() -> None:
    """Seal 4 waits for seal 5, because seal 2 is lost; between them somebody put old seals."""
    maker = fitted()
    maker.live([0] * 1100, noise=5)
    encoded = {window.seal.seal.number: window.seal.encoded for window in check(maker).windows}
    maker._begin_item()
    maker._put(maker.coder.encode_seal(encoded[1]))
    maker.live([0] * 700, noise=5)
    raws = maker.raw_pages()
    verified = check(maker, without(raws, *pages_of_seals(raws)[2]))
    assert "seal-repeat" in against(verified)
    assert "seal 2 is missing" in one(verified, "seal-by-hash").sentence


def test_a_seal_that_was_lost_long_ago_is_no_reason_for_a_key_that_nobody_announced() -> None:
    maker = fitted()
    maker.live([0] * 2600, noise=5)
    maker.epoch += 3
    maker.live([0] * 10)
    maker.seal()
    raws = maker.raw_pages()
    verified = check(maker, without(raws, *pages_of_seals(raws)[2]))
    assert "epoch-gap" in against(verified)
    assert "no seal announced it" in one(verified, "key-unknown").sentence


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_lost_seal_costs_its_own_window_because_a_later_one_vouches_for_the_one_whose_key_it_announced(
    number: int,
) -> None:
    verified = check(MAKER, without(RAWS, *PLACES[number]))
    found = against(verified)
    assert {"page-missing", "seal-gap"} <= set(found)
    assert {"key-unknown", "seal-signature", "epoch-gap"}.isdisjoint(found)
    assert sum(not window.held for window in verified.windows) <= 1
    by_hash = one(verified, "seal-by-hash")
    seal = next(window.seal.seal for window in verified.windows if window.seal.seal.number == number + 2)
    assert (by_hash.first_record, by_hash.last_record) == (seal.first, seal.first + seal.count - 1)
    assert f"announced before, where seal {number} is missing" in by_hash.sentence
    assert verified.proven[-1]


def test_records_of_a_lost_seal_cost_the_next_window_nothing() -> None:
    maker = fitted([0] * 50)
    lost = list(range(maker.coder.number, maker.coder.number + 50))
    maker.live([0] * 50)
    maker.end_page()
    page = len(maker.closed)
    maker.seal()
    maker.end_page()
    maker.live([0] * 50)
    for _ in range(3):
        maker.seal()
    verified = check(maker, without(maker.raw_pages(), page))
    assert against(verified) == ["page-missing", "seal-gap"]
    assert all(window.held for window in verified.windows)
    assert [record.number for index, record in enumerate(verified.records()) if not verified.proven[index]] == lost


def seed_of(maker: TagMaker) -> bytes:
    """The window's that is open, as it lies in the log."""
    reader = pages.Reader()
    found = [item for raw in maker.raw_pages() for item in reader.feed(pages.Page(raw))]
    (*_, seed) = [item.value for item in found if isinstance(item, pages.Item) and item.kind == coding.SEED]
    assert isinstance(seed, bytes)
    return seed


def test_an_invented_record_within_a_window_is_not_proven_with_it() -> None:
    """Its number is one that an earlier window has, so that the window's own records seem to be all there, and the
    window's seed stands in front of it once more."""
    maker = fitted([0] * 5)
    maker.reading()
    number, tree, salts = maker.coder.number, maker._tree, maker._salts
    maker._tree = Tree()
    for jump in (3, number):
        maker._begin_item()
        maker._put(maker.coder.encode_number(jump))
        if jump == 3:
            maker._put(coding.encode_seed(seed_of(maker)))
            invented = maker.reading(90_000)
    maker._tree, maker._salts = tree, salts
    maker.reading()
    maker.seal()
    verified = check(maker)
    assert invented == 3
    assert {"record-repeat", "window-root"} <= set(against(verified))
    assert not any(verified.proven[-3:])


def test_the_last_seal_has_nobody_to_vouch_for_it() -> None:
    number = len(PLACES) - 3
    verified = check(MAKER, without(RAWS, *PLACES[number]))
    finding = one(verified, "key-unknown")
    assert f"seal {number + 2} cannot be tied" in finding.sentence
    assert finding.last_record == MAKER.coder.number - 1
    assert not verified.proven[-1]


@pytest.mark.parametrize("number", [2, 3])
def test_two_lost_seals_in_a_row_are_one_finding_over_all_that_hangs_on_them(number: int) -> None:
    verified = check(MAKER, without(RAWS, *PLACES[number], *PLACES[number + 1]))
    finding = one(verified, "key-unknown")
    following = [window.seal.seal for window in verified.windows if window.seal.seal.number > number + 1]
    assert finding.first_record == next(seal.first for seal in following if seal.count)
    assert finding.last_record == MAKER.coder.number - 1
    assert f"announced before, where seals {number} to {number + 1} are missing" in finding.sentence
    assert f"seals {number + 2} to {len(PLACES) - 1} cannot be tied" in finding.sentence
    assert "They fit each other" in finding.sentence
    assert "seal-signature" not in against(verified)
    assert [window.held for window in verified.windows] == [True] * number + [False] * len(following)


def test_a_seal_whose_hash_the_next_one_does_not_carry_is_not_vouched_for() -> None:
    """The key of seal 4 was announced by seal 2 alone: who can make that unreadable can replace seal 4, but not 5."""
    maker = fitted()
    maker.live([0] * 1000, noise=5)
    maker.key = TagMaker(seed=9).key
    first = maker.reading(90_000)
    forged = maker.seal().seal
    assert (forged.number, forged.epoch) == (4, 4)
    maker._previous = bytes(31) + b"\1"
    maker.live([0] * 1000, noise=5)
    raws = maker.raw_pages()
    verified = check(maker, without(raws, *pages_of_seals(raws)[2]))
    assert {"key-unknown", "seal-chain"} <= set(against(verified))
    # Seal 6 is the last one, and its key was announced by seal 4 alone.
    named = [finding for finding in verified.findings if finding.code == "key-unknown"]
    assert [finding.last_record for finding in named] == [first, maker.coder.number - maker._tree.size - 1]
    assert not verified.windows[3].held
    assert verified.windows[4].held


def test_pages_without_a_part_of_a_seal_break_no_key() -> None:
    sealed = {seq for place in PLACES for seq in place}
    others = sorted(set(range(len(RAWS))) - sealed)
    assert len(others) > 3
    for seq in others:
        verified = check(MAKER, without(RAWS, seq))
        assert "key-unknown" not in against(verified)
        assert sum(not window.held for window in verified.windows) == 1


@pytest.mark.parametrize("bit", [0, 400, 1100, 2047])
def test_nothing_is_believed_of_a_page_with_a_flipped_bit(bit: int) -> None:
    """It says what a missing page says, and why it is refused."""
    for place in PLACES:
        for seq in place:
            page = bytearray(RAWS[seq])
            page[bit >> 3] ^= 1 << (bit & 7)
            flipped = check(MAKER, [*RAWS[:seq], bytes(page), *RAWS[seq + 1 :]])
            missing = check(MAKER, without(RAWS, seq))
            what = [(finding.code, finding.first_record, finding.last_record) for finding in flipped.findings]
            named = [(finding.code, finding.first_record, finding.last_record) for finding in missing.findings]
            if seq < len(RAWS) - 1:
                named = [("page-bad", *rest) if code == "page-missing" else (code, *rest) for code, *rest in named]
                assert what == named


def test_two_holes_do_not_fit_each_other() -> None:
    maker = fitted([0] * 10)
    maker.live([0] * 3000, noise=5)
    raws = maker.raw_pages()
    places = pages_of_seals(raws)
    lost = [seq for number in (2, 3, 6, 7) for seq in places[number]]
    finding = one(check(maker, without(raws, *lost)), "key-unknown")
    assert "Nor do they all fit each other" in finding.sentence


def test_a_false_seal_is_named_even_where_nothing_is_tied_to_the_pinned_key() -> None:
    maker = fitted([0] * 400)
    maker.live([0] * 1200, noise=5)
    maker.key = TagMaker(seed=9).key
    maker.reading()
    forged = maker.seal().seal
    maker.seal()
    raws = maker.raw_pages()
    places = pages_of_seals(raws)
    verified = check(maker, without(raws, *places[2], *places[3]))
    finding = one(verified, "seal-signature")
    assert finding.first_record == forged.first
    assert f"seals 4 to {forged.number + 1} cannot be tied" in one(verified, "key-unknown").sentence


def test_without_a_pinned_key_and_without_the_beginning_nothing_is_tied() -> None:
    behind = PLACES[1][-1] + 1
    verified = verify_pages(RAWS[behind:])
    assert "where seals 0 to 1 are missing" in one(verified, "key-unknown").sentence
    assert "key-not-pinned" in against(verified)
    assert not any(verified.proven)
    verified = verify_pages(noisy(rekeys=False).raw_pages()[behind:])
    assert "none was certified or pinned" in one(verified, "key-unknown").sentence
