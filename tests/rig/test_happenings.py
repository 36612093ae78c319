"""What is done to leg and tag shows in the senses as it would on a leg, and goes away again."""

from dataclasses import replace
from itertools import pairwise
from statistics import median, pstdev

import pytest

from taghil.world.happenings import Happening
from taghil.world.scenario import parse
from taghil.world.wearer import OFF_SKIN_V, Person, Wearer
from taghil.world.world import of_scenario

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
SEEDS = range(12)
DRUNK = ((0, 60.0),)
Row = tuple[float, float, float]


def rows(
    *happenings: Happening,
    seed: int = 0,
    off: tuple[tuple[int, int], ...] = (),
    life: str = "still",
    drinks: tuple[tuple[int, float], ...] = (),
    hours: int = 12,
) -> list[Row]:
    """(TAC in g/dL, millidegrees, V), once a minute."""
    wearer = Wearer(Person(life=life), list(drinks), list(off), seed=seed, happenings=happenings)
    return [
        (wearer.tac_g_dl(minute * MINUTE_US), wearer.temp_mdeg_c(minute * MINUTE_US), wearer.ir_v(minute * MINUTE_US))
        for minute in range(hours * 60)
    ]


def span(kind: str, celsius: float = 0.0, from_h: float = 6.0, to_h: float = 8.0) -> Happening:
    return Happening(round(from_h * HOUR_US), round(to_h * HOUR_US), kind, celsius)


def beside(
    happening: Happening, life: str = "still", drinks: tuple[tuple[int, float], ...] = ()
) -> list[tuple[Row, Row]]:
    """For each seed an hour and a half into the happening: (the senses with it, the senses without it)."""
    at = happening.from_us // MINUTE_US + 90
    return [
        (
            rows(happening, seed=seed, life=life, drinks=drinks)[at],
            rows(seed=seed, life=life, drinks=drinks)[at],
        )
        for seed in SEEDS
    ]


@pytest.mark.parametrize("life", ["still", "daily"])
@pytest.mark.parametrize("kind", ["water", "sock", "foil", "exercise", "other", "dummy", "room"])
def test_before_and_long_behind_it_nothing_differs(kind: str, life: str) -> None:
    given = rows(span(kind, celsius=30.0, from_h=3.0, to_h=4.0), seed=3, life=life, drinks=DRUNK)
    usual = rows(seed=3, life=life, drinks=DRUNK)
    assert given[: 3 * 60 + 1] == usual[: 3 * 60 + 1]
    assert given[3 * 60 + 30] != usual[3 * 60 + 30]
    for with_it, without in zip(given[11 * 60 :], usual[11 * 60 :], strict=True):
        assert with_it == pytest.approx(without, abs=1e-3)


def test_water_is_warm_dims_the_infrared_and_shuts_the_air_off() -> None:
    bath = span("water", 39.0)
    for (tac, mdeg_c, volts), (sober_tac, _, usual_v) in beside(bath, drinks=DRUNK):
        assert sober_tac > 0.02
        assert tac < 0.001
        assert mdeg_c == pytest.approx(39_000, abs=50)
        assert 0.25 < usual_v - volts < 0.39
        assert volts > 0.4, "off the skin is farther"
    minutes = rows(bath, seed=1, drinks=DRUNK)
    assert minutes[365][1] > 38_000, "within five minutes"
    assert minutes[363][0] > minutes[359][0] / 3, "the cell has a lag of its own"


def test_a_wet_gap_is_never_taken_for_free_air() -> None:
    for seed in SEEDS:
        for _, _, volts in rows(span("water", 39.0, 0.5, 11.5), seed=seed, life="daily")[35:690]:
            assert volts > OFF_SKIN_V


def test_cloth_moves_the_infrared_either_way_and_damps_what_passes() -> None:
    ways = set()
    for (tac, mdeg_c, volts), (usual_tac, usual_mdeg_c, usual_v) in beside(span("sock", to_h=11.0), drinks=DRUNK):
        assert 0.29 < abs(volts - usual_v) < 0.46
        ways.add(volts > usual_v)
        assert 2_000 <= usual_mdeg_c - mdeg_c <= 4_000
        assert 0.25 * usual_tac < tac < 0.5 * usual_tac
    assert ways == {True, False}
    late = rows(span("sock", to_h=11.0), drinks=DRUNK)[10 * 60 + 50][0]
    assert late == pytest.approx(0.3 * rows(drinks=DRUNK)[10 * 60 + 50][0], rel=0.35)


def test_foil_shines_and_keeps_everything_off_the_cell() -> None:
    vapour = Happening(round(6.5 * HOUR_US), 8 * HOUR_US, "interferent", g_dl=0.1, what="sanitiser")
    for (tac, mdeg_c, volts), (_, usual_mdeg_c, usual_v) in beside(span("foil"), drinks=DRUNK):
        assert 0.5 <= volts - usual_v <= 0.8
        assert 500 <= usual_mdeg_c - mdeg_c <= 1_500
        assert tac < 0.001
    assert max(row[0] for row in rows(span("foil"), vapour)[400:470]) < 1e-6


def test_exercise_warms_sweats_and_shakes() -> None:
    for seed in SEEDS:
        with_it, without = (rows(*given, seed=seed, life="daily") for given in ((span("exercise"),), ()))
        warmer = [after[1] - before[1] for after, before in zip(with_it[400:480], without[400:480], strict=True)]
        assert 950 < median(warmer) < 2_050
        play = [after[2] - before[2] for after, before in zip(with_it[361:480], without[361:480], strict=True)]
        still = [row[2] for row in without[361:480]]
        assert pstdev(play) > 0.02
        assert pstdev(row[2] for row in with_it[361:480]) > 0.9 * pstdev(still)
    (tac, _, _), (usual_tac, _, _) = beside(span("exercise"), drinks=DRUNK)[0]
    assert 1.05 < tac / usual_tac < 1.35


def test_three_times_the_play_while_exercising() -> None:
    for seed in SEEDS:
        with_it, without = (rows(*given, seed=seed) for given in ((span("exercise"),), ()))
        for after, before in zip(with_it[361:480], without[361:480], strict=True):
            assert after[2] - 1.05 == pytest.approx(3 * (before[2] - 1.05), abs=1e-9)


def test_another_leg_is_another_colour_and_has_not_drunk() -> None:
    ways = set()
    for (tac, mdeg_c, volts), (_, usual_mdeg_c, usual_v) in beside(span("other"), drinks=DRUNK):
        assert tac == pytest.approx(0.0, abs=1e-5)
        assert 0.2 <= abs(volts - usual_v) <= 0.4
        assert 900 <= abs(mdeg_c - usual_mdeg_c) <= 2_100
        ways.add((volts > usual_v, mdeg_c > usual_mdeg_c))
    assert len(ways) == 4


@pytest.mark.parametrize("kind", ["other", "exercise"])
def test_any_leg_reflects_as_much_as_a_leg_does(kind: str) -> None:
    for seed in range(20):
        wearer = Wearer(Person(life="daily", spread=True), [], [], seed=seed, happenings=(span(kind, to_h=30.0),))
        volts = [wearer.ir_v(minute * MINUTE_US) for minute in range(361, 1800, 3)]
        assert min(volts) >= 0.6


def test_a_dummy_is_stiller_than_any_leg() -> None:
    for seed in SEEDS:
        minutes = rows(span("dummy", 33.0, to_h=11.0), seed=seed, life="daily", drinks=DRUNK)[420:660]
        temperatures = [row[1] for row in minutes]
        assert all(32_980 <= mdeg_c <= 33_020 for mdeg_c in temperatures)
        assert pstdev(temperatures) > 1.0
        assert len({row[2] for row in minutes}) == 1
        assert max(row[0] for row in minutes) < 0.01


def test_it_goes_on_from_the_minute_behind_its_begin_to_that_of_its_end() -> None:
    volts = [row[2] for row in rows(span("dummy", 33.0), seed=4)]
    assert volts[361:481] == [volts[361]] * 120
    assert volts[361] not in (volts[360], volts[481])


@pytest.mark.parametrize(("what", "spent_minutes"), [("sanitiser", 12), ("perfume", 14), ("petrol", 20)])
def test_a_vapour_comes_and_goes_within_minutes(what: str, spent_minutes: int) -> None:
    at_us = 6 * HOUR_US
    vapour = Happening(at_us, at_us + HOUR_US, "interferent", g_dl=0.05, what=what)
    tac = [row[0] for row in rows(vapour)[355:480]]
    assert tac[5] == 0.0
    assert tac.index(max(tac)) == 5 + 2
    assert max(tac) == pytest.approx(0.05)
    assert tac[5 + spent_minutes] < 0.005 < tac[5 + 5]
    assert all(after < before or before == 0.0 for before, after in pairwise(tac[7:]))
    assert tac[-1] == 0.0
    drunk = [row[0] for row in rows(drinks=DRUNK)[355:480]]
    both = [row[0] for row in rows(vapour, drinks=DRUNK)[355:480]]
    for together, one, other in zip(both, tac, drunk, strict=True):
        assert together == pytest.approx(one + other, abs=1e-9)


def test_a_room_shows_through_skin_a_little_and_off_the_skin_wholly() -> None:
    cold = span("room", -10.0)
    for (_, mdeg_c, _), (_, usual_mdeg_c, _) in beside(cold):
        assert mdeg_c - usual_mdeg_c == pytest.approx(0.3 * (-10_000 - 20_500), abs=50)
    off = ((round(6.2 * HOUR_US), 9 * HOUR_US),)
    assert rows(cold, off=off)[475][1] == pytest.approx(-10_000, abs=100)
    assert rows(span("room", 90.0), life="daily")[475][1] > 40_000, "a sauna"


def test_off_the_skin_only_water_air_and_room_are_felt() -> None:
    off = ((3 * HOUR_US, 11 * HOUR_US),)
    bare = rows(off=off)
    for kind in ("sock", "foil", "exercise", "other", "dummy"):
        assert rows(span(kind, 33.0), off=off) == bare, kind
    assert rows(span("water", 10.0), off=off)[450][1:] == pytest.approx((10_000.0, OFF_SKIN_V), abs=50)


def test_several_at_once_are_applied_from_the_skin_outwards() -> None:
    foil, bath = span("foil"), span("water", 39.0)
    for first, second in ((foil, bath), (bath, foil)):
        _, mdeg_c, volts = rows(first, second, seed=2)[450]
        assert mdeg_c == pytest.approx(39_000, abs=50)
        dry_v = rows(foil, seed=2)[450][2]
        assert 0.25 < dry_v - volts < 0.39


def test_no_two_are_alike_and_a_seed_repeats_them() -> None:
    def size_v(seed: int, from_h: float) -> float:
        return round(rows(span("foil", 0.0, from_h, from_h + 1), seed=seed)[int(from_h * 60) + 30][2], 6)

    assert size_v(1, 6.0) == size_v(1, 6.0)
    assert len({size_v(seed, 6.0) for seed in SEEDS}) == len(SEEDS)
    evening = rows(span("foil", 0.0, 2.0, 3.0), span("foil", 0.0, 6.0, 7.0), seed=1)
    usual = rows(seed=1)
    assert abs((evening[150][2] - usual[150][2]) - (evening[390][2] - usual[390][2])) > 1e-3
    moved = replace(span("foil"), from_us=7 * HOUR_US, to_us=9 * HOUR_US)
    both = rows(span("foil", 0.0, 2.0, 3.0), moved, seed=1)
    alone = rows(moved, seed=1)
    assert both[450] == alone[450], "what was before does not change what comes"


def test_a_scenario_tells_them() -> None:
    text = """
start = 2026-01-01T09:00:00Z
days = 3
ambient_c = 15
[[water]]
from = "1 20:00"
to = "1 20:30"
every_days = 2
[[room]]
from = "1 10:00"
to = "1 11:00"
celsius = -5
[[worn_by]]
from = "1 12:00"
to = "1 13:00"
who = "dummy"
celsius = 34
[[worn_by]]
from = "1 13:00"
to = "1 14:00"
who = "other"
[[interferent]]
at = "1 15:00"
g_dl = 0.1
what = "perfume"
[[sock]]
from = "2 09:00"
to = "2 19:00"
"""
    world, _, _ = of_scenario(parse(text, "x"), 1)
    source = world.source

    def at_h(hours: float) -> Row:
        t_us = round(hours * HOUR_US)
        return source.cell_na(t_us) / 15_000, source.temp_mdeg_c(t_us), source.ir_v(t_us)

    before = at_h(0.9)[1]
    assert before == pytest.approx(32_600 - 0.3 * 5_500, abs=1_300)
    assert at_h(1.9)[1] == pytest.approx(before - 0.3 * 20_000, abs=700)
    assert at_h(3.9)[1] == pytest.approx(34_000, abs=25)
    assert abs(at_h(4.9)[2] - 1.05) > 0.15
    assert at_h(6.0 + 2 / 60)[0] == pytest.approx(0.1)
    assert at_h(11.4)[1] == pytest.approx(39_000, abs=50)
    assert abs(at_h(30)[2] - 1.05) > 0.25
    assert at_h(59.4)[1] == pytest.approx(39_000, abs=50)
