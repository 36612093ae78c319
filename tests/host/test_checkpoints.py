"""What a station signs for: the checkpoint that it names, and when it signs nothing."""

import pytest

from ankletag.receipts import checkpoint, why_not
from ankletag.verify import Given, Verified, verify_pages
from host.sealwriter import point
from host.tagmaker import TagMaker, fitted

UNKNOWN = bytes(33)


def judged(maker: TagMaker, raws: list[bytes] | None = None) -> Verified:
    given = Given((maker.programme.root.point,), maker.documents)
    return verify_pages(maker.raw_pages() if raws is None else raws, maker.public_key, maker.tag_id, given)


def last(maker: TagMaker) -> tuple[int, bytes]:
    return maker.seal_count - 1, maker.previous


def test_the_checkpoint_is_what_the_tag_signs_with_next() -> None:
    maker = fitted()
    for _ in range(4):
        keys = point(maker.key) + point(maker.ahead[0])
        assert checkpoint(judged(maker), maker.seal_count - 1) == (maker.epoch, keys)
        maker.live([0] * 3)
        maker.seal()


def test_of_an_earlier_seal_it_names_no_key_that_was_announced_later() -> None:
    maker = fitted([0] * 3)
    before = checkpoint(judged(maker), maker.seal_count - 1)
    maker.seal()
    maker.seal()
    assert checkpoint(judged(maker), maker.seal_count - 3) == before


def test_a_seal_that_did_not_rekey_leaves_its_epoch() -> None:
    maker = fitted([0] * 3, rekeys=False)
    assert checkpoint(judged(maker), maker.seal_count - 1) == (0, UNKNOWN * 2)


def test_keys_that_nothing_ties_are_not_vouched_for() -> None:
    maker = fitted([0] * 3000)
    verified = judged(maker, maker.raw_pages()[9:])
    assert not any(window.held for window in verified.windows)
    assert checkpoint(verified, maker.seal_count - 1) == (maker.epoch, UNKNOWN * 2)


def test_a_whole_log_may_be_acknowledged_and_so_may_what_lies_behind_a_receipt() -> None:
    maker = fitted([0] * 900)
    assert why_not(judged(maker), *last(maker)) == ""
    page = len(maker.closed)
    maker.receipt()
    maker.live([0] * 900)
    maker.seal()
    behind = maker.raw_pages()[page:]
    assert why_not(judged(maker, behind), *last(maker)) == ""
    # Without the page in which the receipt lies nothing says that the rest was ever stored.
    assert why_not(judged(maker, behind[5:]), *last(maker))


@pytest.mark.parametrize("gap", [1, 5, 10])
def test_a_log_with_a_page_missing_may_not(gap: int) -> None:
    maker = fitted([0] * 1800)
    raws = maker.raw_pages()
    assert len(raws) > 12
    assert why_not(judged(maker, raws[:gap] + raws[gap + 1 :]), *last(maker))


def test_a_receipt_that_names_a_seal_to_come_covers_nothing() -> None:
    maker = fitted([0] * 900)
    maker.receipt(seal_number=maker.seal_count + 5)
    maker.seal()
    assert why_not(judged(maker, maker.raw_pages()[6:]), *last(maker))


def test_a_seal_that_is_not_there_or_is_another_one_may_not() -> None:
    maker = fitted([0] * 3)
    number, seal_hash = last(maker)
    verified = judged(maker)
    assert "not among the pages" in why_not(verified, number + 1, seal_hash)
    assert "not the one in the pages" in why_not(verified, number, bytes(32))
