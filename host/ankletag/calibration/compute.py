"""From sealed readings to a calibration, and what each step says of it. The same log gives the same figures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from statistics import fmean

from tagproto import records
from tagproto.calibration import identity

from ..errors import NotCalibrated
from ..evaluate import Fitting, Reading, readings
from ..evaluate.configs import at, configs, of_fitting
from ..models import SPAN_PPM_MOST, Calibration
from ..time import Clock
from ..verify import Verified
from .least_squares import least_squares
from .steps import Step, Steps

# Readings in a step that say enough of it: their noise of 1.2 codes is then under 10 ug/dL.
LEAST_READINGS = 20
# What a step may be off: a twentieth of the threshold, and what mixed gases are good for.
OFF_UG_DL = 1_000
OFF_PERCENT = 3
# The thermometer against the chamber.
OFF_MDEG_C = 3_000
NOMINAL_PA_PER_MG_DL = 15_000
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class StepResult:
    """readings: how many counted; temp_mdeg_c: what the tag measured; tac_ug_dl: what the new calibration makes of the
    step, on average."""

    step: Step
    readings: int
    temp_mdeg_c: int
    tac_ug_dl: int

    @property
    def residual_ug_dl(self) -> int:
        """What was read less what was there."""
        return self.tac_ug_dl - self.step.gas_ug_dl


@dataclass(frozen=True, slots=True)
class Computed:
    """first_record, last_record: numbers of the first and last reading that counted."""

    calibration: Calibration
    steps: tuple[StepResult, ...]
    first_record: int
    last_record: int


def compute(verified: Verified, clock: Clock, fitting: Fitting, steps: Steps) -> Computed:
    """The calibration that the sealed readings of a fitting in a chamber give. Raises NotCalibrated."""
    in_force = at(of_fitting(verified, list(configs(verified, clock)), fitting), fitting.last_item)
    if in_force is None:
        raise NotCalibrated("The log says nothing of the tag's amplifier and converter.", "Use another tag.")
    found = list(readings(verified, clock, fitting))
    begun = verified.record(fitting.first_item)
    if any(reading.boot != begun.boot for reading in found):
        raise NotCalibrated("The tag restarted in the chamber: nobody knows which step was when.", _AGAIN)
    begun_ms = verified.elapsed_ms[fitting.first_item]
    measured = [_of_step(step, found, begun_ms) for step in steps.steps]
    solved = _solve(in_force.calibration, steps, measured)
    results = tuple(_result(solved, step, own) for step, own in zip(steps.steps, measured, strict=True))
    for one in results:
        if abs(one.residual_ug_dl) > _off_ug_dl(one.step):
            raise NotCalibrated(
                f"Step {one.step.number} does not fit to the others: {_mg_dl(one.step.gas_ug_dl)} was read as "
                f"{_mg_dl(one.tac_ug_dl)} mg/dL.",
                "Look after the gas, its time and its temperature in the steps file; then calibrate again.",
            )
    first, last = measured[0][0], measured[-1][-1]
    if last.utc_ms is None:
        raise NotCalibrated("No station attested the time of the calibration.", "Read the tag out once more.")
    day = last.utc_ms // _DAY_MS
    dated = replace(solved, calibrated_day=day)
    named = replace(dated, calibration_id=identity(asdict(dated)))
    return Computed(named, results, first.number, last.number)


_AGAIN = "Take the tag off with `ankletag remove`, and calibrate it again."


def _of_step(step: Step, found: Sequence[Reading], begun_ms: int) -> list[Reading]:
    """The readings that count. Raises NotCalibrated."""
    which = f"Step {step.number} (minute {step.from_s // 60} to {step.to_s // 60})"
    from_ms, to_ms = begun_ms + step.measured_from_s * 1000, begun_ms + step.to_s * 1000
    within = [reading for reading in found if from_ms <= reading.elapsed_ms < to_ms]
    if any(reading.flags & records.FLAG_CELL_SATURATED for reading in within):
        raise NotCalibrated(f"{which} drove the cell to its limit.", "Take less gas, or another tag.")
    usable = [reading for reading in within if reading.tac_ug_dl is not None and reading.temp_mdeg_c is not None]
    if len(usable) < LEAST_READINGS:
        raise NotCalibrated(
            f"{which} has {len(usable)} sealed readings of cell and thermometer, {LEAST_READINGS} are needed.",
            "If the timetable has not come to its end, wait for that; else calibrate again.",
        )
    temp = fmean(reading.temp_mdeg_c or 0 for reading in usable)
    if abs(temp - step.temp_mdeg_c) > OFF_MDEG_C:
        raise NotCalibrated(
            f"{which} was to be at {step.temp_mdeg_c / 1000:g} degC, and the tag measured {temp / 1000:.1f}.",
            "Give the chamber more time, or correct the steps file; then calibrate again.",
        )
    half = len(usable) // 2
    early, late = (fmean(reading.tac_ug_dl or 0 for reading in part) for part in (usable[:half], usable[half:]))
    if abs(late - early) > _off_ug_dl(step):
        raise NotCalibrated(f"{which} had not settled when it was measured.", "Make the steps longer.")
    return usable


def _solve(known: Calibration, steps: Steps, measured: Sequence[Sequence[Reading]]) -> Calibration:
    """Least squares of the voltage: zero + moves x away + gas x (span + moves x away). Raises NotCalibrated."""
    rows, values = [], []
    for step, own in zip(steps.steps, measured, strict=True):
        gas_mg_dl = Fraction(step.gas_ug_dl, 1000)
        away_deg_c = Fraction(_mean([one.temp_mdeg_c or 0 for one in own]) - steps.reference_mdeg_c, 1000)
        row = [Fraction(1), gas_mg_dl]
        row += [away_deg_c] if steps.zero_moves else []
        row += [gas_mg_dl * away_deg_c] if steps.span_moves else []
        rows.append(row)
        values.append(_mean([one.cell_code for one in own]) * known.adc_nv_per_code)
    solved = least_squares(rows, values)
    if solved is None:
        raise NotCalibrated("The steps do not tell zero and span apart.", "Use a steps file with other gases.")
    zero_nv, span_nv, zero_moves_nv, span_moves_nv = (*solved, Fraction(0), Fraction(0))[:4]
    span_pa = round(span_nv * 1000 / known.tia_ohm)
    if not 0.3 * NOMINAL_PA_PER_MG_DL <= span_pa <= 3 * NOMINAL_PA_PER_MG_DL:
        raise NotCalibrated(
            f"The cell gives {span_pa / 1000:.2f} nA for each mg/dL; 0.3 to 3 times {NOMINAL_PA_PER_MG_DL // 1000} are "
            "to be expected.",
            "See whether the gas reached the tag; else the cell is worn out: take another tag.",
        )
    span_ppm = round(span_moves_nv / span_nv * 1_000_000)
    if abs(span_ppm) > SPAN_PPM_MOST:
        raise NotCalibrated(
            f"The span moves by {span_ppm / 10_000:.1f} % a degree, {SPAN_PPM_MOST // 10_000} at most is of use.",
            "See whether the gas reached the tag at each temperature; else take another tag.",
        )
    return replace(
        known,
        cell_zero_uv=round(zero_nv / 1000),
        cell_span_pa_per_mg_dl=span_pa,
        reference_mdeg_c=steps.reference_mdeg_c,
        zero_nv_per_deg_c=round(zero_moves_nv),
        span_ppm_per_deg_c=span_ppm,
    )


def _result(calibration: Calibration, step: Step, own: Sequence[Reading]) -> StepResult:
    tac = _mean([calibration.tac_ug_dl(one.cell_code, one.temp_code) for one in own])
    return StepResult(step, len(own), round(_mean([one.temp_mdeg_c or 0 for one in own])), round(tac))


def _mean(values: Sequence[int]) -> Fraction:
    return Fraction(sum(values), len(values))


def _off_ug_dl(step: Step) -> int:
    return OFF_UG_DL + step.gas_ug_dl * OFF_PERCENT // 100


def _mg_dl(ug_dl: int) -> str:
    return f"{ug_dl / 1000:.2f}"
