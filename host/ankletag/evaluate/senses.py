"""Where a sense gave no value: what it would have shown there, nobody knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tagproto import records

from .configs import InForce, at
from .parameters import Parameters
from .readings import Reading

CELL = "alcohol sensor"
THERMOMETER = "thermometer"
INFRARED = "infrared"
FLAGS = {CELL: records.FLAG_NO_CELL, THERMOMETER: records.FLAG_NO_TEMP, INFRARED: records.FLAG_NO_PROX}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Readings in a row without a value. length_s: what they stand for, each for the time up to the next one, and for
    one and a half cadences at most; ended: False where the fitting's last reading is one of them."""

    first: Reading
    last: Reading
    length_s: int
    ended: bool


def unmeasured(readings: Sequence[Reading], known: list[InForce], parameters: Parameters) -> list[Stretch]:
    """Stretches without a TAC value: no value of the cell, one at its limit that is no high TAC, or no calibration.
    Empty where they are too short, one by one and together, to hide an episode."""

    def lacking(reading: Reading) -> bool:
        if reading.tac_ug_dl is None:
            return True
        low = reading.tac_ug_dl <= parameters.tac_above_ug_dl
        return low and bool(reading.flags & records.FLAG_CELL_SATURATED)

    found = _stretches(readings, known, parameters, lacking)
    longest_s = max((one.length_s for one in found), default=0)
    hides = longest_s >= parameters.unmeasured_row_s or total_s(found) >= parameters.unmeasured_all_s
    return found if hides else []


def silent_s(readings: Sequence[Reading], known: list[InForce], parameters: Parameters) -> dict[str, int]:
    """Sense -> seconds for which it gave no value, of those that ever gave none."""
    found = {}
    for sense, flag in FLAGS.items():
        if stretches := _stretches(readings, known, parameters, partial(_has, flag)):
            found[sense] = total_s(stretches)
    return found


def total_s(stretches: Sequence[Stretch]) -> int:
    """Of all of them."""
    return sum(one.length_s for one in stretches)


def lasting(seconds: int) -> str:
    """In hours, or in minutes where it is less than one."""
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{max(1, round(seconds / 60))} min"


def _has(flag: int, reading: Reading) -> bool:
    return bool(reading.flags & flag)


def _stretches(
    readings: Sequence[Reading], known: list[InForce], parameters: Parameters, lacking: Callable[[Reading], bool]
) -> list[Stretch]:
    found: list[Stretch] = []
    first: Reading | None = None
    length_ms = 0
    last = len(readings) - 1
    for place, reading in enumerate(readings):
        if lacking(reading):
            first = first or reading
            length_ms += _stands_for_ms(reading, readings[place + 1] if place < last else None, known, parameters)
        if first is not None and (place == last or not lacking(readings[place + 1])):
            found.append(Stretch(first, reading, length_ms // 1000, place < last))
            first, length_ms = None, 0
    return found


def _stands_for_ms(reading: Reading, following: Reading | None, known: list[InForce], parameters: Parameters) -> int:
    """What lies behind a longer one is a gap, and told as such."""
    config = at(known, reading.item)
    cadence_ms = 0 if config is None else config.cadence_s * 1000
    if following is None or following.boot != reading.boot:
        return cadence_ms
    passed_ms = max(0, following.elapsed_ms - reading.elapsed_ms)
    return min(passed_ms, cadence_ms * parameters.gap_percent // 100) if cadence_ms else passed_ms
