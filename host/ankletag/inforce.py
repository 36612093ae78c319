"""What stations have told a tag to do, by its sealed log: what a tag answers is not signed, its log is."""

from dataclasses import dataclass, fields, replace

from tagproto import records
from tagproto.records import Record

from .models import Pace
from .verify import Verified


@dataclass(frozen=True, slots=True)
class InForce:
    """A fitting that lasts. order_id: 16 bytes; the pace that was ordered, a nearly full log may go slower."""

    order_id: bytes
    pace: Pace


def in_force(verified: Verified) -> InForce | None:
    """The fitting that the proven records leave in force; None where none is.

    Where nothing can be proven, because another station has the log's beginning and this one does not know that
    station, those under a seal.
    """
    found: InForce | None = None
    sealed = max((window.last_item for window in verified.windows), default=0)
    provable = not verified.first_page or any(verified.proven)
    for index, record in verified.events():
        if verified.proven[index] if provable else index < sealed:
            found = _after(found, record)
    return found


def _after(found: InForce | None, record: Record) -> InForce | None:
    values = record.values()
    if record.kind == records.REMOVE:
        return None
    if record.kind not in (records.FIT, records.CONFIGURED) or not isinstance(values, dict):
        return found
    pace = Pace(**{field.name: value for field in fields(Pace) if isinstance(value := values[field.name], int)})
    order_id = values.get("order_id")
    if isinstance(order_id, bytes):
        return InForce(order_id, pace)
    return None if found is None else replace(found, pace=pace)
