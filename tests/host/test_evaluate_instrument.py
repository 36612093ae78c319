"""What an evaluation says of the instrument: the zero of its cell and its clock, each found as it was put in."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.evaluate import Evaluation, Parameters
from ankletag.evaluate.leg import Sample
from ankletag.evaluate.zero import Zero, of_zero, zero_of
from host.logs import check, judged
from host.tagmaker import TagMaker, fitted
from tagproto import records

DAY_MS = 86_400_000
A_DAY = 288


def course(days: int, zero: Callable[[int], int], drinks: frozenset[int] = frozenset(), a_day: int = 144) -> Evaluation:
    """So many readings a day, ten minutes apart, at what `zero` says of the day; evenings of `drinks` are above."""
    maker = fitted(cadence_s=86_400 // a_day, seal_interval_s=21_600, rekeys=False)
    for day in range(days):
        evening = [zero(day) + 60_000] * (a_day // 4) if day in drinks else [zero(day)] * (a_day // 4)
        maker.live([zero(day)] * (a_day - len(evening)) + evening)
    maker.seal()
    return judged(maker)


def test_a_zero_that_stays_says_nothing() -> None:
    evaluation = course(8, lambda day: 400)
    assert evaluation.zero.level_ug_dl == pytest.approx(400, abs=40)
    assert evaluation.zero.drift_ug_dl == 0
    assert evaluation.notes == []


def test_a_zero_that_moves_is_told_with_its_days() -> None:
    evaluation = course(11, lambda day: 700 * day, frozenset(range(11)))
    assert evaluation.zero.drift_ug_dl == pytest.approx(7_000, abs=50)
    assert evaluation.zero.slope_ug_dl_30_days == pytest.approx(21_000, abs=150)
    assert [day.day for day in evaluation.zero.days] == list(range(11))
    (note,) = evaluation.notes
    assert "moved by +7,0" in note.sentence or "moved by +6,9" in note.sentence
    assert "in 10 days" in note.sentence
    # TAC is what was measured.
    assert max(one.tac_ug_dl or 0 for one in evaluation.readings) > 60_000
    assert len(evaluation.drinking) == 11


def test_a_zero_that_lies_off_from_the_beginning_is_told() -> None:
    (note,) = course(5, lambda day: -6_000).notes
    assert "reads -6,0" in note.sentence


def test_days_of_drinking_from_morning_to_evening_leave_the_zero_where_it_is() -> None:
    maker = fitted(cadence_s=300, seal_interval_s=21_600, rekeys=False)
    for _ in range(6):
        maker.live([500] * 30 + [9_000] * 50 + [50_000] * 208)
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.zero.level_ug_dl == pytest.approx(500, abs=40)
    assert evaluation.notes == []


def test_few_days_do_not_say_how_it_moves() -> None:
    evaluation = course(Parameters().zero_days - 1, lambda day: 6_000 + 2_000 * day)
    assert (evaluation.zero.drift_ug_dl, evaluation.zero.slope_ug_dl_30_days) == (None, None)
    assert evaluation.zero.level_ug_dl is not None
    # Who drinks for a few days looks like it.
    assert evaluation.notes == []


def test_hours_off_the_skin_do_not_count() -> None:
    maker = fitted(cadence_s=600, seal_interval_s=21_600, rekeys=False)
    for _ in range(6):
        maker.live([0] * 100)
        maker.live([-9_000] * 44, prox=2_000)
    maker.seal()
    assert judged(maker).zero.level_ug_dl == pytest.approx(0, abs=40)


def test_senses_without_a_value_and_at_the_limit_do_not_count() -> None:
    maker = fitted(cadence_s=600, seal_interval_s=21_600, rekeys=False)
    maker.live([0] * 100)
    maker.live([0] * 30, cell=0, flags=records.FLAG_CELL_SATURATED)
    maker.live([0] * 30, cell=0, flags=records.FLAG_NO_CELL)
    maker.seal()
    assert judged(maker).zero.level_ug_dl == pytest.approx(0, abs=40)


def test_nothing_worn_has_no_zero() -> None:
    assert judged(fitted()).zero == Zero()
    assert list(of_zero(Zero(), Parameters())) == []


def samples_of(values: list[int]) -> list[Sample]:
    """A reading in five minutes, of each day one value."""
    evaluation = judged(fitted([0]))
    reading = evaluation.readings[0]
    found = []
    for day, value in enumerate(values):
        for place in range(A_DAY):
            own = type(reading)(**{name: getattr(reading, name) for name in reading.__slots__} | {"tac_ug_dl": value})
            found.append(Sample(own, day * DAY_MS + place * 300_000, 0, 1_100, 34_000))
    return found


def test_two_odd_days_in_twenty_do_not_bend_the_slope() -> None:
    values = [100 * day for day in range(20)]
    values[4], values[15] = 30_000, -30_000
    assert zero_of(samples_of(values), [], Parameters()).drift_ug_dl == pytest.approx(1_900, abs=100)


def clocked(ppm: float, days: float, delay_ms: int = 20, more_ms: int = 0) -> tuple[Evaluation, TagMaker]:
    """Attested at the fitting and so many days later, by a station whose clock goes right."""
    maker = fitted(rekeys=False, cadence_s=3_600)
    maker.live([0] * round(days * 24))
    # The maker's own time is the tag's: what is true runs slower by so much.
    maker.attest(-round(maker.now_ms * ppm / (1e6 + ppm)) + more_ms, delay_ms)
    maker.seal()
    return judged(maker), maker


@pytest.mark.parametrize("ppm", [0, 20, -35, 80, -200])
def test_a_clock_that_is_off_is_measured(ppm: int) -> None:
    evaluation, maker = clocked(ppm, 10)
    (drift,) = evaluation.clock_drifts
    assert drift.low_ppb <= ppm * 1000 <= drift.high_ppb
    # Two stations, half a second each: two seconds in ten days are 2.3 ppm.
    assert drift.high_ppb - drift.low_ppb < 2_500
    assert drift.is_over == (abs(ppm) > 50)
    # What is beyond the crystal's 50 ppm contradicts itself, and verify says so, too.
    codes = [finding.code for finding in check(maker).findings]
    assert ("clock-conflict" in codes) == (abs(ppm) > 50)
    assert [f"fast by {drift.low_ppb / 1000:+.1f}" in note.sentence for note in evaluation.notes] == [
        True
    ] * drift.is_over


@given(st.integers(-45, 45), st.integers(-499, 499), st.integers(0, 900))
def test_the_bounds_hold_whatever_a_station_may_be_off(ppm: int, more_ms: int, delay_ms: int) -> None:
    (drift,) = clocked(ppm, 2, delay_ms, more_ms)[0].clock_drifts
    assert drift.low_ppb <= ppm * 1000 <= drift.high_ppb


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("delays_ms", [(2_000, 20), (20, 2_000)])
def test_the_bounds_hold_at_their_ends(early: bool, sign: int, delays_ms: tuple[int, int]) -> None:
    """Two stations that are half a second off either way, and whose time was that of the beginning or of the end of
    the seconds that the attestation took."""
    maker = TagMaker(rekeys=False, cadence_s=3_600)
    maker.boot()
    maker.provision()
    maker.attest(499 * sign - (delays_ms[0] if early else 0), delays_ms[0])
    maker.fit()
    maker.live([0] * 24)
    maker.attest(-499 * sign - (delays_ms[1] if early else 0), delays_ms[1])
    maker.seal()
    (drift,) = judged(maker).clock_drifts
    assert drift.low_ppb <= 0 <= drift.high_ppb


def test_an_afternoon_tells_nothing_of_a_crystal() -> None:
    assert [drift.is_telling for drift in clocked(20, 0.25)[0].clock_drifts] == [False]
    assert [drift.is_telling for drift in clocked(20, 1)[0].clock_drifts] == [True]


def test_one_attestation_says_nothing_of_a_clock() -> None:
    assert judged(fitted([0] * 5)).clock_drifts == []


def test_a_boot_is_measured_by_itself() -> None:
    maker = fitted([0] * 100)
    maker.attest()
    maker.seal()
    maker.boot()
    maker.live([0] * 100)
    maker.attest()
    maker.live([0] * 100)
    maker.attest()
    maker.seal()
    drifts = judged(maker).clock_drifts
    assert [drift.boot for drift in drifts] == [0, 1]
    assert [drift.span_ms for drift in drifts] == pytest.approx([100 * 60_000] * 2, abs=100)
