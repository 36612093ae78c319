"""Keys that change with every seal: who signs in which epoch."""

from host.logs import against, check, copied_in_again, noisy, one
from host.tagmaker import TagMaker, fitted
from tagproto import records, seals

MAKER = noisy()


def test_every_seal_of_a_genuine_log_is_of_the_epoch_that_the_one_before_announced() -> None:
    verified = check(MAKER)
    assert against(verified) == []
    assert [window.seal.seal.epoch for window in verified.windows] == list(range(len(verified.windows)))
    assert verified.rekeyed == len(verified.windows)


def test_a_log_of_one_key_holds() -> None:
    verified = check(fitted([0] * 500, rekeys=False))
    assert against(verified) == []
    assert verified.rekeyed == 0


def test_a_seal_that_could_not_rekey_leaves_the_epoch_as_it_is() -> None:
    maker = fitted([0] * 5)
    maker.rekeys = False
    maker.live([0] * 5)
    maker.seal()
    maker.rekeys = True
    maker.live([0] * 5)
    maker.seal()
    maker.seal()
    verified = check(maker)
    assert against(verified) == []
    assert [window.seal.seal.epoch for window in verified.windows] == [0, 1, 2, 2, 3]


def test_an_epoch_that_goes_back_is_named() -> None:
    maker = fitted([0] * 5)
    gone, epoch = maker.key, maker.epoch
    maker.seal()
    maker.key, maker.epoch, maker.rekeys = gone, epoch, False
    first = maker.reading()
    maker.seal()
    verified = check(maker)
    assert against(verified) == ["epoch-repeat"]
    finding = one(verified, "epoch-repeat")
    assert (finding.first_record, finding.last_record) == (first, first)
    assert f"epoch {epoch} where epoch {epoch + 1} is due" in finding.sentence


def test_a_second_content_for_a_seal_number_is_named_twice_over_and_not_proven() -> None:
    maker = fitted([0] * 5)
    gone, epoch = maker.key, maker.epoch
    maker.seal()
    maker.key, maker.epoch, maker.rekeys = gone, epoch, False
    maker._seal_number -= 1
    first = maker.reading(90_000)
    maker.seal()
    verified = check(maker)
    assert against(verified) == ["epoch-repeat", "seal-repeat"]
    assert not verified.proven[first]


def test_pages_copied_in_again_are_no_second_use_of_a_key() -> None:
    found = set(against(check(MAKER, copied_in_again(MAKER.raw_pages()))))
    assert "seal-repeat" in found
    assert "epoch-repeat" not in found


def test_an_epoch_that_jumps_is_named_and_its_key_is_unknown() -> None:
    maker = fitted([0] * 5)
    maker.epoch += 3
    maker.live([0] * 5)
    maker.seal()
    maker.live([0] * 5)
    maker.seal()
    verified = check(maker)
    assert against(verified) == ["epoch-gap", "key-unknown"]
    assert "epoch 5 where epoch 2 is due" in one(verified, "epoch-gap").sentence
    assert "no seal announced it" in one(verified, "key-unknown").sentence


def test_behind_two_false_seals_the_key_is_unknown() -> None:
    maker = fitted([0] * 5)
    maker.ahead = [TagMaker(seed=9).key, TagMaker(seed=10).key]
    maker.key = TagMaker(seed=11).key
    for _ in range(3):
        maker.reading()
        maker.seal()
    verified = check(maker)
    assert against(verified) == ["key-unknown", "seal-signature", "seal-signature"]
    assert "where seal 3 does not hold" in one(verified, "key-unknown").sentence


def test_a_key_record_of_a_later_epoch_must_be_one_that_was_announced() -> None:
    maker = fitted([0] * 5)
    maker.event(records.KEY, epoch=1, public_key=MAKER.public_key)
    maker.seal(seals.REASON_SCHEDULE)
    assert against(check(maker)) == ["key-differs"]
