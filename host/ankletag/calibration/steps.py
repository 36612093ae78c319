"""The timetable of a calibration: which gas at which temperature for how long, in TOML.

docs/calibration.md has one. Times count from the FIT record on. Every sentence names the file and the key.
"""

import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# A gas under a quarter of the threshold says little of a span.
LEAST_GAS_UG_DL = 5_000
# Temperatures that lie nearer to each other are one: they say nothing of how a cell moves with temperature.
SAME_MDEG_C = 5_000
_KEYS = ("about", "reference_celsius", "measure_minutes", "step")
_STEP_KEYS = ("minutes", "mg_dl", "celsius")
_STEPS_MOST = 40


@dataclass(frozen=True, slots=True)
class Step:
    """number: from 1; from_s, to_s: behind the FIT record; measured_from_s: where what counts begins; gas_ug_dl: as
    TAC; temp_mdeg_c: of the chamber."""

    number: int
    from_s: int
    to_s: int
    measured_from_s: int
    gas_ug_dl: int
    temp_mdeg_c: int


@dataclass(frozen=True, slots=True)
class Steps:
    """name: of the file. reference_mdeg_c: at which zero and span are told."""

    name: str
    about: str
    reference_mdeg_c: int
    steps: tuple[Step, ...]

    @property
    def zero_moves(self) -> bool:
        """Whether clean air at two temperatures says how the zero moves."""
        return _spread(step.temp_mdeg_c for step in self.steps if not step.gas_ug_dl) >= SAME_MDEG_C

    @property
    def span_moves(self) -> bool:
        """Whether, besides, gas at two temperatures says how the span moves."""
        gas = (step.temp_mdeg_c for step in self.steps if step.gas_ug_dl >= LEAST_GAS_UG_DL)
        return self.zero_moves and _spread(gas) >= SAME_MDEG_C

    @property
    def unknowns(self) -> int:
        """Zero, span, and how they move."""
        return 2 + self.zero_moves + self.span_moves


def parse_steps(text: str, name: str) -> Steps:
    """Reads the text of a steps file; `name` is what sentences call it. Raises UsageError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is not TOML: {error}.", "Write it as docs/calibration.md shows.") from error
    _known(name, "", table, _KEYS)
    measured_s = _thousandths(name, "measure_minutes", table.get("measure_minutes", 10), 1, 60) * 60 // 1000
    reference = _thousandths(name, "reference_celsius", table.get("reference_celsius", 25), 0, 50)
    entries = table.get("step", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _wrong(name, "step", "must be written [[step]], once for each step")
    if not 0 < len(entries) <= _STEPS_MOST:
        raise _wrong(name, "step", f"there are {len(entries)} of them; 1 to {_STEPS_MOST} are possible")
    found: list[Step] = []
    at_s = 0
    for number, entry in enumerate(entries, 1):
        where = f"step {number}: "
        _known(name, where, entry, _STEP_KEYS)
        minutes, gas, celsius = (_thousandths(name, where + key, entry.get(key), *_LIMITS[key]) for key in _STEP_KEYS)
        to_s = at_s + minutes * 60 // 1000
        if to_s - at_s <= measured_s:
            raise _wrong(name, where + "minutes", "must be more than measure_minutes: cell and air settle first")
        found.append(Step(number, at_s, to_s, to_s - measured_s, gas, celsius))
        at_s = to_s
    steps = Steps(name, str(table.get("about", "")), reference, tuple(found))
    _enough(steps)
    return steps


_LIMITS = {"minutes": (2, 1440), "mg_dl": (0, 800), "celsius": (0, 50)}


def _enough(steps: Steps) -> None:
    """Raises UsageError for steps that no calibration follows from."""
    gases = [step.gas_ug_dl for step in steps.steps]
    if 0 not in gases or max(gases) < LEAST_GAS_UG_DL:
        raise _wrong(steps.name, "step", f"clean air and a gas of {LEAST_GAS_UG_DL // 1000} mg/dL or more are needed")
    if len(gases) <= steps.unknowns:
        what = f"{len(gases)} of them for {steps.unknowns} unknowns: one more at least shows whether they agree"
        raise _wrong(steps.name, "step", what)


def _known(name: str, where: str, table: dict[str, Any], keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            raise _wrong(name, where + key, f"unknown; known are {', '.join(keys)}")


def _thousandths(name: str, key: str, value: Any, low: int, high: int) -> int:
    """A decimal number within limits, in thousandths."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise _wrong(name, key, f"must be a number from {low} to {high}, not {value!r}")
    return round(Fraction(str(value)) * 1000)


def _wrong(name: str, key: str, what: str) -> UsageError:
    return UsageError(f"{name}: {key}: {what}.", "Write it as docs/calibration.md shows.")


def _spread(values: Any) -> int:
    known = list(values)
    return max(known) - min(known) if known else 0
