"""Judgements: episodes, losses, gaps, and that nothing unsealed is judged."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.evaluate import CASE, SKIN, STRAP, Parameters, evaluate, fittings
from host.logs import check, judged
from host.tagmaker import TagMaker, fitted
from tagproto import records


def test_values_come_out_as_they_went_in() -> None:
    evaluation = judged(fitted([0, 20_000, 80_000]))
    assert [reading.tac_ug_dl for reading in evaluation.readings] == [0, 20_000, 80_000]
    assert {reading.temp_mdeg_c for reading in evaluation.readings} == {34_000}
    assert {reading.ir_mv for reading in evaluation.readings} == {1100}
    utc_ms = [reading.utc_ms or 0 for reading in evaluation.readings]
    assert [later - earlier for earlier, later in itertools.pairwise(utc_ms)] == [60_000] * 2


@pytest.mark.parametrize(
    ("tac", "episodes"),
    [
        ([30_000] * 2 + [0], []),
        ([30_000] * 3 + [0], [(3, True)]),
        ([20_000] * 10, []),  # at the threshold is not above
        ([30_000] * 2 + [0] + [30_000] * 2, []),
        ([0] + [30_000] * 5, [(5, False)]),
        ([30_000] * 3 + [0] + [50_000] * 4 + [0], [(3, True), (4, True)]),
    ],
)
def test_three_consecutive_readings_above_make_an_episode(tac: list[int], episodes: list[tuple[int, bool]]) -> None:
    found = judged(fitted(tac)).episodes
    assert [(episode.readings, episode.ended) for episode in found] == episodes


@given(st.lists(st.integers(0, 4).map(lambda n: n * 10_000), max_size=40))
def test_episodes_against_a_model(tac: list[int]) -> None:
    marks = "".join("x" if value > 20_000 else " " for value in tac)
    assert [episode.readings for episode in judged(fitted(tac)).episodes] == [
        len(run) for run in marks.split(" ") if len(run) >= 3
    ]


def test_the_peak_is_the_highest_reading() -> None:
    episode = judged(fitted([25_000, 90_000, 40_000, 0])).episodes[0]
    assert episode.peak.tac_ug_dl == 90_000
    assert episode.peak.number == episode.first.number + 1


def test_readings_without_a_sense_have_no_value_and_break_no_episode() -> None:
    maker = fitted([30_000] * 3)
    maker.live([0], flags=records.FLAG_NO_CELL | records.FLAG_NO_TEMP | records.FLAG_NO_PROX)
    maker.live([30_000] * 2 + [0])
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.readings[3].tac_ug_dl is None
    assert evaluation.readings[3].temp_mdeg_c is None
    assert [episode.readings for episode in evaluation.episodes] == [5]


@pytest.mark.parametrize(("count", "losses"), [(2, 0), (3, 1), (30, 1)])
def test_the_tag_off_the_skin(count: int, losses: int) -> None:
    maker = fitted([0] * 5)
    maker.live([0] * count, prox=3990)
    maker.live([0] * 5, prox=4000)  # at the threshold is on the skin
    maker.seal()
    assert len(judged(maker).losses_of(SKIN)) == losses


def strap_open(maker: TagMaker) -> None:
    maker.strap(True)
    maker.live([0] * 4, flags=records.FLAG_STRAP_OPEN)
    maker.strap(False)


def strap_flick(maker: TagMaker) -> None:
    maker.strap(False, edges=2)


def strap_flag_only(maker: TagMaker) -> None:
    maker.live([0] * 2, flags=records.FLAG_STRAP_OPEN)


def strap_closed(maker: TagMaker) -> None:
    maker.strap(False, edges=1)


def strap_counted(maker: TagMaker) -> None:
    maker.event(records.REPEATED, kind=records.STRAP, count=9, first_ticks=0, last_ticks=0)
    maker.event(records.REPEATED, kind=records.CASE, count=9, first_ticks=0, last_ticks=0)
    maker.seal()


@pytest.mark.parametrize(
    ("happening", "losses"),
    [(strap_counted, 1), (strap_open, 1), (strap_flick, 1), (strap_flag_only, 1), (strap_closed, 0)],
)
def test_the_strap(happening: Callable[[TagMaker], None], losses: int) -> None:
    maker = fitted([0] * 5)
    happening(maker)
    maker.live([0] * 5)
    maker.seal()
    evaluation = judged(maker)
    assert len(evaluation.losses_of(STRAP)) == losses
    assert all(loss.ended for loss in evaluation.losses)
    assert len(evaluation.losses_of(CASE)) == (happening is strap_counted)


def test_a_case_that_stays_open() -> None:
    maker = fitted([0] * 5)
    maker.case(True)
    maker.live([0] * 3, flags=records.FLAG_CASE_OPEN)
    maker.seal()
    (loss,) = judged(maker).losses
    assert (loss.kind, loss.ended) == (CASE, False)


def test_gaps_count_what_is_missing() -> None:
    maker = fitted([0] * 5)
    maker.now_ms += 600_000
    maker.live([0] * 5)
    maker.seal()
    (gap,) = judged(maker).gaps
    assert gap.missing == 10


def test_a_restart_that_nobody_attested_is_a_gap_of_unknown_length() -> None:
    maker = fitted([0] * 5)
    maker.boot(cause=2)
    maker.live([0] * 5)
    maker.seal()
    evaluation = judged(maker)
    (gap,) = evaluation.gaps
    assert (gap.missing, gap.length_ms, evaluation.counts.restarts) == (None, None, 1)
    maker.attest()
    maker.seal()
    assert judged(maker).gaps == []


def test_what_no_seal_covers_is_not_judged() -> None:
    maker = fitted([0] * 5)
    maker.live([50_000] * 10)
    assert judged(maker).episodes == []
    maker.seal()
    assert len(judged(maker).episodes) == 1


def test_fittings_and_what_lies_between_them() -> None:
    maker = fitted([30_000] * 5)
    maker.remove()
    maker.fit(b"second-order-001")
    maker.live([0] * 4)
    maker.seal()
    verified = check(maker)
    first, second = fittings(verified)
    assert (first.removed, second.removed) == (True, False)
    assert len(evaluate(verified, verified.clock, first).episodes) == 1
    assert evaluate(verified, verified.clock).episodes == []
    assert len(evaluate(verified, verified.clock).readings) == 4


def test_a_tag_that_was_never_fitted_has_nothing_to_judge() -> None:
    maker = TagMaker()
    maker.boot()
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.fitting is None
    assert evaluation.readings == []


def test_every_figure_has_a_source() -> None:
    assert all(source for _, _, _, source in Parameters().sources())


def test_a_run_that_is_no_episode_yet_ends_at_a_reading_without_a_value() -> None:
    maker = fitted([30_000] * 2)
    maker.live([0], flags=records.FLAG_NO_CELL)
    maker.live([30_000] * 2 + [0])
    maker.seal()
    assert judged(maker).episodes == []


@pytest.mark.parametrize(("late_ms", "missing"), [(30_000, []), (31_000, [1])])
def test_a_gap_begins_behind_one_and_a_half_cadences(late_ms: int, missing: list[int]) -> None:
    maker = fitted([0] * 3)
    maker.now_ms += late_ms
    maker.live([0] * 3)
    maker.seal()
    assert [gap.missing for gap in judged(maker).gaps] == missing


def test_readings_at_the_sensors_limit_and_lost_ones_are_counted() -> None:
    maker = fitted([0] * 5)
    maker.live([800_000] * 4, flags=records.FLAG_CELL_SATURATED)
    maker.event(records.LOST, count=77, first_ticks=0, last_ticks=maker.ticks)
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.readings_saturated == 4
    assert evaluation.counts.readings_lost == 77
    assert judged(fitted([0] * 5)).readings_saturated == judged(fitted([0] * 5)).counts.readings_lost == 0
