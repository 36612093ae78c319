"""Gaps: where readings were due and there are none."""

from collections.abc import Iterable
from dataclasses import dataclass

from .configs import InForce
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


def gaps(readings: Iterable[Reading], configs: list[InForce], parameters: Parameters) -> list[Gap]:
    """Readings further apart than the cadence in force allows; a restart of unknown length always is one.

    Where the cadence changed between two readings, the longest one allows, and each part of the time counts by its own.
    """
    found: list[Gap] = []
    before: Reading | None = None
    following = iter(configs)
    coming = next(following, None)
    cadence_ms = 0
    for reading in readings:
        # What came into force between the two readings.
        came: list[InForce] = []
        held_ms = cadence_ms
        while coming is not None and coming.item < reading.item:
            cadence_ms = coming.config.cadence_s * 1000
            came.append(coming)
            coming = next(following, None)
        if before is not None:
            longest_ms = max([held_ms, *(config.config.cadence_s * 1000 for config in came)])
            length = _length_ms(before, reading)
            if length is None:
                found.append(Gap(before, reading, None, None))
            elif longest_ms and length * 100 > longest_ms * parameters.gap_percent:
                due = _due(before, reading, held_ms or longest_ms, came)
                found.append(Gap(before, reading, max(1, int(due + 0.5) - 1), length))
        before = reading
    return found


def _due(before: Reading, after: Reading, cadence_ms: int, came: list[InForce]) -> float:
    """How many readings the time between two of them asks for."""
    same_boot = before.boot == after.boot
    at, end = (before.elapsed_ms, after.elapsed_ms) if same_boot else (before.utc_ms or 0, after.utc_ms or 0)
    due = 0.0
    for config in came:
        changed = config.elapsed_ms if same_boot else config.utc_ms
        if changed is not None:
            due += (changed - at) / cadence_ms
            at = changed
        cadence_ms = config.config.cadence_s * 1000
    return due + (end - at) / cadence_ms


def _length_ms(before: Reading, after: Reading) -> int | None:
    if before.boot == after.boot:
        return after.elapsed_ms - before.elapsed_ms
    if before.utc_ms is None or after.utc_ms is None:
        return None
    return after.utc_ms - before.utc_ms
