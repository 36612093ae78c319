"""Judgements from verified records. Pure; what no seal covers is not evaluated."""

from dataclasses import dataclass, field

from tagproto import records

from ..models import Config
from ..time import Clock
from ..verify.result import Verified
from .configs import Slowdown, asked, configs, of_fitting, slowdowns
from .counts import Counts, counts
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
    "Counts",
    "Episode",
    "Evaluation",
    "Fitting",
    "Gap",
    "Loss",
    "Parameters",
    "Reading",
    "Slowdown",
    "evaluate",
    "fittings",
    "readings",
]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one fitting shows. config: what its order asks for; losses: of all kinds, in order; slowdowns: while the log
    was nearly full."""

    fitting: Fitting | None
    config: Config | None
    readings: list[Reading] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    slowdowns: list[Slowdown] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
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
    in_force = of_fitting(verified, list(configs(verified, clock)), fitting)
    found = list(readings(verified, clock, fitting))
    losses = skin_losses(found, parameters)
    losses += switch_losses(verified, fitting, STRAP) + switch_losses(verified, fitting, CASE)
    losses.sort(key=lambda loss: loss.first_item)
    return Evaluation(
        fitting,
        asked(in_force),
        found,
        episodes(found, parameters),
        losses,
        gaps(found, in_force, parameters),
        slowdowns(in_force, fitting),
        counts(verified, fitting),
        parameters,
    )
