"""Episodes: spans in which TAC stayed above the threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

from .interferents import Pace, is_no_body, pace_of
from .parameters import Parameters
from .readings import Reading


@dataclass(frozen=True, slots=True)
class Episode:
    """first: the first of the consecutive readings above; last: the last one above before TAC came back.

    readings: how many lie above in it; ended: False when the log ends while TAC is still above; pace: how fast it rose
    and fell; interferent: True when no body does that (perfume, sanitiser, petrol): marked, never left out.
    """

    first: Reading
    last: Reading
    peak: Reading
    readings: int
    ended: bool
    pace: Pace
    interferent: bool


def episodes(readings: Sequence[Reading], parameters: Parameters) -> list[Episode]:
    """Readings without a TAC value neither begin nor end an episode, but break a run that has not become one."""
    found: list[Episode] = []
    run: list[int] = []
    for place, reading in enumerate(readings):
        if reading.tac_ug_dl is None:
            if len(run) < parameters.tac_readings:
                run = []
        elif reading.tac_ug_dl > parameters.tac_above_ug_dl:
            run.append(place)
        else:
            _close(found, readings, run, parameters, True)
            run = []
    _close(found, readings, run, parameters, False)
    return found


def _close(
    found: list[Episode], readings: Sequence[Reading], run: list[int], parameters: Parameters, ended: bool
) -> None:
    if len(run) >= parameters.tac_readings:
        peak = max((readings[place] for place in run), key=lambda reading: reading.tac_ug_dl or 0)
        pace = pace_of(readings, run[0], run[-1], parameters)
        marked = ended and is_no_body(pace, parameters)
        found.append(Episode(readings[run[0]], readings[run[-1]], peak, len(run), ended, pace, marked))
