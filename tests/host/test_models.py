"""Units and rounding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.models import Calibration, config_of, divide_half_away, order_id_of, readable
from host.tagmaker import CONFIG
from tagproto import records

DEFAULT = Calibration(**{name: value for name, value in CONFIG.items() if name not in ("cadence_s", "seal_interval_s")})  # type: ignore[arg-type]


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
    assert DEFAULT.cell_pa(cell_code) == cell_pa
    assert DEFAULT.tac_ug_dl(cell_code) == tac_ug_dl


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
