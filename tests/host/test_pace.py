"""A tag whose log is nearly full samples and seals less often: no false finding, no false gap, and it is said."""

import pytest

from host.logs import DAY, against, check, judged, live_days, slow_down, slowed, speed_up
from host.tagmaker import TagMaker, fitted
from tagproto import records
from tagproto.layout import SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S


@pytest.mark.parametrize("room_after_s", [0, 60, 900, 1799])
def test_a_change_of_pace_is_no_late_seal_and_no_gap(room_after_s: int) -> None:
    maker = slowed(room_after_s)
    assert against(check(maker)) == []
    evaluation = judged(maker)
    assert evaluation.gaps == []
    (slowdown,) = evaluation.slowdowns
    assert (slowdown.cadence_s, slowdown.seal_interval_s, slowdown.ended) == (1800, 86400, True)
    verified = check(maker)
    kinds = [verified.record(item).kind for item in (slowdown.first_item, slowdown.last_item)]
    assert kinds == [records.CONFIG] * 2
    assert evaluation.config is not None
    assert (evaluation.config.cadence_s, evaluation.config.seal_interval_s) == (60, 21600)


def test_a_seal_is_still_due_after_a_day_of_the_slow_pace() -> None:
    maker = fitted()
    slow_down(maker)
    maker.config["seal_interval_s"] = 10 * DAY
    live_days(maker, 1 + 2 * 1800 / DAY)
    assert against(check(maker)) == []
    live_days(maker, 2 * 1800 / DAY)
    assert against(check(maker)) == ["seal-late"]


def test_a_seal_is_due_at_once_when_the_pace_is_quick_again() -> None:
    maker = fitted()
    slow_down(maker)
    live_days(maker, 0.9)
    maker.pace(60, 21600)
    maker.config["seal_interval_s"] = 10 * DAY
    maker.live([0] * 2)
    assert against(check(maker)) == []
    maker.live([0] * 2)
    assert against(check(maker)) == ["seal-late"]


def test_the_same_configuration_once_more_makes_no_seal_late() -> None:
    """The first one made the seal due at once, and the second says nothing new."""
    maker = fitted()
    slow_down(maker)
    live_days(maker, 0.9)
    maker.pace(60, 21600)
    maker.pace(60, 21600)
    maker.seal()
    assert against(check(maker)) == []


def test_a_seal_that_was_missing_before_the_pace_changed_stays_missing() -> None:
    maker = fitted([0] * 5)
    maker.config["seal_interval_s"] = 10 * DAY
    live_days(maker, 0.4)
    slow_down(maker)
    maker.seal()
    assert against(check(maker)) == ["seal-late"]


def test_a_gap_at_the_slow_pace_is_found() -> None:
    maker = fitted()
    live_days(maker, 0.2)
    slow_down(maker)
    live_days(maker, 1)
    maker.now_ms += 3 * 1_800_000
    live_days(maker, 1)
    maker.seal()
    assert [gap.missing for gap in judged(maker).gaps] == [3]


def test_a_gap_over_a_change_counts_each_part_by_its_own_cadence() -> None:
    maker = fitted()
    maker.live([0] * 10)
    maker.now_ms += 10 * 60_000  # ten of the quick readings are missing
    slow_down(maker)
    maker.now_ms += 2 * 1_800_000  # and two of the slow ones
    maker.live([0] * 10)
    maker.seal()
    assert [gap.missing for gap in judged(maker).gaps] == [12]


def test_a_restart_repeats_the_pace_and_is_not_another_slowdown() -> None:
    maker = fitted()
    slow_down(maker)
    live_days(maker, 0.5)
    maker.boot(cause=2)
    maker.attest()
    maker.seal()
    live_days(maker, 0.5)
    maker.seal()
    assert against(check(maker)) == []
    (slowdown,) = judged(maker).slowdowns
    assert not slowdown.ended
    assert slowdown.last_item == len(check(maker).items) - 1


def test_an_order_with_few_readings_and_daily_seals_never_slows_down() -> None:
    maker = fitted(cadence_s=1800, seal_interval_s=86400)
    live_days(maker, 2)
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.slowdowns == []
    assert evaluation.gaps == []


def test_a_tag_fitted_with_a_full_log_was_slow_from_the_beginning() -> None:
    maker = TagMaker(cadence_s=1800, seal_interval_s=86400)
    maker.boot()
    maker.provision()
    maker.attest()
    maker.fit(asked=(60, 21600))
    live_days(maker, 1)
    maker.seal()
    assert judged(maker).slowdowns[0].ended is False
    speed_up(maker)
    live_days(maker, 0.5)
    maker.seal()
    evaluation = judged(maker)
    (slowdown,) = evaluation.slowdowns
    assert slowdown.ended
    assert evaluation.fitting is not None
    assert slowdown.first_item < evaluation.fitting.first_item
    assert evaluation.config is not None
    assert evaluation.config.cadence_s == 60


def test_the_pace_that_a_station_asks_for_is_no_slowdown() -> None:
    maker = fitted()
    live_days(maker, 0.4)
    maker.configure(SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S)
    live_days(maker, 2)
    maker.seal()
    assert against(check(maker)) == []
    evaluation = judged(maker)
    assert (evaluation.slowdowns, evaluation.gaps) == ([], [])
    assert evaluation.config is not None
    assert evaluation.config.cadence_s == SLOW_CADENCE_S


def test_three_readings_in_a_row_are_an_episode_over_a_change_of_pace() -> None:
    maker = fitted()
    maker.live([0] * 10 + [50_000])
    slow_down(maker)
    maker.live([50_000] * 2 + [0])
    maker.live([50_000])
    speed_up(maker)
    maker.live([0] * 3)
    maker.seal()
    (episode,) = judged(maker).episodes
    assert episode.readings == 3


def test_a_config_record_that_no_seal_covers_changes_nothing() -> None:
    """Whoever can write to the flash could otherwise turn alcohol into none with a calibration of their own."""
    maker = fitted([50_000] * 5)
    other = fitted([50_000] * 5)
    forged = {**other.config, "cell_span_pa_per_mg_dl": 10**6}
    other.event(records.CONFIG, **forged)
    maker.event(records.CONFIG, **maker.config)
    other._tree = maker._tree
    other.seal()
    other.live([50_000] * 5)
    other.seal()
    assert "window-root" in against(check(other))
    assert {reading.tac_ug_dl for reading in judged(other).readings} == {50_000}
