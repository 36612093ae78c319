"""One fitting, evaluated."""

from dataclasses import dataclass, field

from tagproto import records

from ..models import Config
from ..time import Clock
from ..verify.result import Verified
from .baseline import Baseline, Search, recorded, worked_out
from .calibrated import InUse, Recalibrated, in_use, later
from .classes import CASE, LIFELESS, LIQUID, OBSTRUCTION, STRAP
from .clocks import ClockDrift, clock_drifts, of_clocks
from .configs import Ordered, Slowdown, asked, configs, of_fitting, ordered, slowdowns
from .counts import Counts, counts
from .episodes import Episode, episodes
from .fittings import Fitting, fittings
from .gaps import Gap, gaps
from .leg import lifeless, moved, samples
from .losses import Loss
from .parameters import Parameters
from .readings import Reading, readings
from .remarks import Remark, of_baselines, of_changes, of_day_behind
from .senses import Stretch, silent_s, unmeasured
from .switches import power_losses, switch_losses
from .tampers import changes
from .tampers import losses as tamper_losses
from .tested import failed_before
from .thresholds import FailedTest, Passed, failed_tests, passed
from .thresholds import changes as alcohol_changes
from .zero import Zero, of_zero, zero_of


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one fitting shows.

    config: what its order asks for; losses: of all kinds, in order; slowdowns: while the log was nearly full; baseline:
    the tag's own, None while there is none; search: what the readings give for it; remarks: where the tag's own
    judgement and this one differ; unjudged: kinds of loss of which nothing is known; breaks_passed_by: breaks behind
    which it is not known whether the tag was worn differently; zero, clock_drifts: how sensor and clock of the tag
    moved; notes: what of that is too much, and of a baseline that was taken on an odd hour; thresholds,
    failed_tests: what the tag told of, and self-tests since the removal before; unmeasured: where nobody can say
    whether there was drinking, for want of TAC values; silent_s: sense -> seconds without a value; paces: what stations
    asked for, in order; calibrations: in order; recalibrated: what came behind the last of them.
    """

    fitting: Fitting | None
    config: Config | None
    readings: list[Reading] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    slowdowns: list[Slowdown] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    baseline: Baseline | None = None
    search: Search = field(default_factory=lambda: Search([], 0))
    remarks: list[Remark] = field(default_factory=list)
    unjudged: tuple[str, ...] = ()
    breaks_passed_by: int = 0
    zero: Zero = field(default_factory=Zero)
    clock_drifts: list[ClockDrift] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    parameters: Parameters = field(default_factory=Parameters)
    thresholds: list[Passed] = field(default_factory=list)
    failed_tests: list[FailedTest] = field(default_factory=list)
    unmeasured: list[Stretch] = field(default_factory=list)
    silent_s: dict[str, int] = field(default_factory=dict)
    paces: list[Ordered] = field(default_factory=list)
    calibrations: list[InUse] = field(default_factory=list)
    recalibrated: Recalibrated | None = None

    @property
    def readings_saturated(self) -> int:
        """Readings at the alcohol sensor's limit: the TAC was that or more."""
        return sum(1 for reading in self.readings if reading.flags & records.FLAG_CELL_SATURATED)

    @property
    def drinking(self) -> list[Episode]:
        """The episodes that are not marked as an interferent."""
        return [episode for episode in self.episodes if not episode.interferent]

    @property
    def interferents(self) -> list[Episode]:
        """The episodes that are."""
        return [episode for episode in self.episodes if episode.interferent]

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
    baselines = recorded(verified, fitting, in_force)
    baseline = baselines[0] if baselines else None
    search = worked_out(found, in_force)
    judged = list(changes(found, in_force, baseline))
    losses = tamper_losses(found, judged) + power_losses(verified, fitting)
    losses += switch_losses(verified, fitting, STRAP) + switch_losses(verified, fitting, CASE)
    losses.sort(key=lambda loss: loss.first_item)
    on_skin = samples(found)
    moves, passed_by = moved(on_skin, losses, parameters)
    still = lifeless(on_skin, parameters)
    losses = sorted([*losses, *moves, *(still or ())], key=lambda loss: loss.first_item)
    unjudged = (() if baseline else (OBSTRUCTION, LIQUID)) + (() if still is not None else (LIFELESS,))
    remarks = [
        *of_baselines(verified, fitting, found, baselines, search),
        *of_changes(verified, fitting, found, judged, records.TAMPER),
        *of_changes(verified, fitting, found, list(alcohol_changes(found, in_force)), records.THRESHOLD),
    ]
    drunk = episodes(found, parameters)
    zero = zero_of(on_skin, drunk, parameters)
    drifts = list(clock_drifts(clock, found))
    calibrations = in_use(in_force, fitting)
    return Evaluation(
        fitting,
        asked(in_force),
        found,
        drunk,
        losses,
        gaps(found, in_force, parameters),
        slowdowns(in_force, fitting),
        counts(verified, fitting),
        baseline=baseline,
        search=search,
        remarks=remarks,
        unjudged=unjudged,
        breaks_passed_by=passed_by,
        zero=zero,
        clock_drifts=drifts,
        notes=[
            *of_day_behind(baseline, on_skin, parameters),
            *of_zero(zero, parameters),
            *of_clocks(drifts),
        ],
        parameters=parameters,
        thresholds=passed(verified, fitting),
        failed_tests=[*failed_before(verified, fitting), *failed_tests(verified, fitting)],
        unmeasured=unmeasured(found, in_force, parameters),
        silent_s=silent_s(found, in_force, parameters),
        paces=ordered(verified, fitting),
        calibrations=calibrations,
        recalibrated=later(verified, calibrations),
    )
