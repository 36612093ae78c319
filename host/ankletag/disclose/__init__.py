"""One record, shown alone with its proof: whoever gets it learns nothing of the records beside it."""

from .check import Disclosed, check_disclosure
from .form import Disclosure, Shown, decode, read_disclosure
from .make import disclose

__all__ = ["Disclosed", "Disclosure", "Shown", "check_disclosure", "decode", "disclose", "read_disclosure"]
