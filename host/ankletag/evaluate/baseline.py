"""The baseline of a fitting: what the tag recorded of it, and what its sealed readings give by the same rule.

SPEC.md, Baseline. Until there is one, nothing that is measured against it is judged.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from tagproto import baseline, records, tamper

from ..models import Config
from ..verify.result import Verified
from .configs import InForce, at
from .fittings import Fitting
from .readings import Reading


@dataclass(frozen=True, slots=True)
class Medians:
    """first, last: numbers of the first and last reading that it rests on; readings: how many these are; raw codes."""

    first: int
    last: int
    readings: int
    cell_code: int
    temp_code: int
    prox_count: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """A sealed BASELINE record. item: its position in `Verified.items`; number: of the record; values in units as of a
    reading, by the calibration in force then."""

    item: int
    number: int
    medians: Medians
    tac_ug_dl: int
    temp_mdeg_c: int
    ir_mv: int


@dataclass(frozen=True, slots=True)
class Search:
    """What the readings give. found: one for each boot in which the search came to its end, in order; taken: readings
    that count so far, of `tamper.BASELINE_READINGS`, in the last boot."""

    found: list[Medians]
    taken: int


def recorded(verified: Verified, fitting: Fitting, known: list[InForce]) -> list[Baseline]:
    """The sealed BASELINE records of a fitting, in order: the first one counts, and a tag makes no second one."""
    found: list[Baseline] = []
    for index, record in verified.events():
        if record.kind != records.BASELINE or not fitting.first_item < index < fitting.last_item:
            continue
        values, config = record.values(), at(known, index)
        if not isinstance(values, dict) or config is None or not verified.proven[index]:
            continue
        first, last, readings, cell, temp, prox = (value for value in values.values() if isinstance(value, int))
        calibration = config.calibration
        found.append(
            Baseline(
                index,
                record.number,
                Medians(first, last, readings, cell, temp, prox),
                calibration.tac_ug_dl(cell, temp),
                calibration.temp_mdeg_c(temp),
                calibration.ir_mv(prox),
            )
        )
    return found


def worked_out(readings: Sequence[Reading], known: list[InForce]) -> Search:
    """By the rule of SPEC.md; a boot begins the search anew. Nothing where no calibration gives the codes a meaning."""
    found: list[Medians] = []
    taken = 0
    for _, group in itertools.groupby(readings, lambda reading: reading.boot):
        taken = 0
        search: baseline.Search | None = None
        before_ms = 0
        for reading in group:
            if search is None:
                search = _search(at(known, reading.item))
                before_ms = reading.elapsed_ms
            if search is None:
                continue
            passed_ms, before_ms = max(0, reading.elapsed_ms - before_ms), reading.elapsed_ms
            codes = reading.cell_code, reading.temp_code, reading.prox_count
            done = search.step(passed_ms, reading.number, reading.flags, *codes)
            taken = search.taken
            if done:
                found.append(Medians(**{name: int(value) for name, value in search.values().items()}))
                break
    return Search(found, taken)


def _search(config: Config | None) -> baseline.Search | None:
    if config is None or config.calibration.prox_uv_per_count <= 0:
        return None
    calibration = config.calibration
    scales = calibration.cell_span_pa_per_mg_dl, calibration.tia_ohm, calibration.adc_nv_per_code
    if min(scales) <= 0:
        return None
    code = baseline.cell_code_max(calibration.cell_zero_uv, *scales)
    return baseline.Search(tamper.SKIN_BELOW_MV * 1000 // calibration.prox_uv_per_count, code)
