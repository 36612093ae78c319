"""Judgements from verified records. Pure; what no seal covers is not evaluated."""

from .baseline import Baseline, Medians, Search
from .calibrated import InUse, Recalibrated
from .classes import (
    CASE,
    INTERFERENT,
    KINDS,
    LIFELESS,
    LIQUID,
    MOVED,
    OBSTRUCTION,
    POWER,
    SENSE,
    SKIN,
    STRAP,
    TEMPERATURE,
    TamperClass,
    classes,
)
from .clocks import ClockDrift
from .configs import Ordered, Slowdown
from .counts import Counts
from .episodes import Episode
from .evaluation import Evaluation, evaluate
from .fittings import Fitting, fittings
from .gaps import Gap
from .interferents import Pace
from .losses import Loss
from .parameters import Parameters
from .readings import Reading, readings
from .remarks import Remark
from .senses import Stretch, lasting, total_s
from .thresholds import FailedTest, Passed
from .zero import Zero, ZeroDay

__all__ = [
    "CASE",
    "INTERFERENT",
    "KINDS",
    "LIFELESS",
    "LIQUID",
    "MOVED",
    "OBSTRUCTION",
    "POWER",
    "SENSE",
    "SKIN",
    "STRAP",
    "TEMPERATURE",
    "Baseline",
    "ClockDrift",
    "Counts",
    "Episode",
    "Evaluation",
    "FailedTest",
    "Fitting",
    "Gap",
    "InUse",
    "Loss",
    "Medians",
    "Ordered",
    "Pace",
    "Parameters",
    "Passed",
    "Reading",
    "Recalibrated",
    "Remark",
    "Search",
    "Slowdown",
    "Stretch",
    "TamperClass",
    "Zero",
    "ZeroDay",
    "classes",
    "evaluate",
    "fittings",
    "lasting",
    "readings",
    "total_s",
]
