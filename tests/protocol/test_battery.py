"""The days that a battery lasts: as SPEC.md has them, by a slower way, in integers and without surprises."""

import re
from bisect import bisect_right
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import spec_tables as tables
from support import ROOT
from tagproto import battery

TEXT = tables.section((ROOT / "protocol" / "SPEC.md").read_text(encoding="utf-8"), "Thresholds")
ROWS = [[int(cell) for cell in row.split("|")] for row in re.findall(r"^\| (?:mV|thousandths) \|(.*)\|$", TEXT, re.M)]
CURVE = list(zip(*ROWS, strict=True))
paces = st.tuples(st.integers(1, 86400), st.integers(60, 345600), st.one_of(st.just(0), st.integers(60, 345600)))


@given(st.integers(0, 5000))
def test_charges_are_those_of_the_table(mv: int) -> None:
    if mv <= CURVE[0][0] or mv >= CURVE[-1][0]:
        expected = 0 if mv <= CURVE[0][0] else 1000
    else:
        (low_mv, low), (high_mv, high) = CURVE[(at := bisect_right([row[0] for row in CURVE], mv)) - 1 : at + 1]
        expected = int(low + Fraction((high - low) * (mv - low_mv), high_mv - low_mv))
    assert battery.charge_permille(mv) == expected
    assert battery.charge_permille(mv) <= battery.charge_permille(mv + 1)


def test_what_is_drawn_is_what_the_text_says() -> None:
    figures = [int(figure.replace(",", "")) for figure in re.findall(r"24 \* ([\d,]+)", TEXT)]
    assert figures == [battery.IDLE_UA, battery.READING_UC, battery.SEAL_UC, battery.FIX_UC]
    assert f"a CR2 of {battery.CELL_MAH} mAh" in TEXT
    assert f"lasts under {battery.LOW_DAYS} days" in TEXT


@given(st.integers(1, 4000), paces)
def test_days_are_charge_by_draw(mv: int, pace: tuple[int, int, int]) -> None:
    cadence_s, seal_s, fix_s = pace
    draw_uah = battery.draw_uah(*pace)
    exact_uah = 24 * (
        battery.IDLE_UA
        + Fraction(battery.READING_UC, cadence_s)
        + Fraction(battery.SEAL_UC, max(seal_s, cadence_s))
        + (Fraction(battery.FIX_UC, fix_s) if fix_s else 0)
    )
    assert exact_uah - 3 < draw_uah <= exact_uah
    uah = battery.CELL_MAH * battery.charge_permille(mv)
    assert battery.days_left(mv, *pace) == uah // draw_uah
    assert battery.low(mv, *pace) == (uah < 10 * draw_uah)


def test_nothing_measured_is_not_low_and_fixes_cost() -> None:
    assert not battery.low(0, 60, 21600, 0)
    assert battery.low(1999, 60, 21600, 0)
    assert battery.days_left(3000, 60, 21600, 0) == 23
    assert battery.days_left(3000, 60, 21600, 3600) < 19
    assert battery.low(2740, 10, 3600, 600)


@pytest.mark.parametrize(("mv", "days"), [(3000, 23), (2757, 10), (2707, 7), (2000, 0)])
def test_some_days_at_the_standard_pace(mv: int, days: int) -> None:
    assert battery.days_left(mv, 60, 21600, 0) == days
