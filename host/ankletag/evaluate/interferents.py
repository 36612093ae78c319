"""How fast TAC rises and falls in an episode, and what no body can do: perfume, sanitiser, petrol.

Single steps of real readings are faster than any body, so the curve is smoothed first: the median of three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from .parameters import Parameters
from .readings import Reading

_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Of the smoothed curve: peak_ug_dl; above_s: from the first to the last reading above, in seconds; rise_ug_dl_h,
    fall_ug_dl_h: the fastest change by a threshold or more up to the peak and down from it, None where there is none
    within `interferent_within_s` in the same boot."""

    peak_ug_dl: int
    above_s: int
    rise_ug_dl_h: int | None
    fall_ug_dl_h: int | None


def pace_of(readings: Sequence[Reading], first: int, last: int, parameters: Parameters) -> Pace:
    """Of the readings from place `first` to `last`. above_s is -1 across a restart, where nobody knows it."""
    valued = (place for place in range(first, last + 1) if readings[place].tac_ug_dl is not None)
    smooth = {place: _smooth(readings, place) for place in valued}
    top = max(smooth, key=lambda place: smooth[place])
    same_boot = readings[first].boot == readings[last].boot
    above_s = (readings[last].elapsed_ms - readings[first].elapsed_ms) // 1000 if same_boot else -1
    rise = _fastest(readings, top, -1, parameters)
    fall = _fastest(readings, top, 1, parameters)
    return Pace(smooth[top], above_s, rise, fall)


def is_no_body(pace: Pace, parameters: Parameters) -> bool:
    """Whether it came and went within minutes, both faster than a body takes alcohol up and burns it."""
    if pace.rise_ug_dl_h is None or pace.fall_ug_dl_h is None:
        return False
    if not 0 <= pace.above_s <= parameters.interferent_within_s:
        return False
    high = pace.peak_ug_dl > parameters.body_high_ug_dl
    rise = parameters.body_rise_high_ug_dl_h if high else parameters.body_rise_ug_dl_h
    fall = parameters.body_fall_high_ug_dl_h if high else parameters.body_fall_ug_dl_h
    return pace.rise_ug_dl_h > rise and pace.fall_ug_dl_h > fall


def _smooth(readings: Sequence[Reading], place: int) -> int:
    """Median of a reading and its neighbours, as far as these have a value."""
    near = (readings[beside].tac_ug_dl for beside in range(max(0, place - 1), min(len(readings), place + 2)))
    return int(median(value for value in near if value is not None))


def _fastest(readings: Sequence[Reading], top: int, step: int, parameters: Parameters) -> int | None:
    peak, at = _smooth(readings, top), readings[top]
    fastest: int | None = None
    place = top + step
    while 0 <= place < len(readings) and readings[place].boot == at.boot:
        away_ms = abs(readings[place].elapsed_ms - at.elapsed_ms)
        if away_ms > parameters.interferent_within_s * 1000:
            break
        if readings[place].tac_ug_dl is not None:
            change = peak - _smooth(readings, place)
            if change >= parameters.tac_above_ug_dl and away_ms:
                fastest = max(fastest or 0, change * _HOUR_MS // away_ms)
        place += step
    return fastest
