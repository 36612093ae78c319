"""Where a sense gave no value, report and events do not say that nothing happened."""

import json
from pathlib import Path

import pytest

from ankletag.report import Facts, render
from host.commandline import bundle_of, run
from host.logs import check, judged
from host.tagmaker import TagMaker, fitted
from host.tampering import hours, monitored
from tagproto import records

NO_CELL, SATURATED = records.FLAG_NO_CELL, records.FLAG_CELL_SATURATED
DRINKING = "Was there an episode of drinking?"


def told(maker: TagMaker) -> dict[str, tuple[str, str]]:
    """Question -> answer and detail, of the report."""
    verified = check(maker)
    page = render(Facts(maker.tag_id, maker.public_key, None, []), verified, verified.clock, judged(maker))
    table = page[page.index("Yes or no, for each question") : page.index("<h2>Course")]
    rows = [part.split("</th>") for part in table.split('<tr><th scope="row">')[1:]]
    return {question: _cells(cells) for question, cells in rows}


def _cells(html: str) -> tuple[str, str]:
    answer, detail = (part.split("</td>")[0].partition(">")[2] for part in html.split("<td")[1:3])
    return answer, detail


def dead(minutes: int, flags: int = NO_CELL, drunk: int = 0) -> TagMaker:
    """An hour of a sober wearer, an alcohol sensor that gives nothing, and two hours behind it."""
    maker = monitored()
    hours(maker, 1)
    maker.live([0] * minutes, flags=flags)
    hours(maker, 1)
    maker.live([0] * 30 + [50_000] * drunk + [0] * 30)
    maker.seal()
    return maker


def test_hours_without_alcohol_values_are_not_judged(tmp_path: Path) -> None:
    maker = dead(600)
    answers = told(maker)
    answer, detail = answers[DRINKING]
    assert answer == "NOT JUDGED"
    assert detail.startswith("no TAC value for 10.0 h, from 2026-06-15 16:")
    assert " to 2026-06-16 02:" in detail
    assert answers["Did something else than drinking raise TAC (perfume, sanitiser, petrol)?"][0] == "NOT JUDGED"
    assert answers["Did a sense give no value?"] == ("YES", "1 time; without a value: alcohol sensor for 10.0 h")
    bundle = bundle_of(maker, tmp_path)
    out = run("events", bundle).out
    assert "NOT JUDGED, whether there was any episode of drinking: no TAC value for 10.0 h" in out
    assert "no TAC value: 2026-06-15 16:" in out
    assert "without a value: alcohol sensor for 10.0 h" in out
    assert "no episode of drinking" not in out
    document = json.loads(run("events", bundle, "--json").out)
    assert document["drinking_judged"] is False
    assert document["senses_without_value_s"] == {"alcohol sensor": 36_000}
    (stretch,) = document["unmeasured"]
    assert (stretch["length_s"], stretch["ended"]) == (36_000, True)
    assert stretch["from"]["earliest"].startswith("2026-06-15T16:")


def test_an_episode_beside_such_hours_stays_a_yes(tmp_path: Path) -> None:
    maker = dead(120, drunk=60)
    answer, detail = told(maker)[DRINKING]
    assert answer == "YES"
    assert detail.startswith("1 episode; not judged: no TAC value for 2.0 h, from ")
    out = run("events", bundle_of(maker, tmp_path)).out
    assert "episode 1: " in out
    assert "NOT JUDGED, whether there was any other episode of drinking: no TAC value for 2.0 h" in out


@pytest.mark.parametrize(("minutes", "judges"), [(29, "no"), (30, "NOT JUDGED")])
def test_half_an_hour_in_a_row_is_too_long(minutes: int, judges: str) -> None:
    assert told(dead(minutes))[DRINKING][0] == judges


@pytest.mark.parametrize(("times", "judges"), [(5, "no"), (6, "NOT JUDGED")])
def test_an_hour_in_pieces_is_too_long(times: int, judges: str) -> None:
    maker = fitted()
    for _ in range(times):
        maker.live([0] * 20)
        maker.live([0] * 10, flags=NO_CELL)
    maker.live([0] * 20)
    maker.seal()
    answer, detail = told(maker)[DRINKING]
    assert answer == judges
    assert ("1.0 h in 6 stretches" in detail) == (times == 6)


def test_a_sensor_at_its_lower_limit_measures_nothing() -> None:
    assert told(dead(60, SATURATED))[DRINKING][0] == "NOT JUDGED"
    above = fitted([0] * 30)
    above.live([800_000] * 60, flags=SATURATED)
    above.live([0] * 30)
    above.seal()
    assert told(above)[DRINKING] == ("YES", "1 episode")


def test_a_gap_behind_one_reading_without_a_value_is_a_gap() -> None:
    maker = fitted([0] * 30)
    maker.live([0], flags=NO_CELL)
    maker.now_ms += 7_200_000
    maker.live([0] * 30)
    maker.seal()
    answers = told(maker)
    assert answers[DRINKING] == ("no", "")
    assert answers["Are readings missing?"][0] == "YES"


def test_a_sensor_that_is_dead_to_the_end_is_said_to_be() -> None:
    maker = monitored()
    maker.live([0] * 120, flags=NO_CELL | records.FLAG_NO_TEMP)
    maker.seal()
    answers = told(maker)
    assert answers[DRINKING][1].endswith(" UTC (and still)")
    assert answers["Did a sense give no value?"][1].endswith("alcohol sensor for 2.0 h, thermometer for 2.0 h")


def test_other_senses_do_not_keep_drinking_from_being_judged() -> None:
    answers = told(dead(60, records.FLAG_NO_PROX))
    assert answers[DRINKING] == ("no", "")
    assert answers["Did a sense give no value?"] == ("YES", "1 time; without a value: infrared for 1.0 h")
