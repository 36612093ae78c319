"""A file of readings as the world: each row's values are held until the next row, and the parts' noise is off.

Columns: `local_time` (YYYY-MM-DD HH:MM:SS), `tac_g_dl`, `ir_v`, `temp_f`; others are ignored.  The first row is
scenario time 0, and its local time is the world's UTC as it stands.
"""

from __future__ import annotations

import csv
import io
import math
from bisect import bisect_right
from datetime import datetime, timezone
from pathlib import Path

from taghil.world.errors import ReplayError
from taghil.world.wearer import NA_PER_G_DL

COLUMNS = ("local_time", "tac_g_dl", "ir_v", "temp_f")
LIMITS = {"tac_g_dl": (0.0, 0.8599), "ir_v": (0.0, 6.5), "temp_f": (-60.0, 300.0)}
"""What the parts can carry: beyond these a replay would saturate. TAC: ADS1115 at +/-2.048 V, less the cell's zero of
0.5 V, over 120 kOhm."""
YEARS = (1970, 2100)
"""UTC on the wire counts from 1970 and has no sign."""


def mdeg_c_of_f(temp_f: float) -> float:
    """Millidegrees Celsius of degrees Fahrenheit."""
    return (temp_f - 32.0) * 5000.0 / 9.0


class Replay:
    """The rows of one file; `read` makes it."""

    noise_level = 0.0

    def __init__(
        self, path: Path, start: datetime, times_us: list[int], rows: list[tuple[float, float, float]]
    ) -> None:
        self.path = path
        self.start = start
        self.times_us = times_us
        self.rows = rows
        """(cell nA, millidegrees C, V) a row."""
        self.held_off = False
        self._at = 0

    def _row(self, t_us: int) -> tuple[float, float, float]:
        at = self._at
        times = self.times_us
        if not (times[at] <= t_us and (at + 1 == len(times) or t_us < times[at + 1])):
            self._at = at = max(0, bisect_right(times, t_us) - 1)
        return self.rows[at]

    def cell_na(self, t_us: int) -> float:
        """Current of the cell in nA."""
        return self._row(t_us)[0]

    def temp_mdeg_c(self, t_us: int) -> float:
        """Temperature in millidegrees Celsius."""
        return self._row(t_us)[1]

    def ir_v(self, t_us: int) -> float:
        """Proximity in bracelet volts."""
        return self._row(t_us)[2]


def read(path: Path) -> Replay:
    """Reads a file; raises ReplayError with the line and the column of what is wrong."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ReplayError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ReplayError(f"{path}: line {line}: not UTF-8 text; save the file as CSV in UTF-8") from error
    return _parse(path, text)


def _parse(path: Path, text: str) -> Replay:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(reader, None)
        if not head:
            what = "it is empty" if text.strip() else "the file is empty"
            raise ReplayError(f"{path}: line 1: {what}; the first line must name {', '.join(COLUMNS)}")
        names = [name.strip() for name in head]
        for column in COLUMNS:
            if names.count(column) != 1:
                what = "is missing" if column not in names else "stands twice"
                raise ReplayError(
                    f"{path}: line 1: column {column} {what}; needed are {', '.join(COLUMNS)}, with commas between them"
                )
        columns = [names.index(column) for column in COLUMNS]
        times: list[datetime] = []
        rows: list[tuple[float, float, float]] = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            if len(cells) != len(names):
                raise ReplayError(f"{path}: line {line}: {len(cells)} cells where line 1 has {len(names)}")
            at = _time(path, line, cells[columns[0]])
            if times and at <= times[-1]:
                raise ReplayError(
                    f"{path}: line {line}, column local_time: {at:%Y-%m-%d %H:%M:%S} is not after the row before, "
                    f"{times[-1]:%Y-%m-%d %H:%M:%S}"
                )
            tac, volts, temp_f = (
                _number(path, line, name, cells[i]) for name, i in zip(COLUMNS[1:], columns[1:], strict=True)
            )
            times.append(at)
            rows.append((tac * NA_PER_G_DL, mdeg_c_of_f(temp_f), volts))
    except csv.Error as error:
        raise ReplayError(f"{path}: line {reader.line_num}: not CSV: {error}") from error
    if not rows:
        raise ReplayError(f"{path}: line 2: no readings below the line of names")
    times_us = [round((at - times[0]).total_seconds() * 1e6) for at in times]
    return Replay(path, times[0], times_us, rows)


def _time(path: Path, line: int, cell: str) -> datetime:
    try:
        at = datetime.strptime(cell.strip() + " +0000", "%Y-%m-%d %H:%M:%S %z")
    except ValueError as error:
        raise ReplayError(
            f"{path}: line {line}, column local_time: '{cell}' is not a time as 2017-05-02 10:36:54"
        ) from error
    if not YEARS[0] <= at.year < YEARS[1]:
        raise ReplayError(
            f"{path}: line {line}, column local_time: {cell} is not within the years {YEARS[0]} to {YEARS[1] - 1}"
        )
    return at.astimezone(timezone.utc)


def _number(path: Path, line: int, column: str, cell: str) -> float:
    try:
        # float() takes 0.0_1 for 0.01: a slip of the hand in a file of measurements.
        value = float(cell.replace("_", "?"))
    except ValueError as error:
        raise ReplayError(f"{path}: line {line}, column {column}: '{cell}' is not a number") from error
    low, high = LIMITS[column]
    if not math.isfinite(value) or not low <= value <= high:
        raise ReplayError(f"{path}: line {line}, column {column}: {cell} is not within {low:g} and {high:g}")
    return value
