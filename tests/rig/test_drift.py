"""A cell whose zero drifts on a wearer who lives and drinks, and a clock that is off: found as they were put in."""

from pathlib import Path

import pytest

from ankletag.evaluate import Parameters, evaluate
from ankletag.evaluate.leg import samples
from ankletag.evaluate.zero import Zero, of_zero, zero_of
from ankletag.models import Pace
from ankletag.verify import Verified
from measure.senses_wearers import Days, judged, readings_of
from provisioned import whole_life
from taghil.vm.process import Emulator
from taghil.world.body import UNIT_G
from taghil.world.cell import CellTraits

pytestmark = pytest.mark.slow

LENGTH_DAYS = 30
UV_PER_MG_DL = 1_800.0
# Five units in three hours, every third evening.
DRINKS = tuple((day * 1440 + 600 + unit * 36, UNIT_G) for day in range(0, LENGTH_DAYS, 3) for unit in range(5))


def found(seed: int, uv_per_30_days: float) -> Zero:
    days = Days(drinks=DRINKS, cell=CellTraits(zero_uv_per_30_days=uv_per_30_days))
    readings = readings_of(seed, days, LENGTH_DAYS)
    return zero_of(samples(readings), judged(readings).episodes, Parameters())


@pytest.mark.parametrize("uv_per_30_days", [0.0, 18_000.0, -12_000.0])
@pytest.mark.parametrize("seed", [0, 1, 5])
def test_the_drift_of_a_cell_is_found_under_a_life_with_drinks(seed: int, uv_per_30_days: float) -> None:
    zero = found(seed, uv_per_30_days)
    put_in_ug_dl = uv_per_30_days / UV_PER_MG_DL * 1_000 * (LENGTH_DAYS - 1) / LENGTH_DAYS
    assert zero.drift_ug_dl == pytest.approx(put_in_ug_dl, abs=1_000)
    assert len(zero.days) == LENGTH_DAYS
    # 10,000 and 6,667 ug/dL in 30 days are told, none is not.
    assert bool(list(of_zero(zero, Parameters()))) == bool(uv_per_30_days)


def lived(folder: Path, scenario: str, cadence_s: int) -> Verified:
    """Fitted and attested at the beginning, attested and read out at the end."""
    with Emulator(folder, scenario=scenario) as tag:
        return whole_life(tag, Pace(cadence_s, 21_600), attests=True).verified


def test_a_tag_that_ages_for_thirty_days_is_told_of(kept: Path) -> None:
    verified = lived(kept / "tag", "ageing", 600)
    assert verified.against == []
    evaluation = evaluate(verified, verified.clock)
    assert evaluation.zero.drift_ug_dl == pytest.approx(9_667, abs=1_500)
    assert [note.sentence.split(" moved by ")[0] for note in evaluation.notes] == ["The alcohol sensor's zero"]
    (drift,) = evaluation.clock_drifts
    assert drift.low_ppb <= 40_000 <= drift.high_ppb
    assert drift.high_ppb - drift.low_ppb < 2_000


SLOW_CLOCK = "start = 2026-03-02T09:00:00Z\ndays = 6\n[clock]\ndrift_ppm = {}\n"


@pytest.mark.parametrize("ppm", [30, -80])
def test_a_tags_clock_is_measured_between_two_visits(kept: Path, ppm: int) -> None:
    scenario = kept / "clock.toml"
    scenario.write_text(SLOW_CLOCK.format(ppm), encoding="utf-8")
    verified = lived(kept / "tag", str(scenario), 600)
    (drift,) = evaluate(verified, verified.clock).clock_drifts
    assert drift.low_ppb <= ppm * 1000 <= drift.high_ppb
    assert drift.high_ppb - drift.low_ppb < 10_000
    codes = {finding.code for finding in verified.findings if finding.severity == "against"}
    assert codes == ({"clock-conflict"} if abs(ppm) > 50 else set())
