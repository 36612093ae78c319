"""Where what the tag recorded of its own judgement and what its sealed readings give are not the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tagproto import records, tamper, thresholds

from ..verify.result import Verified
from .baseline import Baseline, Search
from .fittings import Fitting
from .leg import Sample
from .parameters import Parameters
from .readings import Reading
from .tampers import Change

_NAMES = {records.TAMPER: tamper.NAMES, records.THRESHOLD: thresholds.NAMES}


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for the analyst, and the numbers of the records that it is about."""

    first_record: int
    last_record: int
    sentence: str


def of_baselines(
    verified: Verified, fitting: Fitting, readings: Sequence[Reading], found: list[Baseline], search: Search
) -> Iterator[Remark]:
    """Baselines that the readings in front of them do not give, more than one of them, and one that is not there."""
    for one in found[1:]:
        sentence = f"The tag recorded a second baseline in record {one.number}; the first one counts."
        yield Remark(one.number, one.number, sentence)
    end = found[0].item if found else verified.proven.rfind(1, fitting.first_item, fitting.last_item) + 1
    kinds = (verified.record(index).kind for index in range(fitting.first_item, end))
    # Without all of the readings nobody can work it out, and a full log may have had no room for it.
    if not all(verified.proven[fitting.first_item : end]) or records.LOST in kinds:
        return
    if found and found[0].medians not in search.found:
        medians, number = found[0].medians, found[0].number
        about = f"the readings {medians.first} to {medians.last} give by the rule"
        yield Remark(medians.first, number, f"The baseline in record {number} is not what {about}.")
    elif not found and search.found and search.found[0].last < readings[-1].number:
        medians = search.found[0]
        about = f"The readings {medians.first} to {medians.last} give a baseline; the tag recorded none."
        yield Remark(medians.first, medians.last, about)


def of_day_behind(baseline: Baseline | None, on_skin: Sequence[Sample], parameters: Parameters) -> Iterator[Remark]:
    """A baseline of infrared that the day behind it, half of it at least, does not bear out."""
    behind = [one for one in on_skin if baseline is not None and one.reading.item > baseline.item]
    window_ms = parameters.moved_window_s * 1000
    behind = [one for one in behind if one.watched_ms <= behind[0].watched_ms + window_ms]
    if baseline is None or not behind or (behind[-1].watched_ms - behind[0].watched_ms) * 2 < window_ms:
        return
    away_mv = round(median(one.ir_mv for one in behind)) - baseline.ir_mv
    if abs(away_mv) > tamper.OBSTRUCTION_MV:
        sentence = (
            f"The baseline of infrared in record {baseline.number} lies {abs(away_mv)} mV "
            f"{'below' if away_mv > 0 else 'above'} the median of the day behind it: the leg lay otherwise when it was "
            "taken, or something has lain under the tag since."
        )
        yield Remark(baseline.number, behind[-1].reading.number, sentence)


def of_changes(
    verified: Verified, fitting: Fitting, readings: Sequence[Reading], judged: Sequence[Change], kind: int
) -> Iterator[Remark]:
    """Changes that only one side knows of, by records of this kind. A boot in which the tag turned readings away, or
    only counted changes, or of which a part is not proven, is passed by: there the two cannot be the same."""
    names = _NAMES[kind]
    told, unclear = _told(verified, fitting, readings, kind)
    for at, change in enumerate(judged):
        reading = readings[change.place]
        match = next((each for each in told if _is_same(change, _until(judged, at, readings), each)), None)
        if match is not None:
            told.remove(match)
        elif reading.boot not in unclear and change.place < len(readings) - 1:
            shown = readings[change.shown].number
            what = f"{names[change.code]} {'began' if change.begun else 'ended'}"
            sentence = f"By the readings, {what} with record {shown}; the tag recorded nothing of it."
            yield Remark(shown, reading.number, sentence)
    for each in told:
        if each.boot not in unclear:
            what = f"{names.get(each.code, f'{records.name(kind)} {each.code}')} {'began' if each.begun else 'ended'}"
            sentence = f"The tag recorded that {what}; its readings do not show it."
            yield Remark(each.number, each.number, sentence)


@dataclass(frozen=True, slots=True)
class _Told:
    """A TAMPER or THRESHOLD record. place: of the reading in front of it."""

    code: int
    begun: bool
    place: int
    number: int
    boot: int


def _until(judged: Sequence[Change], at: int, readings: Sequence[Reading]) -> int:
    """Up to which reading the record of a change may come: without a token it waits until the class changes again."""
    code = judged[at].code
    return next((change.place for change in judged[at + 1 :] if change.code == code), len(readings))


def _is_same(change: Change, until: int, each: _Told) -> bool:
    return (each.code, each.begun) == (change.code, change.begun) and change.place <= each.place < until


def _told(verified: Verified, fitting: Fitting, readings: Sequence[Reading], kind: int) -> tuple[list[_Told], set[int]]:
    """The tag's own records, and the boots of which they do not say all."""
    battery = thresholds.BATTERY if kind == records.THRESHOLD else None
    told: list[_Told] = []
    unclear: set[int] = set()
    place = -1
    # Behind the last seal nothing is judged.
    sealed = verified.proven.rfind(1, fitting.first_item, fitting.last_item)
    for index in range(fitting.first_item + 1, sealed + 1):
        record = verified.record(index)
        if not verified.proven[index]:
            unclear.add(record.boot)
        elif record.kind == records.READING:
            place += 1
        elif record.kind == records.LOST or (record.kind == records.REPEATED and record.body[:1] == bytes((kind,))):
            unclear.add(record.boot)
        # What the battery does, no reading says.
        elif record.kind == kind and len(record.body) > 1 and record.body[0] != battery:
            told.append(_Told(record.body[0], bool(record.body[1]), place, record.number, record.boot))
    return told, unclear
