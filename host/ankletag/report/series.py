"""Points to draw: few enough for a page, with every extreme kept and every gap left open."""

import itertools
import math
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta, timezone

from ..evaluate import Reading

# About two to a pixel at the width at which the page shows the plot.
_BINS = 1500
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

Value = Callable[[Reading], float | None]


def moment(utc_ms: int) -> datetime:
    """A UTC time for a table."""
    return _EPOCH + timedelta(milliseconds=utc_ms)


def day(utc_ms: int) -> float:
    """Days since 1970-01-01 UTC: matplotlib's dates."""
    return utc_ms / 86_400_000


def series(readings: Iterable[Reading], value: Value, behind_gaps: Collection[int]) -> tuple[list[float], list[float]]:
    """(days, values) of the readings that have both; NaN where one has no value, and in front of those behind a gap.

    behind_gaps: positions (`Reading.item`) of readings that have a gap before them. From so many readings that they
    would lie on top of each other, each bin of time gives its first, lowest, highest and last one.
    """
    lines: list[list[tuple[int, float]]] = [[]]
    for reading in readings:
        y = value(reading)
        if reading.item in behind_gaps or y is None:
            lines.append([])
        if y is not None and reading.utc_ms is not None:
            lines[-1].append((reading.utc_ms, y))
    lines = [line for line in lines if line]
    if sum(map(len, lines)) > 4 * _BINS:
        first, last = lines[0][0][0], lines[-1][-1][0]
        width = max(1, (last - first) // _BINS + 1)
        lines = [_thinned(line, first, width) for line in lines]
    times: list[float] = []
    values: list[float] = []
    for line in lines:
        if times:
            times.append((times[-1] + day(line[0][0])) / 2)
            values.append(math.nan)
        times += [day(at) for at, _ in line]
        values += [y for _, y in line]
    return times, values


def _thinned(points: list[tuple[int, float]], first: int, width: int) -> list[tuple[int, float]]:
    kept: list[tuple[int, float]] = []
    for _, grouped in itertools.groupby(points, lambda point: (point[0] - first) // width):
        group = list(grouped)
        lowest, highest = min(group, key=lambda p: p[1]), max(group, key=lambda p: p[1])
        kept += sorted({group[0], lowest, highest, group[-1]})
    return kept
