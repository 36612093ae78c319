"""From strap closed to strap removed, for one order."""

from dataclasses import dataclass

from tagproto import records

from ..verify.result import Verified


@dataclass(frozen=True, slots=True)
class Fitting:
    """first_item: position of the FIT record; last_item: behind the REMOVE record, or behind the log's last record."""

    order_id: bytes
    first_item: int
    last_item: int
    removed: bool


def fittings(verified: Verified) -> list[Fitting]:
    """Every fitting in the log, in order; only sealed FIT and REMOVE records count."""
    found: list[Fitting] = []
    begun: tuple[bytes, int] | None = None
    for index, record in verified.events():
        if not verified.proven[index] or record.kind not in (records.FIT, records.REMOVE):
            continue
        if begun is not None:
            removed = record.kind == records.REMOVE
            found.append(Fitting(begun[0], begun[1], index + 1 if removed else index, removed))
            begun = None
        if record.kind == records.FIT:
            begun = record.body[:16], index
    if begun is not None:
        found.append(Fitting(begun[0], begun[1], len(verified.items), False))
    return found
