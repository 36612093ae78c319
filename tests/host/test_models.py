"""Units and rounding."""

from dataclasses import fields, replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.models import Calibration, config_of, divide_half_away, order_id_of, readable
from host.tagmaker import CONFIG
from tagproto import records

DEFAULT = Calibration(**{field.name: CONFIG[field.name] for field in fields(Calibration)})  # type: ignore[arg-type]


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_halves_go_away_from_zero(numerator: int, denominator: int) -> None:
    quotient = divide_half_away(numerator, denominator)
    assert abs(numerator - quotient * denominator) * 2 <= denominator
    assert divide_half_away(-numerator, denominator) == -quotient
    assert divide_half_away(denominator, 2 * denominator) == 1


@pytest.mark.parametrize(
    ("cell_code", "cell_pa", "tac_ug_dl"),
    [(8000, 0, 0), (8576, 300_000, 20_000), (8001, 521, 35), (7999, -521, -35), (0, -4_166_667, -277_778)],
)
def test_current_and_tac(cell_code: int, cell_pa: int, tac_ug_dl: int) -> None:
    """0.02 g/dL is 20 mg/dL is 300 nA over 120 kOhm: 36 mV above the zero of 500 mV."""
    assert DEFAULT.cell_pa(cell_code, 4352) == cell_pa
    assert DEFAULT.tac_ug_dl(cell_code, 4352) == tac_ug_dl


def exact(calibration: Calibration, cell_code: int, temp_code: int | None) -> tuple[int, int]:
    """Current in pA and TAC in ug/dL as the text of SPEC.md has them, in degrees and volts, rounded at the end."""
    celsius = Fraction(0)
    if temp_code is not None:
        mdeg_c = rounded(Fraction(temp_code * calibration.temp_ndeg_c_per_code, 10**6))
        celsius = Fraction(min(40_000, max(-40_000, mdeg_c - calibration.reference_mdeg_c)), 1000)
    zero = Fraction(calibration.cell_zero_uv, 10**6) + Fraction(calibration.zero_nv_per_deg_c, 10**9) * celsius
    volts = cell_code * Fraction(calibration.adc_nv_per_code, 10**9) - zero
    span = calibration.cell_span_pa_per_mg_dl * (1 + Fraction(calibration.span_ppm_per_deg_c, 10**6) * celsius)
    picoamps = volts / calibration.tia_ohm * 10**12
    return rounded(picoamps), rounded(picoamps / span * 1000)


def rounded(value: Fraction) -> int:
    away = floor(abs(value) + Fraction(1, 2))
    return away if value >= 0 else -away


@given(
    st.integers(-32768, 32767),
    st.none() | st.integers(-32768, 32767),
    st.integers(-(10**6), 2 * 10**6),
    st.integers(1, 10**6),
    st.integers(-40_000, 85_000),
    st.integers(-(10**7), 10**7),
    st.integers(-20_000, 20_000),
)
def test_zero_and_span_move_with_temperature(
    cell_code: int, temp_code: int | None, zero_uv: int, span: int, reference: int, zero_nv: int, ppm: int
) -> None:
    calibration = replace(
        DEFAULT,
        cell_zero_uv=zero_uv,
        cell_span_pa_per_mg_dl=span,
        reference_mdeg_c=reference,
        zero_nv_per_deg_c=zero_nv,
        span_ppm_per_deg_c=ppm,
    )
    values = calibration.cell_pa(cell_code, temp_code), calibration.tac_ug_dl(cell_code, temp_code)
    assert values == exact(calibration, cell_code, temp_code)


def test_a_warm_cell_by_hand() -> None:
    """10 degC over the reference: the zero 1 mV higher, the span 5 % more; 20 mg/dL are then 21 * 1.8 mV + 1 mV."""
    warm = replace(DEFAULT, reference_mdeg_c=24_000, zero_nv_per_deg_c=100_000, span_ppm_per_deg_c=5_000)
    code = 8000 + round((20 * 1.05 * 1.8 + 1.0) / 0.0625)
    assert warm.tac_ug_dl(code, 4352) == pytest.approx(20_000, abs=20)
    assert warm.tac_ug_dl(code, None) == DEFAULT.tac_ug_dl(code, 4352)


@pytest.mark.parametrize("ppm", [-(2**31), -25_001, 25_000, 2**31 - 1])
def test_no_span_makes_the_host_divide_by_nothing(ppm: int) -> None:
    limit = replace(DEFAULT, span_ppm_per_deg_c=20_000 if ppm > 0 else -20_000)
    for temp_code in (-32768, 0, 32767):
        assert replace(DEFAULT, span_ppm_per_deg_c=ppm).tac_ug_dl(8576, temp_code) == limit.tac_ug_dl(8576, temp_code)


def test_temperature_and_proximity() -> None:
    assert DEFAULT.temp_mdeg_c(4352) == 34_000
    assert DEFAULT.temp_mdeg_c(-1) == -8
    assert DEFAULT.ir_mv(11_000) == 1100
    assert DEFAULT.ir_mv(65_535) == 6554


def test_orders_and_stations() -> None:
    assert order_id_of("00112233-4455-6677-8899-aabbccddeeff").hex() == "00112233445566778899aabbccddeeff"
    assert order_id_of(" A-1 ") == order_id_of("A-1")
    assert len(order_id_of("A-1")) == 16
    with pytest.raises(ValueError, match="empty"):
        order_id_of(" ")


@pytest.mark.parametrize("divisor", ["tia_ohm", "cell_span_pa_per_mg_dl", "cadence_s"])
def test_a_config_that_nothing_can_be_divided_by_is_none(divisor: str) -> None:
    good = records.Record(records.CONFIG, 2, 1, 0, records.body(records.CONFIG, CONFIG))
    assert config_of(good) is not None
    bad = records.Record(records.CONFIG, 2, 1, 0, records.body(records.CONFIG, {**CONFIG, divisor: 0}))
    assert config_of(bad) is None


def test_a_tags_text_cannot_steer_a_terminal() -> None:
    assert readable("boot 1\nnaïve".encode()) == "boot 1\nnaïve"
    assert readable(b"\x1b[2J\x07\r\xff\0") == "�[2J����"
