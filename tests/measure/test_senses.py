"""The tables of docs/senses.md are made from the rules and the cases of today, and still hold for some wearers."""

import json
from pathlib import Path

import pytest

from ankletag.evaluate import CASE, INTERFERENT, KINDS, POWER, STRAP, classes
from ankletag.evaluate.classes import TAG
from measure.marked import put, rows
from measure.senses import alarms, is_hit
from measure.senses_cases import CASES, ORDINARY, Case, Ordinary
from measure.senses_docs import PAGE, expected_rows, hits, main, rules
from rig.raised import RAISED
from support import ROOT
from taghil.world.scenario import built_in
from tagproto import tamper

WEARERS = 6
RERUN = "out of date: run `make measure-senses`, then `python -m measure.senses_docs` in tests/"


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_rules_are_those_of_the_code() -> None:
    assert page() == put(page(), "rules", rules()), RERUN


def test_every_rule_of_the_tag_has_its_row() -> None:
    conditions = [cells[2] for cells in rows(page(), "rules")]
    assert all(condition in conditions for _, condition, _, _ in tamper.RULES.values())


def test_every_class_has_its_rule_its_figures_and_its_tag() -> None:
    """Edges of the switches and boots are told as they are: nothing is there to count."""
    known = classes()
    assert [cells[0] for cells in rows(page(), "rules")] == ["class", *(each.name for each in known.values())]
    counted = {cells[0] for cells in rows(page(), "hits")}
    assert {kind for kind, each in known.items() if each.name not in counted} == {STRAP, CASE, POWER}
    assert {case.kind for case in CASES} == set(known) - {STRAP, CASE, POWER}
    assert {kind for kind, each in known.items() if each.judged_by == TAG} == {STRAP, CASE, POWER}
    # A whole tag on a wearer raises each, in a scenario that anybody can run.
    assert {kind for raised in RAISED for kind in raised.kinds} == set(known)
    assert {raised.scenario for raised in RAISED} <= set(built_in())


def test_every_class_of_the_tag_is_raised_by_a_tag() -> None:
    assert {code for raised in RAISED for code in raised.codes} == set(tamper.RULES)


def test_no_class_is_without_a_question_or_a_condition() -> None:
    for each in classes().values():
        assert each.question.endswith("?")
        assert all((each.name, each.condition, each.begins_after, each.ends_after))


def test_every_case_has_its_row() -> None:
    cells = [cell for row in rows(page(), "hits") for cell in row]
    assert [what for what in expected_rows() if what not in cells] == [], RERUN


def test_the_table_is_made_of_the_figures() -> None:
    kinds = {case.kind: 3 for case in CASES} | {"episode": 4}
    lives = [{"what": life.what, "wearers_with": kinds, "rightly": life.rightly} for life in ORDINARY]
    cases = [{"kind": case.kind, "what": case.what, "hits": 6, "misses": 1} for case in CASES]
    table = hits({"wearers": 7, "cases": cases, "ordinary": lives})
    assert f"| tag off the skin | {CASES[0].what} | 6 | 1 | 3 |" in table
    assert "| 4, rightly |" in table


@pytest.mark.parametrize("figures", [{"wearers": 12, "days": 3}, {"wearers": 100, "days": 4}])
def test_the_page_is_not_made_of_a_small_measurement(figures: dict[str, int], tmp_path: Path) -> None:
    copy, path = tmp_path / "senses.md", tmp_path / "senses.json"
    copy.write_text(page(), encoding="utf-8")
    path.write_text(json.dumps({**figures, "cases": [], "ordinary": []}), encoding="utf-8")
    with pytest.raises(SystemExit, match="make measure-senses"):
        main(copy, path)
    assert copy.read_text(encoding="utf-8") == page()


def measured_hits(case: Case) -> float:
    """The share that the page names."""
    (row,) = [cells for cells in rows(page(), "hits") if cells[1:2] == [case.what]]
    return int(row[2]) / (int(row[2]) + int(row[3]))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_some_wearers_are_hit_as_often_as_the_page_says(case: Case) -> None:
    found = sum(is_hit(case, seed) for seed in range(WEARERS))
    # Of six wearers no more than a third of all away from what a hundred gave.
    assert abs(found / WEARERS - measured_hits(case)) <= 0.35


@pytest.mark.slow
@pytest.mark.parametrize("life", ORDINARY, ids=lambda life: life.what)
def test_of_few_wearers_something_is_told_that_is_not_so(life: Ordinary) -> None:
    shown = [alarms(life, seed) for seed in range(WEARERS)]
    wrong = {kind: sum(one.get(kind, 0) for one in shown) for kind in (*KINDS, "episode", INTERFERENT)}
    assert {kind: times for kind, times in wrong.items() if times > 2 and kind not in life.rightly} == {}


def test_the_page_is_named_where_people_begin() -> None:
    assert "docs/senses.md" in (ROOT / "README.md").read_text(encoding="utf-8")
