"""Losses: spans in which the tag was not on skin, its strap was open, or its case was open."""

from collections.abc import Iterable
from dataclasses import dataclass

from tagproto import records

from ..verify.result import Verified
from .fittings import Fitting
from .parameters import Parameters
from .readings import Reading

SKIN = "skin"
STRAP = "strap"
CASE = "case"
# Kinds of loss, and how people read them.
KINDS = {STRAP: "strap open", SKIN: "tag off the skin", CASE: "case open"}


@dataclass(frozen=True, slots=True)
class Loss:
    """kind: SKIN, STRAP or CASE; first_item, last_item: positions in `Verified.items` of the first and last record
    that show it; first_record, last_record: their numbers; ended: False when the log ends during the loss."""

    kind: str
    first_item: int
    last_item: int
    first_record: int
    last_record: int
    ended: bool


def skin_losses(readings: Iterable[Reading], parameters: Parameters) -> list[Loss]:
    """Infrared below the threshold for so many consecutive readings, until it is back."""
    found: list[Loss] = []
    run: list[Reading] = []
    for reading in readings:
        if reading.ir_mv is None:
            continue
        if reading.ir_mv < parameters.skin_below_mv:
            run.append(reading)
            continue
        _close_skin(found, run, parameters, True)
        run = []
    _close_skin(found, run, parameters, False)
    return found


def _close_skin(found: list[Loss], run: list[Reading], parameters: Parameters, ended: bool) -> None:
    if len(run) >= parameters.skin_readings:
        found.append(Loss(SKIN, run[0].item, run[-1].item, run[0].number, run[-1].number, ended))


def switch_losses(verified: Verified, fitting: Fitting, kind: str) -> list[Loss]:
    """Strap or case open: by its own records, and by the flag in readings for what a full log left out."""
    event, flag = (records.STRAP, records.FLAG_STRAP_OPEN) if kind == STRAP else (records.CASE, records.FLAG_CASE_OPEN)
    found: list[Loss] = []
    begun: int | None = None
    last = fitting.first_item
    for index in range(fitting.first_item, fitting.last_item):
        record = verified.record(index)
        if not verified.proven[index] or record.kind not in (event, records.READING, records.REPEATED):
            continue
        if not record.body:
            continue
        if record.kind == records.REPEATED:
            if record.body[0] != event:
                continue
            # So many changes that the tag only counted them: it was open in between, and what follows says how it is.
            is_open, was_open = begun is not None, True
        elif record.kind == records.READING:
            is_open, was_open = bool(record.body[0] & flag), False
        else:
            # Two edges and closed again: it was open for a moment between two looks.
            is_open, was_open = bool(record.body[0]), len(record.body) > 1 and record.body[1] >= 2
        if is_open or (was_open and begun is None):
            begun = index if begun is None else begun
            last = index
        if begun is not None and not is_open:
            found.append(_switch(verified, kind, begun, last, True))
            begun = None
    if begun is not None:
        found.append(_switch(verified, kind, begun, last, False))
    return found


def _switch(verified: Verified, kind: str, first: int, last: int, ended: bool) -> Loss:
    return Loss(kind, first, last, verified.record(first).number, verified.record(last).number, ended)
