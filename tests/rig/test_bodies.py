"""Bodies drawn from what people are: different from each other, the same again, and within what was published."""

from statistics import mean, stdev

import pytest

from taghil.world.body import (
    ABSORPTIONS_PER_H,
    BLOOD_TO_SKIN_HS,
    ELIMINATIONS_G_DL_H,
    ON_SKIN_VS,
    SKINS_MDEG_C,
    WIDMARK_L_KG,
    WIDMARK_SD_L_KG,
    Body,
    Person,
    body_of,
)
from taghil.world.scenario import parse
from taghil.world.wearer import Wearer
from taghil.world.world import of_scenario

MINUTE_US = 60_000_000
DRINKS = [(minute * MINUTE_US, 16.0) for minute in (0, 30, 60, 90)]


@pytest.mark.parametrize("sex", ["male", "female"])
def test_drawn_bodies_lie_within_what_was_published_and_fill_it(sex: str) -> None:
    bodies = [body_of(Person(sex, spread=True), seed) for seed in range(400)]
    for name, (low, high) in {
        "absorption_per_h": ABSORPTIONS_PER_H,
        "elimination_g_dl_h": ELIMINATIONS_G_DL_H,
        "blood_to_skin_h": BLOOD_TO_SKIN_HS,
        "on_skin_v": ON_SKIN_VS,
        "skin_mdeg_c": SKINS_MDEG_C,
    }.items():
        values = [getattr(body, name) for body in bodies]
        assert low <= min(values) < low + 0.05 * (high - low), name
        assert high - 0.1 * (high - low) < max(values) <= high, name
    volumes = [body.widmark_l_kg for body in bodies]
    usual, deviation = WIDMARK_L_KG[sex], WIDMARK_SD_L_KG[sex]
    assert max(abs(value - usual) for value in volumes) <= 2 * deviation
    assert abs(mean(volumes) - usual) < deviation / 5
    # Cut at two standard deviations, 0.88 of one are left.
    assert 0.8 * deviation < stdev(volumes) < 0.96 * deviation


def test_the_same_seed_is_the_same_body_and_without_spread_all_are_the_usual_one() -> None:
    person = Person("female", spread=True)
    assert body_of(person, 7) == body_of(person, 7)
    assert body_of(person, 7) != body_of(person, 8)
    assert {body_of(Person("female"), seed) for seed in range(20)} == {Body(0.55)}


def test_the_ankle_lags_breath_by_hours_and_by_two_on_average() -> None:
    lags_h, peaks = [], []
    for seed in range(60):
        wearer = Wearer(Person(spread=True), DRINKS, [], seed=seed)
        tac, blood = [], []
        for minute in range(14 * 60):
            tac.append(wearer.tac_g_dl(minute * MINUTE_US))
            blood.append(wearer.blood_g_dl)
        lags_h.append((tac.index(max(tac)) - blood.index(max(blood))) / 60)
        peaks.append(max(tac))
    assert min(lags_h) > 0.8
    assert max(lags_h) < 3.8
    assert 1.7 < mean(lags_h) < 2.3
    assert max(peaks) > 1.6 * min(peaks), "the same drinks, but not the same people"


def test_a_scenario_asks_for_it() -> None:
    text = "start = 2026-01-01T09:00:00Z\ndays = 1\n[wearer]\nspread = {}\n"
    rests = {
        spread: {of_scenario(parse(text.format(spread), "x"), seed)[0].source.ir_v(0) for seed in range(5)}
        for spread in ("true", "false")
    }
    assert rests["false"] == {1.05}
    assert len(rests["true"]) == 5
