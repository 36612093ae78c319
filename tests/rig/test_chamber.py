"""A tag's own cell and clock, and the gas chamber that its cell is calibrated in."""

import math
from itertools import pairwise
from pathlib import Path

import pytest

from taghil.vm.pacing import Pacer
from taghil.world.bus import Skin
from taghil.world.checked import DAY_US
from taghil.world.errors import ScenarioError
from taghil.world.parts import ads1115, lmp91000
from taghil.world.scenario import load, parse
from taghil.world.world import World, of_scenario

HEAD = "start = 2026-03-02T09:00:00Z\ndays = 1\n"
CLEAN = '[[gas]]\nat = "1 09:00"\nmg_dl = 0\ntemperature_c = 25\n'
HOUR_US = 3_600_000_000


def world_of(text: str) -> World:
    world = of_scenario(parse(HEAD + "noise = 0\n" + text, "x"), 1)[0]
    world.fit()
    return world


def zero_and_gas_uv(world: World, at_us: int = 0) -> float:
    """What stands at the ADC's input, once the potentiostat is set up as the firmware does it."""
    lmp = world.lmp
    lmp.menb = 0
    for register, value in ((lmp91000.LOCK, 0), (lmp91000.TIACN, 6 << 2), (lmp91000.REFCN, 0x80), (lmp91000.MODECN, 3)):
        lmp.write(bytes((register, value)), 0)
    return lmp.vout_v(at_us) * 1e6


def test_a_cell_nobody_describes_is_the_nominal_one() -> None:
    assert zero_and_gas_uv(world_of(CLEAN), HOUR_US) == pytest.approx(500_000, abs=1)


def test_zero_and_span_are_the_cells_own() -> None:
    cell = "[cell]\nzero_uv = 503000\nspan_na_per_mg_dl = 12\n"
    assert zero_and_gas_uv(world_of(CLEAN + cell), 5 * HOUR_US) == pytest.approx(503_000, abs=1)
    gas = CLEAN.replace("mg_dl = 0", "mg_dl = 50")
    assert zero_and_gas_uv(world_of(gas + cell), 5 * HOUR_US) == pytest.approx(503_000 + 50 * 12 * 120, abs=2)


def test_both_move_with_temperature() -> None:
    cell = "[cell]\nspan_na_per_mg_dl = 10\nzero_uv_per_deg_c = 100\nspan_percent_per_deg_c = 0.5\n"
    warm = CLEAN.replace("= 25", "= 35")
    assert zero_and_gas_uv(world_of(warm + cell), 6 * HOUR_US) == pytest.approx(501_000, abs=1)
    gas = warm.replace("mg_dl = 0", "mg_dl = 50")
    expected = 501_000 + 50 * 10 * 1.05 * 120
    assert zero_and_gas_uv(world_of(gas + cell), 6 * HOUR_US) == pytest.approx(expected, abs=2)


def test_the_zero_drifts_with_age() -> None:
    world = world_of(CLEAN + "[cell]\nzero_uv_per_30_days = -6000\n")
    assert zero_and_gas_uv(world, 15 * DAY_US) == pytest.approx(497_000, abs=1)


def test_what_the_adc_gives_is_the_cells() -> None:
    world = world_of(CLEAN + "[cell]\nzero_uv = 510000\n")
    zero_and_gas_uv(world)
    world.ads.write(bytes((ads1115.CONFIG, 0xC5, 0x83)), 0)
    world.ads.read(2, HOUR_US)
    world.ads.write(bytes((ads1115.CONVERSION,)), HOUR_US)
    assert int.from_bytes(world.ads.read(2, HOUR_US), "big") == round(510_000 / 62.5)


def test_the_chamber_settles_to_each_step() -> None:
    steps = CLEAN + '[[gas]]\nat = "1 10:00"\nmg_dl = 40\ntemperature_c = 35\n'
    skin: Skin = world_of(steps)
    begin_us, later_us = HOUR_US, HOUR_US + 5 * HOUR_US // 60
    assert skin.temp_mdeg_c(0) == 20_500
    assert skin.temp_mdeg_c(begin_us) == pytest.approx(25_000, abs=5)
    assert skin.cell_na(begin_us) == 0.0
    # Five minutes: about one time constant of the cell's air.
    assert 0.5 < skin.cell_na(later_us) / (40 * 15) < 0.8
    assert skin.cell_na(2 * HOUR_US) == pytest.approx(600, rel=1e-4)
    assert skin.temp_mdeg_c(2 * HOUR_US) == pytest.approx(35_000, abs=5)
    assert skin.ir_v(HOUR_US) > 0.4


def test_time_goes_back_and_forth_in_a_chamber() -> None:
    world = of_scenario(load("chamber"), 1)[0]
    world.fit()
    there = [world.cell_na(minute * 60_000_000) for minute in range(300)]
    assert there[::-1] == [world.cell_na(minute * 60_000_000) for minute in reversed(range(300))]


def test_a_step_goes_on_from_where_the_one_before_had_come_to() -> None:
    world = of_scenario(load("chamber"), 1)[0]
    world.fit()
    values = [world.cell_na(second * 1_000_000) for second in range(5 * 3600)]
    assert max(abs(after - before) for before, after in pairwise(values)) < 5.0


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (CLEAN + "[wearer]\nweight_kg = 80\n", "wearer: not in a scenario with gas"),
        (CLEAN + '[[sock]]\nfrom = "1 10:00"\nto = "1 11:00"\n', "sock: not in a scenario with gas"),
        (CLEAN.replace("mg_dl = 0", "mg_dl = -1"), "gas 1: mg_dl: must be a number"),
        (CLEAN.replace("mg_dl = 0\n", ""), "gas 1: mg_dl: must be a number"),
        (CLEAN.replace("mg_dl", "ppm"), "gas 1: ppm: unknown"),
        ("[cell]\nspan = 3\n", "cell.span: unknown"),
        ("[cell]\nspan_na_per_mg_dl = 'x'\n", "cell.span_na_per_mg_dl: must be a number"),
        ("cell = 3\n", "cell: must be a table"),
        ("clock = 3\n", "clock: must be a table"),
        ("[clock]\ndrift_ppm = 5000\n", "clock.drift_ppm: must be a number"),
    ],
)
def test_what_is_wrong_is_a_sentence(text: str, what: str) -> None:
    with pytest.raises(ScenarioError, match=f"x: {what}"):
        parse(HEAD + text, "x")


@pytest.mark.parametrize("ppm", [0.0, 40.0, -25.0])
def test_the_worlds_utc_does_not_go_by_the_tags_crystal(ppm: float, tmp_path: Path) -> None:
    scenario = parse(HEAD + f"[clock]\ndrift_ppm = {ppm}\n", "x")
    world, start, days = of_scenario(scenario, 1)
    pacer = Pacer(world, "free", start, days, tmp_path / "clock.json")
    begin_ms = pacer.utc_ms()
    world.now_us += 10 * DAY_US
    fast_ms = 10 * 86_400_000 - (pacer.utc_ms() - begin_ms)
    assert math.isclose(fast_ms, 10 * 86_400_000 * ppm / 1e6, abs_tol=2.0, rel_tol=1e-3)
