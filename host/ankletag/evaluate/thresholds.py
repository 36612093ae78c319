"""Thresholds that the tag told of, alcohol judged again by its rule (SPEC.md, Thresholds), and its self-tests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tagproto import records, thresholds
from tagproto.baseline import cell_code_max

from ..verify.result import Verified
from .configs import InForce
from .fittings import Fitting
from .readings import Reading
from .tampers import Change, runs


@dataclass(frozen=True, slots=True)
class Passed:
    """A threshold, as the tag recorded it. first_item, last_item: positions in `Verified.items` of the records that say
    that it was passed, and that it is no longer, or that the tag restarted, or of the fitting's last record; value: TAC
    in ug/dL or battery in mV, at the first."""

    code: int
    value: int
    first_item: int
    last_item: int
    ended: bool

    @property
    def name(self) -> str:
        """Its name in SPEC.md."""
        return thresholds.NAMES.get(self.code, f"threshold {self.code}")


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A self-test of the tag that failed. failed: bits, records.TEST_*."""

    item: int
    number: int
    failed: int


def changes(readings: Sequence[Reading], known: list[InForce]) -> Iterator[Change]:
    """When alcohol begins and ends by the readings, in order; anew with each boot and calibration, as on the tag."""
    for first, last, calibration in runs(readings, known):
        scale = calibration.cell_span_pa_per_mg_dl, calibration.tia_ohm, calibration.adc_nv_per_code
        if min(scale) <= 0:
            continue
        watch = thresholds.Watch(cell_code_max(calibration.cell_zero_uv, *scale))
        before_ms = readings[first].elapsed_ms
        for place in range(first, last):
            reading = readings[place]
            passed_ms = max(0, reading.elapsed_ms - before_ms)
            before_ms = reading.elapsed_ms
            matters = reading.cell_code > watch.cell_code_max or watch.scored or watch.active
            if matters and watch.reading(passed_ms, reading.flags, reading.cell_code):
                yield Change(thresholds.ALCOHOL, bool(watch.active), place, place)


def passed(verified: Verified, fitting: Fitting) -> list[Passed]:
    """From sealed records of the fitting, in order. What a restart left open has ended there, as far as the tag told
    of it: between the restart and its telling again there may have been days without."""
    found: list[Passed] = []
    begun: dict[int, tuple[int, int]] = {}
    for index, record in verified.events():
        values = record.values()
        if not fitting.first_item < index < fitting.last_item or not verified.proven[index]:
            continue
        if record.kind == records.BOOT:
            found += [Passed(code, *first, index, True) for code, first in begun.items()]
            begun = {}
        elif record.kind == records.THRESHOLD and isinstance(values, dict):
            code, value = values["threshold"], values["value"]
            assert isinstance(code, int)
            assert isinstance(value, int)
            if values["begun"]:
                begun.setdefault(code, (value, index))
            elif code in begun:
                found.append(Passed(code, *begun.pop(code), index, True))
    for code, first in begun.items():
        found.append(Passed(code, *first, fitting.last_item - 1, False))
    return sorted(found, key=lambda one: one.first_item)


def failed_tests(verified: Verified, fitting: Fitting) -> list[FailedTest]:
    """The sealed self-tests of the fitting, restarts included, of which something failed."""
    found: list[FailedTest] = []
    for index, record in verified.events():
        if fitting.first_item < index < fitting.last_item and verified.proven[index]:
            values = record.values()
            if record.kind == records.SELF_TEST and isinstance(values, dict) and isinstance(values["failed"], int):
                found += [FailedTest(index, record.number, values["failed"])] if values["failed"] else []
    return found
