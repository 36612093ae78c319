"""Classes of tamper judged again from sealed readings, and where the tag's own records differ."""

import pytest

from ankletag.evaluate import (
    LIQUID,
    OBSTRUCTION,
    POWER,
    SENSE,
    SKIN,
    TEMPERATURE,
    Evaluation,
    Loss,
)
from host.logs import judged
from host.tagmaker import PROX_ON_SKIN, TagMaker
from host.tampering import DEGREE, VOLT, hours, monitored, tampered
from tagproto import records, tamper

OFF = VOLT * 3 // 10
COLD = 10 * DEGREE


def kinds(evaluation: Evaluation) -> list[str]:
    return [loss.kind for loss in evaluation.losses]


def after(maker: TagMaker) -> Evaluation:
    """Half a day of ordinary life behind it, sealed."""
    hours(maker, 12)
    maker.seal()
    return judged(maker)


@pytest.mark.parametrize(
    ("kind", "hours_of_it", "same"),
    [
        (SKIN, 0.1, {"prox": OFF}),
        (OBSTRUCTION, 4.1, {"prox": PROX_ON_SKIN + VOLT * 3 // 10}),
        (OBSTRUCTION, 4.1, {"prox": PROX_ON_SKIN - VOLT * 3 // 10}),
        (TEMPERATURE, 3.1, {"temp": COLD}),
        (TEMPERATURE, 3.1, {"temp": 41 * DEGREE}),
        (LIQUID, 0.1, {"prox": PROX_ON_SKIN - VOLT * 22 // 100, "temp": 26 * DEGREE}),
        (SENSE, 0.1, {"flags": records.FLAG_NO_PROX}),
        (SENSE, 0.1, {"flags": records.FLAG_NO_CELL}),
    ],
)
def test_each_class_is_seen_and_ends(kind: str, hours_of_it: float, same: dict[str, int]) -> None:
    maker = monitored()
    before = maker.coder.number
    hours(maker, hours_of_it, **same)
    count = maker.coder.number - before
    (loss,) = after(maker).losses
    assert (loss.kind, loss.first_record, loss.ended) == (kind, before, True)
    assert loss.last_record == before + count - 1


@pytest.mark.parametrize(
    ("hours_of_it", "same"),
    [
        (0.03, {"prox": OFF}),
        (3.8, {"prox": PROX_ON_SKIN + VOLT * 3 // 10}),
        (12.0, {"prox": PROX_ON_SKIN + VOLT * 2 // 10}),
        (2.8, {"temp": COLD}),
        (1.0, {"prox": PROX_ON_SKIN - VOLT * 2 // 10}),
        (0.05, {"flags": records.FLAG_NO_PROX}),
    ],
)
def test_what_is_short_or_small_is_no_tamper(hours_of_it: float, same: dict[str, int]) -> None:
    maker = monitored()
    hours(maker, hours_of_it, **same)
    assert kinds(after(maker)) == []


def test_without_a_baseline_nothing_is_said_of_what_needs_one() -> None:
    maker = TagMaker()
    maker.boot()
    maker.provision()
    maker.fit()
    hours(maker, 5, prox=PROX_ON_SKIN + VOLT * 3 // 10)
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.losses_of(OBSTRUCTION) == []
    assert evaluation.baseline is None
    assert set(evaluation.unjudged) >= {OBSTRUCTION, LIQUID}
    assert not set(judged(monitored()).unjudged) & {OBSTRUCTION, LIQUID}


def test_what_lasts_until_the_log_ends_has_not_ended() -> None:
    maker = monitored()
    hours(maker, 1, prox=OFF)
    maker.seal()
    (loss,) = judged(maker).losses
    assert (loss.kind, loss.ended) == (SKIN, False)


def restarted(*parts: tuple[float, int], cause: int = 2) -> list[Loss]:
    """Boots of so many hours at such a proximity each; the losses of skin."""
    maker = monitored()
    for number, (length, prox) in enumerate(parts):
        if number:
            maker.boot(cause)
        hours(maker, length, prox=prox)
    maker.seal()
    return judged(maker).losses_of(SKIN)


def test_a_loss_goes_on_over_a_restart() -> None:
    assert [loss.ended for loss in restarted((1, OFF), (1, OFF), (1, OFF), (1, PROX_ON_SKIN))] == [True]
    assert [loss.ended for loss in restarted((1, OFF), (1, OFF))] == [False]


def test_a_loss_that_a_restart_ends_is_told_with_its_last_reading() -> None:
    first, second = restarted((1, OFF), (1, PROX_ON_SKIN), (1, OFF))
    assert (first.ended, second.ended) == (True, False)
    assert first.last_record - first.first_record == 59
    assert [loss.ended for loss in restarted((1, OFF), (1, PROX_ON_SKIN))] == [True]


@pytest.mark.parametrize(("cause", "times"), [(1, 1), (2, 0), (3, 0)])
def test_power_that_comes_back_is_told(cause: int, times: int) -> None:
    maker = monitored()
    last = maker.reading()
    maker.boot(cause)
    hours(maker, 1)
    maker.seal()
    found = judged(maker).losses_of(POWER)
    assert len(found) == times
    assert all((loss.first_record, loss.last_record) == (last, last + 1) for loss in found)


def off_skin(maker: TagMaker, begins: bool = True, ends: bool = True) -> None:
    """An hour off the skin, with the records that the tag makes of it."""
    hours(maker, 0.05, prox=OFF)
    if begins:
        tampered(maker, tamper.SKIN, True, 120)
    hours(maker, 0.95, prox=OFF)
    hours(maker, 0.05)
    if ends:
        tampered(maker, tamper.SKIN, False, 120)
    hours(maker, 1)


def test_a_tag_that_says_the_same_is_not_remarked_on() -> None:
    maker = monitored()
    off_skin(maker)
    maker.seal()
    evaluation = judged(maker)
    assert (kinds(evaluation), evaluation.remarks) == ([SKIN], [])


@pytest.mark.parametrize(("begins", "ends", "word"), [(False, True, "began"), (True, False, "ended")])
def test_what_the_tag_did_not_tell_is_remarked_on(begins: bool, ends: bool, word: str) -> None:
    maker = monitored()
    off_skin(maker, begins, ends)
    maker.seal()
    (remark,) = judged(maker).remarks
    assert f"skin lost {word}" in remark.sentence
    assert "recorded nothing" in remark.sentence


def test_what_the_readings_do_not_show_is_remarked_on() -> None:
    maker = monitored()
    hours(maker, 1)
    number = tampered(maker, tamper.OBSTRUCTION, True)
    tampered(maker, 77, True)
    hours(maker, 1)
    maker.seal()
    known, unknown = judged(maker).remarks
    assert (known.first_record, known.last_record) == (number, number)
    assert "obstruction began" in known.sentence
    assert "do not show" in known.sentence
    assert "tamper 77 began" in unknown.sentence


@pytest.mark.parametrize("what", ["lost", "counted", "unsealed"])
def test_where_the_two_cannot_be_the_same_nothing_is_remarked_on(what: str) -> None:
    maker = monitored()
    if what == "lost":
        maker.event(records.LOST, count=9, first_ticks=0, last_ticks=maker.ticks)
    if what == "counted":
        maker.event(records.REPEATED, kind=records.TAMPER, count=9, first_ticks=0, last_ticks=maker.ticks)
    off_skin(maker, begins=what == "unsealed", ends=False)
    if what != "unsealed":
        maker.seal()
    assert judged(maker).remarks == []


def test_another_calibration_begins_the_judging_anew() -> None:
    maker = monitored()
    hours(maker, 0.03, prox=OFF)
    maker.config |= {"prox_uv_per_count": 101}
    maker.event(records.CONFIG, **maker.config)
    hours(maker, 0.03, prox=OFF)
    hours(maker, 1)
    maker.seal()
    assert judged(maker).losses == []
