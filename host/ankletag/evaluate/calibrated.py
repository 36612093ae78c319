"""Which calibration turned the codes of a fitting into values, from when to when."""

from dataclasses import dataclass

from tagproto import records

from ..models import Calibration
from ..verify.result import Verified
from .configs import InForce
from .fittings import Fitting


@dataclass(frozen=True, slots=True)
class InUse:
    """first_item, last_item: positions in `Verified.items` of the FIT record or of the CONFIG record that brought the
    calibration, and of the next one that brought another or of the fitting's last record."""

    calibration: Calibration
    first_item: int
    last_item: int


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """The sealed CALIBRATED record that gave the tag another calibration than a fitting's last one. item: its position
    in `Verified.items`; number: of the record."""

    item: int
    number: int


def in_use(known: list[InForce], fitting: Fitting) -> list[InUse]:
    """In order; CONFIG records that repeat a calibration bring none."""
    begun: list[tuple[int, Calibration]] = []
    for one in known:
        if not begun or begun[-1][1] != one.config.calibration:
            begun.append((max(one.item, fitting.first_item), one.config.calibration))
    ends = [item for item, _ in begun[1:]] + [fitting.last_item - 1]
    return [InUse(each, first, last) for (first, each), last in zip(begun, ends, strict=False)]


def later(verified: Verified, used: list[InUse]) -> Recalibrated | None:
    """The first one behind the last of these; None where there is none."""
    for index, record in verified.events():
        if not used or index <= used[-1].first_item or record.kind != records.CALIBRATED:
            continue
        values = record.values()
        another = isinstance(values, dict) and values["calibration_id"] != used[-1].calibration.calibration_id
        if another and verified.proven[index]:
            return Recalibrated(index, record.number)
    return None
