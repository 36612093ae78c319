"""What stands between this computer and a tag, link by link, with what to do about each."""

from .checks import Check, State, examine, worst
from .computer import Computer, this_computer
from .udev import RULES, RULES_FILE, how_to_install

__all__ = [
    "RULES",
    "RULES_FILE",
    "Check",
    "Computer",
    "State",
    "examine",
    "how_to_install",
    "this_computer",
    "worst",
]
