"""Another leg, and none: what only hours and days of readings show."""

import math
import random

import pytest

from ankletag.evaluate import LIFELESS, MOVED, Evaluation
from host.logs import judged
from host.tagmaker import PROX_ON_SKIN, TEMP_34_C, TagMaker, fitted
from host.tampering import DEGREE, VOLT
from tagproto import records

OFF = VOLT * 3 // 10
QUARTERS = 96


def days(maker: TagMaker, count: float, prox: int = PROX_ON_SKIN, away: float = 0.06, seed: int = 1) -> None:
    """A reading in 15 minutes on a leg: infrared lies elsewhere every two hours, by so many volts rms."""
    draw = random.Random(seed)
    posture = 0
    for quarter in range(round(count * QUARTERS)):
        if not quarter % 8:
            posture = round(draw.gauss(0, away) * VOLT)
        temp = TEMP_34_C + round(3 * DEGREE * math.sin(quarter / 7))
        maker.live([0], prox=prox + posture, temp=temp)


def worn() -> TagMaker:
    return fitted(cadence_s=900)


def strap(maker: TagMaker) -> None:
    maker.strap(True)
    maker.strap(False)


def lost(maker: TagMaker) -> None:
    maker.live([0] * 4, prox=OFF, temp=TEMP_34_C)


def power(maker: TagMaker) -> None:
    maker.boot(1)


def after(maker: TagMaker) -> Evaluation:
    maker.seal()
    return judged(maker)


@pytest.mark.parametrize("away", [0.32, -0.32, 0.4])
@pytest.mark.parametrize("happening", [strap, lost, power])
def test_infrared_that_lies_elsewhere_behind_a_break_is_told(happening: object, away: float) -> None:
    maker = worn()
    days(maker, 1.5)
    begins = maker.coder.number
    assert callable(happening)
    happening(maker)
    days(maker, 1.5, PROX_ON_SKIN + round(away * VOLT), seed=2)
    (loss,) = after(maker).losses_of(MOVED)
    assert begins - 1 <= loss.first_record <= begins


@pytest.mark.parametrize("away", [0.0, 0.15, -0.15])
def test_the_same_leg_is_not(away: float) -> None:
    maker = worn()
    for day in range(5):
        days(maker, 1, PROX_ON_SKIN + round(away * VOLT) * (day > 2), seed=day)
        lost(maker)
    evaluation = after(maker)
    assert evaluation.losses_of(MOVED) == []
    # The last one has nothing behind it.
    assert evaluation.breaks_passed_by == 1


def test_without_a_break_nothing_is_another_leg() -> None:
    maker = worn()
    days(maker, 1.5)
    days(maker, 1.5, PROX_ON_SKIN + VOLT * 4 // 10)
    evaluation = after(maker)
    assert (evaluation.losses_of(MOVED), evaluation.breaks_passed_by) == ([], 0)


def test_with_less_than_half_a_day_on_one_side_it_is_not_judged() -> None:
    for before, behind in ((0.4, 1.5), (1.5, 0.4)):
        maker = worn()
        days(maker, before)
        lost(maker)
        days(maker, behind, PROX_ON_SKIN + VOLT * 4 // 10)
        evaluation = after(maker)
        assert (evaluation.losses_of(MOVED), evaluation.breaks_passed_by) == ([], 1)


def still(maker: TagMaker, hours: float, spread: int = 3, **same: int) -> None:
    """A warmed object: so many codes of temperature either way."""
    draw = random.Random(3)
    for _ in range(round(hours * 4)):
        maker.live([0], temp=TEMP_34_C + draw.randint(-spread, spread), **same)


def lifeless(hours: float, spread: int = 3, **same: int) -> Evaluation:
    maker = worn()
    days(maker, 1)
    still(maker, hours, spread, **same)
    days(maker, 0.5)
    return after(maker)


def test_a_temperature_that_stays_is_no_leg() -> None:
    (loss,) = lifeless(8).losses_of(LIFELESS)
    assert loss.ended
    assert 28 <= loss.last_record - loss.first_record <= 40


@pytest.mark.parametrize("evaluation", [lifeless(4), lifeless(8, spread=40), lifeless(8, prox=OFF)])
def test_what_is_short_or_lives_or_is_off_is_not_lifeless(evaluation: Evaluation) -> None:
    assert evaluation.losses_of(LIFELESS) == []


def test_lifeless_to_the_end_has_not_ended() -> None:
    maker = worn()
    days(maker, 1)
    still(maker, 9)
    (loss,) = after(maker).losses_of(LIFELESS)
    assert not loss.ended


def test_a_touch_does_not_make_it_alive() -> None:
    maker = worn()
    days(maker, 1)
    still(maker, 4)
    maker.live([0], temp=TEMP_34_C - 2 * DEGREE)
    still(maker, 4)
    assert len(after(maker).losses_of(LIFELESS)) == 1


def test_few_readings_are_not_judged() -> None:
    maker = worn()
    still(maker, 5)
    assert LIFELESS in after(maker).unjudged
    still(maker, 5)
    assert LIFELESS not in after(maker).unjudged


def test_readings_without_a_value_are_no_leg_and_no_dummy() -> None:
    maker = worn()
    still(maker, 12, flags=records.FLAG_NO_TEMP)
    assert LIFELESS in after(maker).unjudged
