"""Zero and span out of sealed readings of known gases, and the sentences where none follow."""

from collections.abc import Callable
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.calibration import Computed, Steps, compute, parse_steps
from ankletag.calibration.least_squares import least_squares
from ankletag.errors import NotCalibrated, UsageError
from ankletag.evaluate import fittings
from host.logs import check
from host.tagmaker import TagMaker, fitted
from support import ROOT
from tagproto import records, seals
from tagproto.calibration import identity

CADENCE_MS = 10_000
ONE = "[[step]]\nminutes = {}\nmg_dl = {}\ncelsius = {}\n"


def steps_of(*rows: tuple[float, float, float], head: str = "measure_minutes = 5\n") -> Steps:
    return parse_steps(head + "".join(ONE.format(*row) for row in rows), "steps.toml")


FULL = steps_of(*((20, gas, celsius) for celsius in (25, 35) for gas in (0, 20, 80)))
PLAIN = steps_of((20, 0, 25), (20, 20, 25), (20, 80, 25))


class Bench:
    """A cell: volts by gas and temperature. It settles at once but for `settles_min` minutes of each step."""

    def __init__(
        self, zero_uv: float = 503_000, span_na: float = 12.0, zero_uv_c: float = 93.75, span_percent_c: float = 0.5
    ) -> None:
        self.zero_uv, self.span_na, self.zero_uv_c, self.span_percent_c = zero_uv, span_na, zero_uv_c, span_percent_c

    def code(self, mg_dl: float, celsius: float) -> int:
        away = celsius - 25.0
        span = self.span_na * (1 + self.span_percent_c / 100 * away)
        return round((self.zero_uv + self.zero_uv_c * away + mg_dl * span * 120.0) / 62.5)

    def log(
        self,
        steps: Steps,
        change: Callable[[int, dict[str, int]], dict[str, int] | None] = lambda second, values: values,
    ) -> TagMaker:
        """change: what a reading so many seconds behind the FIT record holds, or None for no reading."""
        maker = fitted(cadence_s=10, seal_interval_s=3600)
        begin_ms = maker.now_ms
        end_s = steps.steps[-1].to_s
        for second in range(CADENCE_MS // 1000, end_s + 60, CADENCE_MS // 1000):
            maker.now_ms = begin_ms + second * 1000
            step = next((one for one in steps.steps if one.from_s <= second < one.to_s), steps.steps[-1])
            celsius = step.temp_mdeg_c / 1000
            values = {"cell": self.code(step.gas_ug_dl / 1000, celsius), "temp": round(celsius / 0.0078125)}
            changed = change(second, values)
            if changed is not None:
                maker.reading(noise=1, **changed)
        maker.seal(seals.REASON_ASKED, b"nonce")
        return maker


def computed(maker: TagMaker, steps: Steps) -> Computed:
    verified = check(maker)
    return compute(verified, verified.clock, fittings(verified)[-1], steps)


def test_what_the_cell_is_comes_out() -> None:
    found = computed(Bench().log(FULL), FULL)
    calibration = found.calibration
    assert calibration.cell_zero_uv == pytest.approx(503_000, abs=20)
    assert calibration.cell_span_pa_per_mg_dl == pytest.approx(12_000, abs=12)
    assert calibration.zero_nv_per_deg_c == pytest.approx(93_750, abs=5_000)
    assert calibration.span_ppm_per_deg_c == pytest.approx(5_000, abs=150)
    assert calibration.reference_mdeg_c == 25_000
    # START_UTC_MS is in the afternoon of 2026-06-15.
    assert calibration.calibrated_day == 20_619
    assert calibration.calibration_id == identity(asdict(calibration))
    assert [step.readings for step in found.steps] == [30] * 6
    assert all(abs(step.residual_ug_dl) < 60 for step in found.steps)


def test_the_same_log_gives_the_same() -> None:
    maker = Bench().log(PLAIN)
    assert computed(maker, PLAIN) == computed(maker, PLAIN)


def test_at_one_temperature_nothing_is_said_to_move() -> None:
    calibration = computed(Bench().log(PLAIN), PLAIN).calibration
    assert (calibration.zero_nv_per_deg_c, calibration.span_ppm_per_deg_c) == (0, 0)
    assert calibration.cell_span_pa_per_mg_dl == pytest.approx(12_000, abs=12)


def test_clean_air_at_two_temperatures_moves_the_zero_alone() -> None:
    steps = steps_of((20, 0, 25), (20, 20, 25), (20, 80, 25), (20, 0, 35))
    calibration = computed(Bench(span_percent_c=0.0).log(steps), steps).calibration
    assert calibration.zero_nv_per_deg_c == pytest.approx(93_750, abs=5_000)
    assert calibration.span_ppm_per_deg_c == 0


def refused(what: str, maker: TagMaker, steps: Steps = PLAIN) -> None:
    with pytest.raises(NotCalibrated) as raised:
        computed(maker, steps)
    assert what in raised.value.cause
    assert raised.value.action.endswith(".")


def test_a_step_that_does_not_fit_is_named() -> None:
    told = steps_of((20, 0, 25), (20, 24, 25), (20, 80, 25))
    refused("does not fit to the others", Bench().log(PLAIN), told)


@pytest.mark.parametrize("span_na", [4.4, 46.0])
def test_a_span_that_no_cell_has(span_na: float) -> None:
    refused("0.3 to 3 times 15", Bench(span_na=span_na, span_percent_c=0.0).log(PLAIN))


@pytest.mark.parametrize("span_na", [4.6, 44.0])
def test_a_span_at_its_limits(span_na: float) -> None:
    calibration = computed(Bench(span_na=span_na).log(PLAIN), PLAIN).calibration
    assert calibration.cell_span_pa_per_mg_dl == pytest.approx(span_na * 1000, rel=0.003)


def test_gas_that_never_came() -> None:
    nothing = Bench()
    nothing.span_na = 0.0
    refused("0.3 to 3 times 15", nothing.log(PLAIN))


def test_a_span_that_moves_too_much() -> None:
    refused("% a degree", Bench(span_percent_c=2.5).log(FULL), FULL)


def test_readings_that_are_missing() -> None:
    gap = Bench().log(PLAIN, lambda second, values: None if 2_200 < second < 2_370 else values)
    refused("Step 2 (minute 20 to 40) has", gap)


def test_senses_that_gave_nothing_do_not_count() -> None:
    no_temp = {"flags": records.FLAG_NO_TEMP}
    refused("has 0 sealed readings", Bench().log(PLAIN, lambda second, values: {**values, **no_temp}))


def test_a_timetable_that_is_not_over() -> None:
    early = Bench().log(PLAIN, lambda second, values: values if second < 3_000 else None)
    refused("Step 3", early)


def test_a_cell_at_its_limit() -> None:
    limit = {"flags": records.FLAG_CELL_SATURATED, "cell": 32_760}
    maker = Bench().log(PLAIN, lambda second, values: {**values, **limit} if second == 3_500 else values)
    refused("to its limit", maker)


def test_a_chamber_at_another_temperature() -> None:
    maker = Bench().log(PLAIN, lambda second, values: {**values, "temp": round(28.5 / 0.0078125)})
    refused("was to be at 25 degC", maker)


def test_a_step_that_had_not_settled() -> None:
    def creeping(second: int, values: dict[str, int]) -> dict[str, int]:
        return {**values, "cell": values["cell"] - max(0, 2_400 - second) // 2 if second < 2_400 else values["cell"]}

    refused("had not settled", Bench().log(PLAIN, creeping))


def test_a_tag_that_restarted() -> None:
    maker = Bench().log(PLAIN)
    maker.boot()
    maker.reading()
    maker.seal()
    refused("restarted", maker)


def test_only_what_is_sealed_counts() -> None:
    maker = fitted(cadence_s=10, seal_interval_s=3600)
    begin_ms = maker.now_ms
    for second in range(10, 3_600, 10):
        maker.now_ms = begin_ms + second * 1000
        maker.reading()
    refused("Step 1 (minute 0 to 20) has 0", maker)


GOOD = ONE.format(20, 0, 25) + ONE.format(20, 20, 25) + ONE.format(20, 80, 25)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x", "steps.toml is not TOML"),
        ("", "steps.toml: step: there are 0 of them"),
        (GOOD.replace("mg_dl = 0", "ppm = 0"), "step 1: ppm: unknown"),
        (GOOD.replace("mg_dl = 20", "mg_dl = 'x'"), "step 2: mg_dl: must be a number from 0 to 800, not 'x'"),
        (GOOD.replace("celsius = 25", "celsius = 90"), "step 1: celsius: must be a number"),
        (GOOD.replace("minutes = 20", "minutes = 10"), "step 1: minutes: must be more than measure_minutes"),
        (GOOD.replace("mg_dl = 0", "mg_dl = 10"), "clean air and a gas of 5 mg/dL or more"),
        (GOOD.replace("mg_dl = 20", "mg_dl = 2").replace("mg_dl = 80", "mg_dl = 3"), "clean air and a gas"),
        (ONE.format(20, 0, 25) + ONE.format(20, 20, 25), "2 of them for 2 unknowns"),
        ("step = 3\n", "step: must be written [[step]]"),
        ("gas = 3\n" + GOOD, "gas: unknown"),
        ("reference_celsius = true\n" + GOOD, "reference_celsius: must be a number"),
    ],
)
def test_what_is_wrong_with_a_steps_file(text: str, what: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_steps(text, "steps.toml")
    assert what in raised.value.cause


def test_decimals_of_a_steps_file_are_exact() -> None:
    steps = steps_of((20, 0, 25), (20.5, 19.87, 24.9), (20, 80, 25))
    assert steps.steps[1].gas_ug_dl == 19_870
    assert (steps.steps[1].from_s, steps.steps[1].to_s) == (1200, 2430)
    assert steps.steps[1].measured_from_s == 2130


def test_the_steps_of_the_manual() -> None:
    path = Path(ROOT / "docs/calibration-steps.toml")
    steps = parse_steps(path.read_text(encoding="utf-8"), path.name)
    assert (steps.zero_moves, steps.span_moves, steps.unknowns) == (True, True, 4)
    assert steps.steps[-1].to_s == 5 * 3600


@given(st.lists(st.fractions(-100, 100, max_denominator=50), min_size=3, max_size=3), st.integers(0, 5))
def test_least_squares_finds_what_was_put_in(truth: list[Fraction], shift: int) -> None:
    rows = [[Fraction(1), Fraction(x + shift), Fraction((x + shift) ** 2)] for x in range(5)]
    values = [sum((a * b for a, b in zip(row, truth, strict=True)), Fraction(0)) for row in rows]
    assert least_squares(rows, values) == truth


def test_least_squares_leaves_the_least_squares() -> None:
    rows = [[Fraction(1), Fraction(x)] for x in range(4)]
    values = [Fraction(value) for value in (0, 1, 1, 3)]
    zero, slope = least_squares(rows, values) or []
    assert (zero, slope) == (Fraction(-1, 10), Fraction(9, 10))


def test_least_squares_of_what_is_the_same() -> None:
    assert least_squares([[Fraction(1), Fraction(2)]] * 3, [Fraction(1)] * 3) is None
