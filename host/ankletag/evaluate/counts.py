"""How often things happened in a fitting that are told by their number only."""

from dataclasses import dataclass

from tagproto import records

from ..verify.result import Verified
from .fittings import Fitting


@dataclass(frozen=True, slots=True)
class Counts:
    """From sealed records. What the tag only counted, because it came too often, is in all of these.

    restarts, faults: boot and fault records; readings_lost: readings that a full log turned away; refused: requests of
    hosts that the tag refused; fixes: position fixes, of which fix_items stand in the log, by their places;
    incident_items: places of the faults and refused requests that do.
    """

    restarts: int = 0
    faults: int = 0
    readings_lost: int = 0
    refused: int = 0
    fixes: int = 0
    fix_items: tuple[int, ...] = ()
    incident_items: tuple[int, ...] = ()

    @property
    def fixes_recorded(self) -> int:
        """How many stand in the log."""
        return len(self.fix_items)


def counts(verified: Verified, fitting: Fitting) -> Counts:
    """Behind the fitting's FIT record."""
    found: dict[int, int] = {}
    lost = 0
    fix_items: list[int] = []
    incident_items: list[int] = []
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
        elif kind == records.FIX:
            fix_items.append(index)
        elif kind in (records.FAULT, records.REFUSED):
            incident_items.append(index)
        found[kind] = found.get(kind, 0) + count
    return Counts(
        found.get(records.BOOT, 0),
        found.get(records.FAULT, 0),
        lost,
        found.get(records.REFUSED, 0),
        found.get(records.FIX, 0),
        tuple(fix_items),
        tuple(incident_items),
    )
