"""How a calibration is shown: its timetable, its steps, its figures."""

from ..calibration import Computed, StepResult, Steps
from ..models import Calibration, calibration_words
from .output import JsonValue, clock_time, iso, say


def say_timetable(steps: Steps, begun_ms: int | None) -> None:
    """When the bench has to do what. begun_ms: UTC of the fitting; None: in minutes from it."""
    say("step  from                     to                       gas         chamber")
    for step in steps.steps:
        begin, end = (_moment(begun_ms, after_s) for after_s in (step.from_s, step.to_s))
        gas = f"{step.gas_ug_dl / 1000:g} mg/dL" if step.gas_ug_dl else "clean air"
        say(f"{step.number:4}  {begin:23}  {end:23}  {gas:10}  {step.temp_mdeg_c / 1000:g} degC")


def timetable_document(steps: Steps, begun_ms: int | None) -> list[dict[str, JsonValue]]:
    """The timetable for JSON."""
    return [
        {
            "step": step.number,
            "from_s": step.from_s,
            "to_s": step.to_s,
            "from": iso(None if begun_ms is None else begun_ms + step.from_s * 1000),
            "to": iso(None if begun_ms is None else begun_ms + step.to_s * 1000),
            "gas_ug_dl": step.gas_ug_dl,
            "temp_mdeg_c": step.temp_mdeg_c,
        }
        for step in steps.steps
    ]


def say_computed(computed: Computed) -> None:
    """What each step was read as, and the calibration that follows."""
    say(f"computed from the sealed readings between record {computed.first_record} and {computed.last_record}")
    say("step  gas, mg/dL   degC  readings  read as     off")
    for one in computed.steps:
        gas, read, off = (_mg_dl(ug_dl) for ug_dl in (one.step.gas_ug_dl, one.tac_ug_dl, one.residual_ug_dl))
        where = f"{one.step.number:4}  {gas:10.2f}  {one.temp_mdeg_c / 1000:5.1f}"
        say(f"{where}  {one.readings:8}  {read:7.2f}  {off:+6.2f}")
    for line in calibration_lines(computed.calibration):
        say(line)


def calibration_lines(calibration: Calibration) -> list[str]:
    """A calibration for people."""
    span, reference = calibration.cell_span_pa_per_mg_dl / 1000, calibration.reference_mdeg_c / 1000
    zero_mv, moves_uv = calibration.cell_zero_uv / 1000, calibration.zero_nv_per_deg_c / 1000
    date, name = calibration.calibrated_on, calibration_words(calibration.calibration_id)
    if date is None:
        return [f"calibration {name}: the parts' own figures, not measured on this tag"]
    return [
        f"calibration {name} of {date}, at {reference:g} degC",
        f"  zero {zero_mv:.3f} mV, {moves_uv:+.1f} uV a degree",
        f"  span {span:.3f} nA for each mg/dL, {calibration.span_ppm_per_deg_c / 10_000:+.3f} % a degree",
    ]


def computed_document(computed: Computed) -> dict[str, JsonValue]:
    """The same for JSON."""
    return {
        **calibration_document(computed.calibration),
        "first_record": computed.first_record,
        "last_record": computed.last_record,
        "steps": [_step_document(one) for one in computed.steps],
    }


def calibration_document(calibration: Calibration) -> dict[str, JsonValue]:
    """A calibration for JSON."""
    return {
        "calibration": calibration_words(calibration.calibration_id),
        "calibrated": calibration.calibrated_on,
        "cell_zero_uv": calibration.cell_zero_uv,
        "cell_span_pa_per_mg_dl": calibration.cell_span_pa_per_mg_dl,
        "reference_mdeg_c": calibration.reference_mdeg_c,
        "zero_nv_per_deg_c": calibration.zero_nv_per_deg_c,
        "span_ppm_per_deg_c": calibration.span_ppm_per_deg_c,
    }


def _step_document(one: StepResult) -> dict[str, JsonValue]:
    return {
        "step": one.step.number,
        "gas_ug_dl": one.step.gas_ug_dl,
        "temp_mdeg_c": one.temp_mdeg_c,
        "readings": one.readings,
        "tac_ug_dl": one.tac_ug_dl,
        "residual_ug_dl": one.residual_ug_dl,
    }


def _mg_dl(ug_dl: int) -> float:
    """To hundredths, and never as a negative nothing."""
    return round(ug_dl / 1000, 2) + 0.0


def _moment(begun_ms: int | None, after_s: int) -> str:
    return f"minute {after_s // 60}" if begun_ms is None else clock_time(begun_ms + after_s * 1000)
