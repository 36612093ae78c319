"""The fuel cell of one tag: its own zero and span, how both move with temperature, how the zero moves with age.

What the world's air holds comes as the current of a nominal cell, 15 nA for each mg/dL; the zero is told as the voltage
that the ADC sees in clean air, as a calibration tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from taghil.world.bus import Skin
from taghil.world.checked import DAY_US, Checked
from taghil.world.wearer import NA_PER_MG_DL

ZERO_UV = 500_000.0
"""A fifth of the reference of 2.5 V (TI SNAS506I, 7.3.4)."""
TIA_OHM = 120_000.0
NA_PER_UV = 1000.0 / TIA_OHM
"""Of cell current for each microvolt behind the amplifier."""


@dataclass(frozen=True)
class CellTraits:
    """How a cell differs from its fellows; as they stand the nominal one's. zero_uv, span_na_per_mg_dl: at
    `reference_deg_c` and new; the zero moves evenly with the time since the tag first had power."""

    zero_uv: float = ZERO_UV
    span_na_per_mg_dl: float = NA_PER_MG_DL
    zero_uv_per_deg_c: float = 0.0
    span_percent_per_deg_c: float = 0.0
    zero_uv_per_30_days: float = 0.0
    reference_deg_c: float = 25.0


NOMINAL = CellTraits()
_LIMITS = {
    # The rest of the amplifier's range below; 15 +/- 10 nA for each ppm, and some that are worn out.
    "zero_uv": (0.0, 2_000_000.0),
    "span_na_per_mg_dl": (0.0, 100.0),
    "zero_uv_per_deg_c": (-10_000.0, 10_000.0),
    "span_percent_per_deg_c": (-2.0, 2.0),
    "zero_uv_per_30_days": (-500_000.0, 500_000.0),
    "reference_deg_c": (0.0, 50.0),
}


def read_cell(checked: Checked, table: Any) -> CellTraits:
    """The [cell] of a scenario. Raises ScenarioError."""
    if not isinstance(table, dict):
        raise checked.error("cell", "must be a table, written [cell]")
    checked.known(table, _LIMITS, "cell.")
    return CellTraits(**{key: checked.number(f"cell.{key}", value, *_LIMITS[key]) for key, value in table.items()})


class Cell:
    """What the potentiostat sees of a world whose cell is not the nominal one."""

    def __init__(self, air: Skin, traits: CellTraits) -> None:
        self._air = air
        self._traits = traits

    def cell_na(self, now_us: int) -> float:
        """Current of the cell in nA."""
        traits, air = self._traits, self._air
        away = air.temp_mdeg_c(now_us) / 1000.0 - traits.reference_deg_c
        aged_uv = traits.zero_uv_per_30_days * now_us / (30 * DAY_US)
        zero_uv = traits.zero_uv - ZERO_UV + traits.zero_uv_per_deg_c * away + aged_uv
        share = traits.span_na_per_mg_dl / NA_PER_MG_DL * (1.0 + traits.span_percent_per_deg_c / 100.0 * away)
        return air.cell_na(now_us) * share + zero_uv * NA_PER_UV

    def temp_mdeg_c(self, now_us: int) -> float:
        """Temperature at the skin side in millidegrees Celsius."""
        return self._air.temp_mdeg_c(now_us)

    def ir_v(self, now_us: int) -> float:
        """Proximity in bracelet volts."""
        return self._air.ir_v(now_us)
