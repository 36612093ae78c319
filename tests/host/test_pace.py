"""A tag whose log is nearly full samples and seals less often: no false finding, no false gap, and it is said."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ankletag.bundle import make_bundle
from ankletag.cli import build
from ankletag.evaluate import Evaluation, evaluate
from ankletag.report import Facts, render
from ankletag.time import Clock
from ankletag.verify import Verified, verify_pages
from host.tagmaker import TagMaker, fitted
from tagproto import messages, records
from tagproto.layout import SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S

DAY = 86_400


def slow_down(maker: TagMaker) -> None:
    maker.pace(SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S)


def speed_up(maker: TagMaker) -> None:
    """As a tag does when a receipt has made room: its own pace again, a seal and a reading at once."""
    maker.pace(60, 21600)
    maker.seal()
    maker.reading()


def days(maker: TagMaker, count: float, tac: int = 0) -> None:
    maker.live([tac] * round(count * DAY / int(maker.config["cadence_s"])))


def slowed(room_after_s: int = 0) -> TagMaker:
    """Half a day at its own pace, three slow ones and a bit, half a day at its own pace."""
    maker = fitted()
    days(maker, 0.4)
    slow_down(maker)
    days(maker, 3.3)
    maker.now_ms += room_after_s * 1000
    maker.attest()
    speed_up(maker)
    days(maker, 0.5)
    maker.seal()
    return maker


def checked(maker: TagMaker) -> Verified:
    return verify_pages(maker.raw_pages(), maker.public_key, maker.tag_id)


def judged(maker: TagMaker) -> Evaluation:
    verified = checked(maker)
    return evaluate(verified, Clock(verified))


def against(maker: TagMaker) -> list[str]:
    return [finding.code for finding in checked(maker).against]


@pytest.mark.parametrize("room_after_s", [0, 60, 900, 1799])
def test_a_change_of_pace_is_no_late_seal_and_no_gap(room_after_s: int) -> None:
    maker = slowed(room_after_s)
    assert against(maker) == []
    evaluation = judged(maker)
    assert evaluation.gaps == []
    (slowdown,) = evaluation.slowdowns
    assert (slowdown.cadence_s, slowdown.seal_interval_s, slowdown.ended) == (1800, 86400, True)
    verified = checked(maker)
    kinds = [verified.record(item).kind for item in (slowdown.first_item, slowdown.last_item)]
    assert kinds == [records.CONFIG] * 2
    assert evaluation.config is not None
    assert (evaluation.config.cadence_s, evaluation.config.seal_interval_s) == (60, 21600)


def test_a_seal_is_still_due_after_a_day_of_the_slow_pace() -> None:
    maker = fitted()
    slow_down(maker)
    maker.config["seal_interval_s"] = 10 * DAY
    days(maker, 1 + 2 * 1800 / DAY)
    assert against(maker) == []
    days(maker, 2 * 1800 / DAY)
    assert against(maker) == ["seal-late"]


def test_a_seal_is_due_at_once_when_the_pace_is_quick_again() -> None:
    maker = fitted()
    slow_down(maker)
    days(maker, 0.9)
    maker.pace(60, 21600)
    maker.config["seal_interval_s"] = 10 * DAY
    maker.live([0] * 2)
    assert against(maker) == []
    maker.live([0] * 2)
    assert against(maker) == ["seal-late"]


def test_a_seal_that_was_missing_before_the_pace_changed_stays_missing() -> None:
    maker = fitted([0] * 5)
    maker.config["seal_interval_s"] = 10 * DAY
    days(maker, 0.4)
    slow_down(maker)
    maker.seal()
    assert against(maker) == ["seal-late"]


def test_a_gap_at_the_slow_pace_is_found() -> None:
    maker = fitted()
    days(maker, 0.2)
    slow_down(maker)
    days(maker, 1)
    maker.now_ms += 3 * 1_800_000
    days(maker, 1)
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
    days(maker, 0.5)
    maker.boot(cause=2)
    slow_down(maker)
    maker.attest()
    maker.seal()
    days(maker, 0.5)
    maker.seal()
    assert against(maker) == []
    (slowdown,) = judged(maker).slowdowns
    assert not slowdown.ended
    assert slowdown.last_item == len(checked(maker).items) - 1


def test_an_order_with_few_readings_and_daily_seals_never_slows_down() -> None:
    maker = fitted(cadence_s=1800, seal_interval_s=86400)
    days(maker, 2)
    maker.seal()
    evaluation = judged(maker)
    assert evaluation.slowdowns == []
    assert evaluation.gaps == []


def test_a_tag_fitted_with_a_full_log_was_slow_from_the_beginning() -> None:
    maker = fitted(cadence_s=1800, seal_interval_s=86400)
    days(maker, 1)
    speed_up(maker)
    days(maker, 0.5)
    maker.seal()
    (slowdown,) = judged(maker).slowdowns
    assert slowdown.ended
    assert slowdown.first_item < 6


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
    assert "window-root" in against(other)
    assert {reading.tac_ug_dl for reading in judged(other).readings} == {50_000}


def full() -> TagMaker:
    """A slow tag whose log turned readings away and then took others again; refusals and fixes in between."""
    maker = slowed()
    maker.event(records.REFUSED, command=messages.FIT, code=messages.ERROR_NONCE)
    maker.event(records.REFUSED, command=0x4D, code=200)
    maker.event(records.REPEATED, kind=records.REFUSED, count=40, first_ticks=0, last_ticks=maker.ticks)
    maker.event(records.FIX, latitude_e7=515007292, longitude_e7=-1246254, accuracy_dm=35)
    maker.event(records.FIX, latitude_e7=-5, longitude_e7=5, accuracy_dm=0)
    maker.event(records.REPEATED, kind=records.FIX, count=60, first_ticks=0, last_ticks=maker.ticks)
    maker.event(records.LOST, count=123, first_ticks=0, last_ticks=maker.ticks)
    maker.event_body(0x3B, b"\1\2")
    maker.seal()
    return maker


def test_refusals_fixes_and_lost_readings_are_counted_with_what_was_only_counted() -> None:
    counts = judged(full()).counts
    assert (counts.refused, counts.fixes, counts.fixes_recorded, counts.readings_lost) == (42, 62, 2, 123)


def run(maker: TagMaker, folder: Path, *words: str) -> str:
    path = folder / "evidence.zip"
    path.write_bytes(make_bundle(maker.tag_id, maker.public_key, None, maker.raw_pages()))
    arguments = ["events", str(path), *words]
    result = CliRunner().invoke(build(arguments), arguments, prog_name="ankletag")
    assert result.exit_code == 0, result.output
    return result.stdout


def test_events_say_it_in_sentences(tmp_path: Path) -> None:
    out = run(full(), tmp_path)
    for words in (
        "a request was refused, fit: it did not carry the tag's last nonce",
        "a request was refused, of unknown kind 0x4d: error 200",
        "51.5007292 N, 0.1246254 W, within 3.5 m",
        "0.0000005 S, 0.0000005 E, within 0.0 m",
        "60 more of kind fix",
        "slowed down, log over 90 % full: 2025-06-16 00:42",
        "one reading in 1800 s, a seal in 86400 s",
        "not kept by a full log: 123 readings",
        "refused by the tag: 42 requests",
        "position fixes: 62, of which 2 are recorded",
        "kind 0x3b",
        "extra 0102",
    ):
        assert words in out


def test_events_say_it_in_json(tmp_path: Path) -> None:
    document = json.loads(run(full(), tmp_path, "--json"))
    (slowdown,) = document["slowdowns"]
    assert slowdown["from"]["earliest"].startswith("2025-06-16T00:42")
    assert (slowdown["cadence_s"], slowdown["seal_interval_s"], slowdown["ended"]) == (1800, 86400, True)
    assert (document["requests_refused"], document["fixes"], document["readings_lost"]) == (42, 62, 123)
    fix = next(event for event in document["events"] if event["kind"] == "fix")
    assert fix["values"] == {"latitude_e7": 515007292, "longitude_e7": -1246254, "accuracy_dm": 35}
    assert fix["sentence"].startswith("51.5007292 N")
    unknown = next(event for event in document["events"] if event["kind"] == "kind 0x3b")
    assert (unknown["values"], unknown["sentence"]) == ({"extra": "0102"}, None)


def report(maker: TagMaker) -> str:
    verified = checked(maker)
    clock = Clock(verified)
    facts = Facts(maker.tag_id, maker.public_key, None, verified.findings)
    page = render(facts, verified, clock, evaluate(verified, clock))
    return " ".join(page.split())


def test_the_report_says_that_the_tag_slowed_down_and_draws_its_line_through() -> None:
    page = report(full())
    assert "Did the tag sample less often than ordered?" in page
    assert "1 time, because its log was over 90 % full" in page
    assert "<td>one every 1800 s</td><td>at least one every 86400 s</td>" in page
    assert "one reading every 60 s" in page
    assert "123 readings not kept by a full log" in page
    assert "42 times" in page
    assert "62, of which 2 are recorded" in page
    assert "a reading in 30 min" in page
    assert "no readings</text>" not in page
