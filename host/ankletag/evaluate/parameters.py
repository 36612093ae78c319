"""The figures that evaluation works with, each with where it comes from. Those of tampers are in `tagproto.tamper`."""

from dataclasses import dataclass, field, fields
from typing import Any

_REVIEW = "SCRAM/AMS review of the curve, as published"


def _of(default: int, unit: str, source: str) -> Any:
    return field(default=default, metadata={"unit": unit, "source": source})


@dataclass(frozen=True, slots=True)
class Parameters:
    """Thresholds of the evaluation. `sources()` gives the origin of each."""

    tac_above_ug_dl: int = _of(20_000, "ug/dL", "SCRAM/AMS flag: readings above 0.02 g/dL")
    tac_readings: int = _of(3, "readings", "SCRAM/AMS flag: three consecutive readings")
    gap_percent: int = _of(150, "% of cadence", "more than one and a half cadences: a reading was due")
    unmeasured_row_s: int = _of(1800, "s", "SCRAM CAM reads every 30 minutes: one of its readings")
    unmeasured_all_s: int = _of(
        3600, "s", "two readings of SCRAM CAM: beside one that is above, what is left of three may have been"
    )
    interferent_within_s: int = _of(
        1500, "s", "sanitiser comes and goes in ten minutes (Skyn); the shortest value of UCI data set 515 stood for 30"
    )
    body_high_ug_dl: int = _of(150_000, "ug/dL", f"{_REVIEW}: above this, the faster limits")
    body_rise_ug_dl_h: int = _of(50_000, "ug/dL an hour", f"{_REVIEW}: absorption at most")
    body_rise_high_ug_dl_h: int = _of(100_000, "ug/dL an hour", f"{_REVIEW}: absorption at most, high peaks")
    body_fall_ug_dl_h: int = _of(25_000, "ug/dL an hour", f"{_REVIEW}: elimination at most")
    body_fall_high_ug_dl_h: int = _of(35_000, "ug/dL an hour", f"{_REVIEW}: elimination at most, high peaks")
    moved_mv: int = _of(250, "mV", "the reference bracelet's limit around its fitted baseline, of medians over a day")
    moved_window_s: int = _of(86_400, "s", "one day and one night: postures and cover even out")
    lifeless_spread_mdeg_c: int = _of(
        150,
        "thousandths degC",
        "the stillest six hours of UCI data set 515 spread over 1,240 with ends; see docs/senses.md",
    )
    lifeless_window_s: int = _of(21_600, "s", "no leg of UCI data set 515 keeps its temperature for so long")
    zero_quantile_percent: int = _of(30, "%", "of a day's readings: below what scents and a drink's rest add")
    zero_samples: int = _of(72, "readings", "one in five minutes at most: a quarter of a day on skin")
    zero_days: int = _of(5, "days", "fewer say more of the weather than of the cell")
    zero_off_ug_dl: int = _of(5_000, "ug/dL", "a quarter of the threshold for an episode")

    def sources(self) -> list[tuple[str, int, str, str]]:
        """(name, value, unit, source) of each parameter."""
        return [(f.name, getattr(self, f.name), f.metadata["unit"], f.metadata["source"]) for f in fields(self)]
