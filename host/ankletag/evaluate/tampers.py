"""The classes of tamper that readings show, judged again by the rule that the tag judges by (SPEC.md, Tamper)."""

import bisect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tagproto import profiles, tamper

from ..models import Calibration
from .baseline import Baseline
from .classes import OF_CODE
from .configs import InForce, at
from .losses import Loss
from .readings import Reading


@dataclass(frozen=True, slots=True)
class Change:
    """A class began or ended with a reading. code: of SPEC.md; place: of the reading among those judged; shown: of the
    first one that showed the change."""

    code: int
    begun: bool
    place: int
    shown: int


def changes(readings: Sequence[Reading], known: list[InForce], baseline: Baseline | None) -> Iterator[Change]:
    """In order. A boot and another calibration begin the judging anew: what was in force then is not said to have
    ended."""
    coming = 0
    for first, last, calibration in runs(readings, known):
        scales = calibration.prox_uv_per_count, calibration.temp_ndeg_c_per_code
        if min(scales) <= 0:
            continue
        watch = tamper.Watch(tamper.Limits(*scales))
        watch.hurry(_notice(known, coming))
        run = readings[first:last]
        before_ms = run[0].elapsed_ms
        for place, reading in enumerate(run, first):
            while coming < len(known) and known[coming].item < reading.item:
                coming += 1
                watch.hurry(_notice(known, coming))
            if baseline is not None and baseline.item < reading.item:
                watch.baseline = baseline.medians.prox_count
            passed_ms = max(0, reading.elapsed_ms - before_ms)
            before_ms = reading.elapsed_ms
            changed = watch.step(passed_ms, reading.flags, reading.temp_code, reading.prox_count)
            code = 0
            while changed:
                if changed & 1:
                    since_ms = reading.elapsed_ms - watch.age_ms[code]
                    shown = bisect.bisect_left(run, since_ms, key=lambda one: one.elapsed_ms)
                    yield Change(code, bool(watch.active >> code & 1), place, min(place, first + shown))
                changed >>= 1
                code += 1


def losses(readings: Sequence[Reading], found: Sequence[Change]) -> list[Loss]:
    """Spans out of changes. One that a boot left open goes on where the next boot's first reading shows it too."""
    result: list[Loss] = []
    for code, kind in OF_CODE.items():
        begun: int | None = None
        # Where it was last seen to begin: the same, or in a later boot through which it goes on.
        latest = 0
        for change in (change for change in found if change.code == code):
            if begun is None:
                begun = latest = change.shown
            elif not change.begun:
                result.append(_loss(readings, kind, begun, max(latest, change.shown - 1), True))
                begun = None
            else:
                if not _goes_on(readings, latest, change.shown):
                    result.append(_loss(readings, kind, begun, _end_of_boot(readings, latest), True))
                    begun = change.shown
                latest = change.shown
        if begun is not None:
            still = _end_of_boot(readings, latest)
            result.append(_loss(readings, kind, begun, still, still < len(readings) - 1))
    return result


def runs(readings: Sequence[Reading], known: list[InForce]) -> Iterator[tuple[int, int, Calibration]]:
    """(first, one behind the last, calibration) of the readings that are judged in one go: of one boot by one
    calibration. Readings in front of the first one are left out."""
    begins = [config.item for config in known]

    def key(place: int) -> tuple[int, int]:
        return readings[place].boot, bisect.bisect_left(begins, readings[place].item)

    first = 0
    before: tuple[int, Calibration | None] | None = None
    for (boot, _), group in itertools.groupby(range(len(readings)), key):
        place = next(group)
        config = at(known, readings[place].item)
        now = boot, None if config is None else config.calibration
        if before is not None and before != now:
            if before[1] is not None:
                yield first, place, before[1]
            first = place
        before = now
    if before is not None and before[1] is not None:
        yield first, len(readings), before[1]


def _notice(known: list[InForce], coming: int) -> int:
    """What the profile in force in front of the config record that comes next divides times by."""
    code = known[coming - 1].config.profile if coming else profiles.STANDARD
    return profiles.notice(code) if code in profiles.PROFILES else 1


def _goes_on(readings: Sequence[Reading], latest: int, shown: int) -> bool:
    """Whether the boot behind that of `latest` shows it from its first reading on."""
    before, after = readings[shown - 1].boot, readings[shown].boot
    return before != after and before == readings[latest].boot


def _end_of_boot(readings: Sequence[Reading], place: int) -> int:
    """The last reading of the boot of this one."""
    while place + 1 < len(readings) and readings[place + 1].boot == readings[place].boot:
        place += 1
    return place


def _loss(readings: Sequence[Reading], kind: str, first: int, last: int, ended: bool) -> Loss:
    begin, end = readings[first], readings[last]
    return Loss(kind, begin.item, end.item, begin.number, end.number, ended)
