"""What the switches and the restarts show: strap open, case open, power removed."""

from tagproto import records

from ..verify.result import Verified
from .classes import POWER, STRAP
from .fittings import Fitting
from .losses import Loss

_POWER_ON = 1


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


def power_losses(verified: Verified, fitting: Fitting) -> list[Loss]:
    """From the record before a restart to the boot record that says that power came back."""
    found: list[Loss] = []
    for index, record in verified.events():
        if not fitting.first_item < index < fitting.last_item or not verified.proven[index]:
            continue
        if record.kind == records.BOOT and record.body[:1] == bytes((_POWER_ON,)):
            found.append(_switch(verified, POWER, index - 1, index, True))
    return found
