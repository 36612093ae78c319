"""What `events` says of the instrument itself: its calibration, the zero of its cell, its clock."""

from ..evaluate import ClockDrift, Evaluation
from ..time import Clock
from .calibrated import calibration_document, calibration_lines
from .output import JsonValue, span_document, span_words


def instrument_document(evaluation: Evaluation, clock: Clock) -> dict[str, JsonValue]:
    """For JSON."""
    zero, config, later = evaluation.zero, evaluation.config, evaluation.recalibrated
    return {
        "calibration": calibration_document(config.calibration) if config is not None else None,
        "calibrations": [
            {
                **calibration_document(one.calibration),
                "from": span_document(clock.span(one.first_item)),
                "to": span_document(clock.span(one.last_item)),
            }
            for one in evaluation.calibrations
        ],
        "calibrated_later": None
        if later is None
        else {"record": later.number, "utc": span_document(clock.span(later.item))},
        "zero": {
            "level_ug_dl": zero.level_ug_dl,
            "slope_ug_dl_30_days": zero.slope_ug_dl_30_days,
            "drift_ug_dl": zero.drift_ug_dl,
            "days": [
                {
                    "day": day.day,
                    "first_record": day.first_record,
                    "last_record": day.last_record,
                    "zero_ug_dl": day.zero_ug_dl,
                }
                for day in zero.days
            ],
        },
        "clock_drifts": [
            {
                "boot": drift.boot,
                "first_record": drift.first_record,
                "last_record": drift.last_record,
                "span_ms": drift.span_ms,
                "low_ppb": drift.low_ppb,
                "high_ppb": drift.high_ppb,
            }
            for drift in evaluation.clock_drifts
        ],
        "notes": [
            {"first_record": note.first_record, "last_record": note.last_record, "sentence": note.sentence}
            for note in evaluation.notes
        ],
    }


def instrument_lines(evaluation: Evaluation, clock: Clock) -> list[str]:
    """For people."""
    lines = []
    for one in evaluation.calibrations:
        if len(evaluation.calibrations) > 1:
            first, last = span_words(clock.span(one.first_item)), span_words(clock.span(one.last_item))
            lines.append(f"calibrated from {first} to {last} by:")
        lines += calibration_lines(one.calibration)
    if (later := evaluation.recalibrated) is not None:
        lines.append(f"  given another one later, by record {later.number}: {span_words(clock.span(later.item))}")
    zero = evaluation.zero
    if zero.level_ug_dl is not None:
        moved = "" if zero.drift_ug_dl is None else f", moved by {zero.drift_ug_dl:+,} ug/dL over them"
        days = f"{len(zero.days)} day{'' if len(zero.days) == 1 else 's'}"
        lines.append(f"zero of the alcohol sensor: {zero.level_ug_dl:+,} ug/dL in {days}{moved}")
    lines += [_clock(drift) for drift in evaluation.clock_drifts if drift.is_telling]
    return [*lines, *(f"NOTE: {note.sentence}" for note in evaluation.notes)]


def _clock(drift: ClockDrift) -> str:
    low, high = drift.low_ppb / 1000, drift.high_ppb / 1000
    return f"the tag's clock in boot {drift.boot}: fast by {low:+.1f} to {high:+.1f} ppm"
