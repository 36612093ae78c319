"""A log that was full is not accused of seals that had nothing to seal, and only of those not."""

import pytest

from host.logs import DAY, against, check
from host.tagmaker import TagMaker, fitted
from tagproto import records, seals


def full_since_a_boot(days: float, first_lost_s: int = 0) -> TagMaker:
    """A fitted tag that came up with a full log: its boot's record and its losses are written days later."""
    maker = fitted()
    maker.live([0] * 10)
    maker.seal()
    maker.now_ms += 5 * DAY * 1000
    maker.fitted = False  # no configuration record behind the boot's
    maker.boot(cause=2)
    maker.fitted = True
    first_ticks = (maker.ticks + first_lost_s * 1000) % records.TICKS_PERIOD_MS
    maker.now_ms += round(days * DAY * 1000)
    maker.event(records.LOST, count=9, first_ticks=first_ticks, last_ticks=maker.ticks)
    return maker


def acknowledged(maker: TagMaker) -> list[str]:
    maker.receipt()
    maker.pace(60, 21600)
    maker.live([0] * 10)
    maker.seal()
    return against(check(maker))


@pytest.mark.parametrize("days", [0.2, 0.3, 1, 5])
def test_no_seal_is_due_while_a_full_log_takes_nothing(days: float) -> None:
    assert acknowledged(full_since_a_boot(days)) == []


def test_no_seal_is_due_between_the_losses_of_a_log_that_stays_full() -> None:
    """It says every four days that it is full, and the last pages are not enough for a seal."""
    maker = full_since_a_boot(4)
    for _ in range(3):
        first_ticks = maker.ticks
        maker.now_ms += 4 * DAY * 1000
        maker.event(records.LOST, count=192, first_ticks=first_ticks, last_ticks=maker.ticks)
    assert acknowledged(maker) == []


def test_a_seal_is_due_again_once_there_is_room() -> None:
    maker = full_since_a_boot(3)
    maker.config["seal_interval_s"] = 10 * DAY
    maker.live([0] * 350)
    maker.seal()
    assert against(check(maker)) == []
    maker = full_since_a_boot(3)
    maker.config["seal_interval_s"] = 10 * DAY
    maker.live([0] * 370)
    maker.seal()
    assert against(check(maker)) == ["seal-late"]


def test_a_loss_does_not_excuse_the_time_before_it() -> None:
    """The boot's record stood there for a day, and only then the log was full."""
    assert acknowledged(full_since_a_boot(3, first_lost_s=DAY)) == ["seal-late"]


def test_a_loss_does_not_excuse_a_window_that_holds_more() -> None:
    maker = fitted()
    maker.live([0] * 10)
    maker.event(records.STRAP, open=0, edges=2)
    first_ticks = maker.ticks
    maker.now_ms += 3 * DAY * 1000
    maker.event(records.LOST, count=9, first_ticks=first_ticks, last_ticks=maker.ticks)
    assert acknowledged(maker) == ["seal-late"]


def test_a_station_seals_a_full_log_before_it_can_say_that_it_is_full() -> None:
    maker = fitted()
    maker.live([0] * 10)
    maker.seal()
    first_ticks = maker.ticks
    maker.now_ms += 3 * DAY * 1000
    for _ in range(2):
        maker.seal(seals.REASON_ASKED, b"nonce")
    maker.event(records.LOST, count=9, first_ticks=first_ticks, last_ticks=maker.ticks)
    assert acknowledged(maker) == []


def test_a_seal_over_nothing_does_not_hide_that_others_are_missing() -> None:
    maker = fitted()
    maker.live([0] * 10)
    maker.seal()
    maker.now_ms += 3 * DAY * 1000
    maker.seal(seals.REASON_ASKED, b"nonce")
    maker.live([0] * 10)
    maker.seal()
    assert against(check(maker)) == ["seal-late"]


@pytest.mark.parametrize("sealed", [True, False])
def test_the_count_of_losses_stands_at_the_last_one_and_the_log_is_full_until_what_comes_behind(sealed: bool) -> None:
    """Slow since a boot that could not say so: the last reading that was turned away is half an hour old."""
    maker = fitted(seal_interval_s=60)
    maker.fitted = False
    maker.boot(cause=2)
    maker.fitted = True
    first_ticks = maker.ticks
    maker.now_ms += DAY * 1000
    maker.event(records.LOST, count=49, first_ticks=first_ticks, last_ticks=maker.ticks)
    maker.now_ms += 1700 * 1000
    if sealed:
        maker.seal(seals.REASON_ASKED, b"nonce")
    maker.receipt()
    maker.seal()
    assert against(check(maker)) == []
    maker.config["seal_interval_s"] = 10 * DAY
    maker.live([0] * 10)
    maker.seal()
    assert against(check(maker)) == ["seal-late"]


@pytest.mark.parametrize("then", ["boot", "remove"])
def test_a_seal_that_was_missing_stays_missing_whatever_comes_before_the_next_one(then: str) -> None:
    maker = fitted()
    maker.config["seal_interval_s"] = 10 * DAY  # the tag was told six hours, and keeps quiet for longer
    maker.live([0] * 400)
    if then == "boot":
        maker.boot(cause=2)
        maker.attest()
        maker.seal()
    else:
        maker.remove()
    assert against(check(maker)) == ["seal-late"]


def test_no_seal_is_missing_where_the_tag_was_off_when_it_was_due() -> None:
    maker = fitted([0] * 10)
    maker.now_ms += 3 * DAY * 1000
    maker.boot(cause=1)
    maker.attest()
    maker.seal()
    assert against(check(maker)) == []
