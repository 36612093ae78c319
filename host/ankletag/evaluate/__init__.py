"""Judgements from verified records. Pure; what no seal covers is not evaluated."""

from dataclasses import dataclass, field

from tagproto import records

from ..models import Config, config_of
from ..time import Clock
from ..verify.result import Verified
from .episodes import Episode, episodes
from .fittings import Fitting, fittings
from .gaps import Gap, gaps
from .losses import CASE, KINDS, SKIN, STRAP, Loss, skin_losses, switch_losses
from .parameters import Parameters
from .readings import Reading, readings

__all__ = [
    "CASE",
    "KINDS",
    "SKIN",
    "STRAP",
    "Episode",
    "Evaluation",
    "Fitting",
    "Gap",
    "Loss",
    "Parameters",
    "Reading",
    "evaluate",
    "fittings",
    "readings",
]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one fitting shows. losses: of all kinds, in order; restarts, faults: how many boot and fault records.

    readings_lost: how many readings the tag says that its full log did not keep.
    """

    fitting: Fitting | None
    config: Config | None
    readings: list[Reading] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    restarts: int = 0
    faults: int = 0
    readings_lost: int = 0
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def readings_saturated(self) -> int:
        """Readings at the alcohol sensor's limit: the TAC was that or more."""
        return sum(1 for reading in self.readings if reading.flags & records.FLAG_CELL_SATURATED)

    def losses_of(self, kind: str) -> list[Loss]:
        """The losses of one kind."""
        return [loss for loss in self.losses if loss.kind == kind]


def evaluate(
    verified: Verified, clock: Clock, fitting: Fitting | None = None, parameters: Parameters | None = None
) -> Evaluation:
    """Evaluate a fitting, the last one of the log unless another is given; empty when there is none."""
    parameters = parameters or Parameters()
    if fitting is None:
        known = fittings(verified)
        if not known:
            return Evaluation(None, None, parameters=parameters)
        fitting = known[-1]
    found = list(readings(verified, clock, fitting))
    config: Config | None = None
    counts = {records.BOOT: 0, records.FAULT: 0}
    lost = 0
    for index, record in verified.events():
        if index >= fitting.last_item:
            break
        config = config_of(record) or config
        if index > fitting.first_item and record.kind in counts and verified.proven[index]:
            counts[record.kind] += 1
        if index > fitting.first_item and record.kind == records.LOST and verified.proven[index]:
            values = record.values()
            count = values.get("count", 0) if isinstance(values, dict) else 0
            lost += count if isinstance(count, int) else 0
    losses = skin_losses(found, parameters)
    losses += switch_losses(verified, fitting, STRAP) + switch_losses(verified, fitting, CASE)
    losses.sort(key=lambda loss: loss.first_item)
    return Evaluation(
        fitting,
        config,
        found,
        episodes(found, parameters),
        losses,
        gaps(found, config.cadence_s, parameters) if config else [],
        counts[records.BOOT],
        counts[records.FAULT],
        lost,
        parameters,
    )
