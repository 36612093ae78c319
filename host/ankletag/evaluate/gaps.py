"""Gaps: where readings were due and there are none."""

from collections.abc import Iterable
from dataclasses import dataclass

from .parameters import Parameters
from .readings import Reading


@dataclass(frozen=True, slots=True)
class Gap:
    """before, after: the readings on both sides. missing: readings that were due between them.

    missing and length_ms are None across a restart that no attestation spans.
    """

    before: Reading
    after: Reading
    missing: int | None
    length_ms: int | None


def gaps(readings: Iterable[Reading], cadence_s: int, parameters: Parameters) -> list[Gap]:
    """Readings further apart than the cadence allows; a restart of unknown length always is one."""
    found: list[Gap] = []
    cadence_ms = cadence_s * 1000
    before: Reading | None = None
    for reading in readings:
        if before is not None:
            length = _length_ms(before, reading)
            if length is None:
                found.append(Gap(before, reading, None, None))
            elif length * 100 > cadence_ms * parameters.gap_percent:
                found.append(Gap(before, reading, (length + cadence_ms // 2) // cadence_ms - 1, length))
        before = reading
    return found


def _length_ms(before: Reading, after: Reading) -> int | None:
    if before.boot == after.boot:
        return after.elapsed_ms - before.elapsed_ms
    if before.utc_ms is None or after.utc_ms is None:
        return None
    return after.utc_ms - before.utc_ms
