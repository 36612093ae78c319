"""Zero and span of a tag's cell, computed from the sealed readings of a fitting in a gas chamber. Pure."""

from .compute import Computed, StepResult, compute
from .steps import Step, Steps, parse_steps

__all__ = ["Computed", "Step", "StepResult", "Steps", "compute", "parse_steps"]
