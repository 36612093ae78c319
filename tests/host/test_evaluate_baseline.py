"""The baseline of a fitting: as recorded, as worked out, and what is said where they differ."""

from collections.abc import Callable

import pytest

from host.logs import judged
from host.tagmaker import PROX_ON_SKIN, TagMaker, cell_code, fitted
from host.tampering import SEARCH, VOLT, baseline, hours, monitored
from tagproto import records


def test_the_recorded_baseline_is_in_units_and_agrees() -> None:
    evaluation = judged(monitored())
    found = evaluation.baseline
    assert found is not None
    assert (found.tac_ug_dl, found.temp_mdeg_c, found.ir_mv) == (0, 34_000, 1100)
    assert evaluation.search.found == [found.medians]
    assert evaluation.remarks == []


@pytest.mark.parametrize(
    "wrong", [{"prox_count": PROX_ON_SKIN + 1}, {"cell_code": 0}, {"temp_code": 1}, {"first": 3}, {"readings": 9}]
)
def test_a_baseline_that_the_readings_do_not_give_is_remarked_on(wrong: dict[str, int]) -> None:
    (remark,) = judged(monitored(**wrong)).remarks
    assert "is not what the readings" in remark.sentence


def test_a_second_baseline_is_remarked_on_and_does_not_count() -> None:
    maker = monitored()
    second = baseline(maker, maker.reading(), prox_count=5000)
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.baseline is not None
    assert evaluation.baseline.ir_mv == 1100
    (remark,) = evaluation.remarks
    assert remark.first_record == second


def test_a_tag_that_recorded_none_is_remarked_on() -> None:
    evaluation = judged(fitted([0] * (SEARCH + 1)))
    assert evaluation.search.taken == 10
    (remark,) = evaluation.remarks
    assert "the tag recorded none" in remark.sentence
    # The record may still be on its way.
    assert judged(fitted([0] * SEARCH)).remarks == []
    full = fitted([0] * SEARCH)
    full.event(records.LOST, count=9, first_ticks=0, last_ticks=full.ticks)
    full.live([0])
    full.seal()
    assert judged(full).remarks == []


@pytest.mark.parametrize(
    ("away_mv", "day_h", "said"),
    [(300, 14, "300 mV below"), (-300, 14, "300 mV above"), (250, 14, ""), (300, 11, "")],
)
def test_a_baseline_that_the_day_behind_it_does_not_bear_out(away_mv: int, day_h: int, said: str) -> None:
    maker = monitored()
    hours(maker, day_h, prox=PROX_ON_SKIN + away_mv * 10)
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.baseline is not None
    about = [note for note in evaluation.notes if "baseline of infrared" in note.sentence]
    assert [f"record {evaluation.baseline.number} lies {said} the median" in note.sentence for note in about] == (
        [True] if said else []
    )


def test_only_the_day_behind_it_counts() -> None:
    maker = monitored()
    hours(maker, 25)
    hours(maker, 60, prox=PROX_ON_SKIN + 3_000)
    maker.seal()
    assert judged(maker).notes == []


def with_alcohol(maker: TagMaker) -> None:
    maker.reading(20_100)


def at_the_threshold(maker: TagMaker) -> None:
    maker.reading(cell=cell_code(20_000))


def off_skin(maker: TagMaker) -> None:
    maker.reading(prox=VOLT * 4 // 10 - 1)


def just_on_skin(maker: TagMaker) -> None:
    maker.reading(prox=VOLT * 4 // 10)


def strap_open(maker: TagMaker) -> None:
    maker.reading(flags=records.FLAG_STRAP_OPEN)


def no_cell(maker: TagMaker) -> None:
    maker.reading(flags=records.FLAG_NO_CELL)


def saturated(maker: TagMaker) -> None:
    maker.reading(flags=records.FLAG_CELL_SATURATED)


def no_temp(maker: TagMaker) -> None:
    maker.reading(flags=records.FLAG_NO_TEMP)


def no_prox(maker: TagMaker) -> None:
    maker.reading(flags=records.FLAG_NO_PROX)


def case_open(maker: TagMaker) -> None:
    maker.reading(flags=records.FLAG_CASE_OPEN)


def plain(maker: TagMaker) -> None:
    maker.reading()


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        (plain, True),
        (case_open, True),
        (just_on_skin, True),
        (at_the_threshold, True),
        (with_alcohol, False),
        (off_skin, False),
        (strap_open, False),
        (no_cell, False),
        (saturated, False),
        (no_temp, False),
        (no_prox, False),
    ],
)
def test_which_readings_count(kind: Callable[[TagMaker], None], counts: bool) -> None:
    maker = fitted(cadence_s=300)
    for _ in range(4):
        maker.now_ms += 300_000
        kind(maker)
    maker.seal()
    assert judged(maker).search.taken == (4 if counts else 0)


def test_readings_count_five_minutes_apart_less_what_one_may_be_late() -> None:
    for cadence_s, taken in ((290, 6), (289, 3)):
        maker = fitted(cadence_s=cadence_s)
        maker.live([0] * 6)
        maker.seal()
        assert judged(maker).search.taken == taken


def test_the_search_goes_on_behind_alcohol_and_begins_anew_with_a_boot() -> None:
    maker = fitted([0] * 20 + [50_000] * 60 + [0] * 10)
    assert judged(maker).search.taken == 6
    maker.boot(2)
    hours(maker, 0.1)
    maker.seal()
    evaluation = judged(maker)
    assert (evaluation.search.taken, evaluation.search.found) == (2, [])


def test_the_median_is_the_lower_of_the_middle_two() -> None:
    maker = fitted(cadence_s=300)
    proxes = [9000, 9100, 9200, 9300, 9400, 9500, 9600, 9700, 9800, 9900]
    for prox in (*proxes[5:], *proxes[:5]):
        maker.live([0], prox=prox)
    maker.seal()
    (found,) = judged(maker).search.found
    assert found.prox_count == 9400


def test_a_baseline_from_before_a_restart_is_known_again() -> None:
    """The tenth reading was kept, the power went, and the record came with the next boot."""
    maker = fitted()
    maker.live([0] * SEARCH)
    last = maker.coder.number - 1
    maker.boot(2)
    baseline(maker, last)
    hours(maker, 2)
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.baseline is not None
    assert evaluation.remarks == []
