"""What self-tests in front of a fitting found: technicians test first, and fit then."""

from tagproto import records

from ..verify.result import Verified
from .fittings import Fitting
from .thresholds import FailedTest


def failed_before(verified: Verified, fitting: Fitting) -> list[FailedTest]:
    """The sealed self-tests since the removal before, or since the log's beginning, with what of them failed and no
    later one in front of the fitting found good: a restart tries less than a station asks for."""
    found: list[FailedTest] = []
    for index, record in verified.events():
        if index >= fitting.first_item:
            break
        values = record.values()
        if not verified.proven[index] or not isinstance(values, dict):
            continue
        if record.kind == records.REMOVE:
            found = []
        elif record.kind == records.SELF_TEST:
            ran, failed = values["ran"], values["failed"]
            assert isinstance(ran, int)
            assert isinstance(failed, int)
            left = [FailedTest(one.item, one.number, one.failed & ~ran) for one in found]
            found = [one for one in [*left, FailedTest(index, record.number, failed)] if one.failed]
    return found
