"""Episodes: spans in which TAC stayed above the threshold."""

from collections.abc import Iterable
from dataclasses import dataclass

from .parameters import Parameters
from .readings import Reading


@dataclass(frozen=True, slots=True)
class Episode:
    """first: the first of the consecutive readings above; last: the last one above before TAC came back.

    readings: how many lie above in it; ended: False when the log ends while TAC is still above.
    """

    first: Reading
    last: Reading
    peak: Reading
    readings: int
    ended: bool


def episodes(readings: Iterable[Reading], parameters: Parameters) -> list[Episode]:
    """Readings without a TAC value neither begin nor end an episode, but break a run that has not become one."""
    found: list[Episode] = []
    run: list[Reading] = []
    for reading in readings:
        if reading.tac_ug_dl is None:
            if len(run) < parameters.tac_readings:
                run = []
        elif reading.tac_ug_dl > parameters.tac_above_ug_dl:
            run.append(reading)
        else:
            _close(found, run, parameters, True)
            run = []
    _close(found, run, parameters, False)
    return found


def _close(found: list[Episode], run: list[Reading], parameters: Parameters, ended: bool) -> None:
    if len(run) >= parameters.tac_readings:
        peak = max(run, key=lambda reading: reading.tac_ug_dl or 0)
        found.append(Episode(run[0], run[-1], peak, len(run), ended))
