"""The simulated wearer and the scenarios: plausible where evidence is judged by it, and wrong files told by key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taghil.world.errors import ScenarioError
from taghil.world.scenario import built_in, load, parse
from taghil.world.wearer import OFF_SKIN_V, Person, Wearer
from taghil.world.world import of_scenario

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
drinks = st.lists(st.tuples(st.integers(0, 6 * HOUR_US), st.floats(1, 40)), max_size=6).map(sorted)


def curve(wearer: Wearer, hours: int) -> list[tuple[float, float]]:
    """(TAC, blood) in g/dL, once a minute."""
    return [(wearer.tac_g_dl(minute * MINUTE_US), wearer.blood_g_dl) for minute in range(hours * 60)]


def peak_minute(values: list[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)


@given(drinks, st.sampled_from(["male", "female"]), st.floats(45, 140))
def test_tac_is_never_negative_lags_blood_and_goes_back_to_zero(
    evening: list[tuple[int, float]], sex: str, weight_kg: float
) -> None:
    wearer = Wearer(Person(sex, weight_kg), evening, [], seed=3)
    points = curve(wearer, 72)
    tac, blood = [point[0] for point in points], [point[1] for point in points]
    assert min(tac) >= 0.0
    assert min(blood) >= 0.0
    assert max(tac) <= max(blood) * 1.05 + 1e-9, "skin never holds more than blood did, but for sweat"
    assert tac[-1] < 1e-3
    if evening:
        assert peak_minute(tac) > peak_minute(blood)


def test_the_demo_peaks_about_two_hours_after_breath() -> None:
    world, _, days = of_scenario(load("demo"), seed=1)
    wearer = world.source
    assert isinstance(wearer, Wearer)
    points = curve(wearer, 96)
    tac, blood = [point[0] for point in points], [point[1] for point in points]
    assert 90 <= peak_minute(tac) - peak_minute(blood) <= 150
    above = [minute for minute, value in enumerate(tac) if value > 0.02]
    assert 0.04 < max(tac) < 0.10
    assert len(above) > 5 * 60
    assert above == list(range(above[0], above[-1] + 1)), "one episode"
    evening_day_2 = (24 + 10) * 60
    assert evening_day_2 <= above[0] < evening_day_2 + 5 * 60
    assert days == 4.0


def test_off_the_skin_is_cold_and_far_and_comes_back() -> None:
    wearer = Wearer(Person(), [(0, 60.0)], [(3 * HOUR_US, 5 * HOUR_US)], seed=1)
    before = wearer.tac_g_dl(3 * HOUR_US), wearer.temp_mdeg_c(3 * HOUR_US)
    assert wearer.ir_v(4 * HOUR_US) == OFF_SKIN_V
    assert wearer.tac_g_dl(4 * HOUR_US) < before[0] / 100
    assert wearer.temp_mdeg_c(4 * HOUR_US) < before[1] - 10_000
    assert wearer.ir_v(5 * HOUR_US + 2 * MINUTE_US) > 0.9
    assert wearer.tac_g_dl(6 * HOUR_US) > 0.02
    assert wearer.temp_mdeg_c(6 * HOUR_US) > before[1] - 2_000


def test_held_off_by_hand() -> None:
    wearer = Wearer(Person(), [], [], seed=1)
    assert wearer.ir_v(HOUR_US) > 0.9
    wearer.held_off = True
    assert wearer.ir_v(2 * HOUR_US) == OFF_SKIN_V


def test_a_run_does_not_depend_on_how_often_it_is_sampled() -> None:
    often, seldom = (Wearer(Person(), [(HOUR_US, 40.0)], [], seed=5) for _ in range(2))
    for minute in range(10 * 60):
        often.cell_na(minute * MINUTE_US)
    assert often.cell_na(10 * HOUR_US) == seldom.cell_na(10 * HOUR_US)
    assert often.temp_mdeg_c(10 * HOUR_US) == seldom.temp_mdeg_c(10 * HOUR_US)


def test_a_sober_skin_stays_within_what_bracelets_show() -> None:
    wearer = Wearer(Person(), [], [], seed=2)
    for quarter in range(4 * 24 * 20):
        t_us = quarter * 15 * MINUTE_US
        assert wearer.cell_na(t_us) == 0.0
        assert 30_000 < wearer.temp_mdeg_c(t_us) < 36_000
        assert 0.95 < wearer.ir_v(t_us) < 1.15


def test_before_the_fitting_the_scenario_stands_still() -> None:
    world, start, _ = of_scenario(load("strap"), seed=1)
    world.now_us = 90 * 24 * HOUR_US
    world.take_switches()
    assert (world.levels, world.scenario_us()) == (0, 0)
    world.fit()
    opened_us = world.now_us + 11 * HOUR_US
    assert start.hour == 9
    assert world.next_switch_us == opened_us
    world.now_us = opened_us
    world.take_switches()
    assert (world.levels, world.take_edges(), world.take_edges()) == (1, 1, 0)


def test_built_in_scenarios_load() -> None:
    assert {"demo", "quiet", "realistic", "strap"} <= set(built_in())
    assert load("quiet").days == 120
    assert load("demo").off_skin[0][1] - load("demo").off_skin[0][0] > 2 * HOUR_US
    assert not load("demo").switches


START = "start = 2026-01-01T09:00:00Z\ndays = 1\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("start = \n", r"x\.toml: not TOML: .*line 1"),
        ("days = 1\n", "start: needed"),
        ("start = 2026-01-01T09:00:00\ndays = 1\n", "start: needed, a time with zone"),
        ("start = 2026-01-01T09:00:00Z\n", "days: must be a number"),
        (START + "wether = 3\n", "wether: unknown"),
        (START + "[wearer]\nsex = 'robot'\n", "wearer.sex: must be one of"),
        (START + "[wearer]\nweight_kg = 3\n", "wearer.weight_kg: must be a number from 30 to 300"),
        (START + "[[drink]]\nat = '1 20:00'\n", "drink 1: units: say either units or grams"),
        (START + "[[drink]]\nat = '1 20:00'\nunits = 1\n[[drink]]\nat = 'late'\nunits = 1\n", "drink 2: at: must be"),
        (START + "[[drink]]\nat = '1 08:00'\nunits = 1\n", "drink 1: at: '1 08:00' is before the start"),
        (START + "[[off_skin]]\nfrom = '1 12:00'\nto = '1 11:00'\n", "off_skin 1: to: must be after"),
        (START + "[[strap]]\nat = '1 12:00'\nstate = 'ajar'\n", "strap 1: state: must be 'open' or 'closed'"),
        (START + "noise = -1\n", "noise: must be a number from 0 to 100"),
        (START + "[wearer]\nlife = 'wild'\n", "wearer.life: must be one of still, daily, not 'wild'"),
        (START + "[[drink]]\nat = '1 20:00'\nunits = 1\nevery_days = 0.5\n", "drink 1: every_days: must be a whole"),
        (START + "[wearer]\nspread = 'wide'\n", "wearer.spread: must be true or false, not 'wide'"),
        (START + "ambient_c = 200\n", "ambient_c: must be a number from -40 to 60"),
        (START + "[[water]]\nfrom = '1 12:00'\nto = '1 11:00'\n", "water 1: to: must be after 'from'"),
        (START + "[[water]]\nfrom = '1 10:00'\nto = '1 11:00'\ncelsius = 99\n", "water 1: celsius: must be a number"),
        (START + "[[room]]\nfrom = '1 10:00'\nto = '1 11:00'\n", "room 1: celsius: must be a number from .* not None"),
        (
            START + 2 * "[[sock]]\nfrom = '1 10:00'\nto = '1 11:00'\n",
            "sock: two spans overlap",
        ),
        (
            START
            + "[[worn_by]]\nwho = 'other'\nfrom = '1 10:00'\nto = '1 11:00'\n"
            + "[[worn_by]]\nwho = 'dummy'\nfrom = '1 10:30'\nto = '1 11:00'\n",
            "worn_by: two spans overlap",
        ),
        (START + "[[worn_by]]\nfrom = '1 10:00'\nto = '1 11:00'\n", "worn_by 1: who: must be one of other, dummy"),
        (
            START + "[[worn_by]]\nwho = 'other'\ncelsius = 30\nfrom = '1 10:00'\nto = '1 11:00'\n",
            "worn_by 1: celsius: unknown",
        ),
        (START + "[[interferent]]\nat = '1 10:00'\nwhat = 'beer'\n", "interferent 1: what: must be one of sanitiser"),
        (START + "[[interferent]]\nat = '1 10:00'\ng_dl = 5\n", "interferent 1: g_dl: must be a number from 0 to 0.5"),
        (START + "[[foil]]\nat = '1 10:00'\n", "foil 1: at: unknown; known are every_days, from, to"),
        (
            START + "[[unplugged]]\npart = 'plug'\nfrom = '1 10:00'\nto = '1 11:00'\n",
            "unplugged 1: part: must be one of cell, temp, prox, not 'plug'",
        ),
        (
            START + "[[fault]]\npart = 'temp'\nwhat = 'locked'\nfrom = '1 10:00'\nto = '1 11:00'\n",
            "fault 1: what: must be one of silent, not_ready, wrong_id, high, low, not 'locked'",
        ),
        (
            START
            + "[[fault]]\npart = 'adc'\nwhat = 'silent'\nfrom = '1 10:00'\nto = '1 11:00'\n"
            + "[[unplugged]]\npart = 'cell'\nfrom = '1 10:30'\nto = '1 11:30'\n",
            "the faults of adc: two spans overlap",
        ),
        (START + "[drink]\nat = '1 12:00'\n", r"drink: must be a list of tables, written \[\[drink\]\]"),
    ],
)
def test_wrong_scenarios_name_the_key(text: str, sentence: str) -> None:
    with pytest.raises(ScenarioError, match=sentence):
        parse(text, "x.toml")
