"""Points to draw: few enough for a page, with every extreme kept and every gap left open."""

import math
from collections.abc import Callable, Iterable
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


def series(readings: Iterable[Reading], value: Value, gap_ms: int) -> tuple[list[float], list[float]]:
    """(days, values) of the readings that have both; NaN where readings lie further apart than gap_ms.

    From so many readings that they would lie on top of each other, each bin of time gives its first, lowest, highest
    and last one.
    """
    points = [(r.utc_ms, y) for r in readings if r.utc_ms is not None and (y := value(r)) is not None]
    if len(points) > 4 * _BINS:
        points = _thinned(points)
        gap_ms = max(gap_ms, (points[-1][0] - points[0][0]) // _BINS * 2)
    times: list[float] = []
    values: list[float] = []
    before: int | None = None
    for at, y in points:
        if before is not None and at - before > gap_ms:
            times.append(day((before + at) // 2))
            values.append(math.nan)
        times.append(day(at))
        values.append(y)
        before = at
    return times, values


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    first = points[0][0]
    width = max(1, (points[-1][0] - first) // _BINS + 1)
    kept: list[tuple[int, float]] = []
    bin_points: list[tuple[int, float]] = []
    place = 0
    for point in [*points, None]:
        if point is not None and (point[0] - first) // width == place:
            bin_points.append(point)
            continue
        if bin_points:
            lowest = min(bin_points, key=lambda p: p[1])
            highest = max(bin_points, key=lambda p: p[1])
            kept += sorted({bin_points[0], lowest, highest, bin_points[-1]})
        if point is not None:
            place = (point[0] - first) // width
            bin_points = [point]
    return kept
