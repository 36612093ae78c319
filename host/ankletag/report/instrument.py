"""What the page says of the instrument itself: its calibration, the zero of its cell, its clock."""

from ..evaluate import Evaluation
from ..models import Calibration, calibration_words
from ..time import Clock
from ..words import g_dl
from .words import when


def instrument(evaluation: Evaluation, clock: Clock) -> list[tuple[str, str]]:
    """Rows of the page's first table."""
    rows = [("Calibration", words) for words in _calibrations(evaluation, clock)]
    zero = evaluation.zero
    if zero.level_ug_dl is not None:
        days = f"{len(zero.days)} day{'' if len(zero.days) == 1 else 's'}"
        words = f"{_g_dl(zero.level_ug_dl)} g/dL in alcohol-free hours of {days}"
        if zero.drift_ug_dl is not None and zero.slope_ug_dl_30_days is not None:
            words += f"; it moved by {_g_dl(zero.drift_ug_dl)} over them, {_g_dl(zero.slope_ug_dl_30_days)} in 30 days"
        rows.append(("Zero of the alcohol sensor", words))
    telling = [drift for drift in evaluation.clock_drifts if drift.is_telling]
    if telling:
        drifts = [f"{drift.low_ppb / 1000:+.1f} to {drift.high_ppb / 1000:+.1f} ppm" for drift in telling]
        rows.append(("The tag's clock was fast by", ", then ".join(drifts) + ", between attestations of one boot"))
    return rows


def _calibrations(evaluation: Evaluation, clock: Clock) -> list[str]:
    used = evaluation.calibrations
    words = [_calibration(one.calibration) for one in used]
    if len(used) > 1:
        spans = [f"{when(clock.span(one.first_item))} to {when(clock.span(one.last_item))}" for one in used]
        words = [f"{span}: {each}" for span, each in zip(spans, words, strict=True)]
    if evaluation.recalibrated is not None and words:
        behind = evaluation.recalibrated
        words[-1] += f". The tag was given another one later (record {behind.number}, {when(clock.span(behind.item))})"
    return words


def _calibration(calibration: Calibration) -> str:
    name = calibration_words(calibration.calibration_id)
    figures = f"zero {calibration.cell_zero_uv} uV, {calibration.cell_span_pa_per_mg_dl} pA per mg/dL"
    if calibration.calibrated_on is None:
        return f"{name}, the parts' own figures: {figures}"
    moves = f"{calibration.zero_nv_per_deg_c / 1000:+.1f} uV and {calibration.span_ppm_per_deg_c / 10_000:+.3f} %"
    at = f"{calibration.reference_mdeg_c / 1000:g} degrees C"
    return f"{name} of {calibration.calibrated_on}: {figures} at {at}, {moves} a degree"


def _g_dl(ug_dl: int) -> str:
    return g_dl(ug_dl, 4, "+")
