"""The tables of docs/senses.md are made from the rules and the cases of today, and still hold for some wearers."""

import pytest

from ankletag.evaluate import KINDS
from measure.senses import alarms, is_hit
from measure.senses_cases import CASES, INTERFERENT, ORDINARY, Case, Ordinary
from measure.senses_docs import PAGE, expected_rows, hits, put, rows, rules
from support import ROOT
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
