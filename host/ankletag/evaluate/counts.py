"""How often things happened in a fitting that are told by their number only."""

from dataclasses import dataclass

from tagproto import records

from ..verify.result import Verified
from .fittings import Fitting


@dataclass(frozen=True, slots=True)
class Counts:
    """From sealed records. What the tag only counted, because it came too often, is in all of these.

    restarts, faults: boot and fault records; readings_lost: readings that a full log turned away; refused: requests of
    hosts that the tag refused; fixes: position fixes, of which fixes_recorded stand in the log.
    """

    restarts: int = 0
    faults: int = 0
    readings_lost: int = 0
    refused: int = 0
    fixes: int = 0
    fixes_recorded: int = 0


def counts(verified: Verified, fitting: Fitting) -> Counts:
    """Behind the fitting's FIT record."""
    found: dict[int, int] = {}
    lost = repeated_fixes = 0
    for index, record in verified.events():
        if not fitting.first_item < index < fitting.last_item or not verified.proven[index]:
            continue
        values = record.values()
        kind, count = record.kind, 1
        if isinstance(values, dict) and kind in (records.LOST, records.REPEATED):
            number = values["count"]
            count = number if isinstance(number, int) else 0
            if kind == records.LOST:
                lost += count
                continue
            kind = record.body[0]
            repeated_fixes += count if kind == records.FIX else 0
        found[kind] = found.get(kind, 0) + count
    fixes = found.get(records.FIX, 0)
    return Counts(
        found.get(records.BOOT, 0),
        found.get(records.FAULT, 0),
        lost,
        found.get(records.REFUSED, 0),
        fixes,
        fixes - repeated_fixes,
    )
