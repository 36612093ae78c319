"""Readings in units, by the calibration that stood in the log when they were made."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tagproto import records

from ..models import Calibration
from ..time import Clock
from ..verify.result import Verified
from .configs import configs
from .fittings import Fitting


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: raw codes and what they mean; None where the sense gave no value, or no calibration is known.

    item: its position in `Verified.items`. utc_ms: the middle of its bounds, None in a boot that nobody attested.
    """

    item: int
    number: int
    boot: int
    elapsed_ms: int
    utc_ms: int | None
    flags: int
    cell_code: int
    temp_code: int
    prox_count: int
    tac_ug_dl: int | None
    temp_mdeg_c: int | None
    ir_mv: int | None


def readings(verified: Verified, clock: Clock, fitting: Fitting | None = None) -> Iterator[Reading]:
    """Sealed readings in order, of one fitting or of the whole log, each by the sealed CONFIG record before it."""
    following = configs(verified, clock)
    coming = next(following, None)
    calibration: Calibration | None = None
    first, last = (fitting.first_item, fitting.last_item) if fitting else (0, len(verified.items))
    for index in range(first, last):
        record = verified.record(index)
        if record.kind == records.READING and verified.proven[index]:
            while coming is not None and coming.item < index:
                calibration = coming.config.calibration
                coming = next(following, None)
            flags, cell, temp, prox = struct.unpack_from("<BhhH", record.body)
            elapsed = verified.elapsed_ms[index]
            known_temp = None if flags & records.FLAG_NO_TEMP else temp
            tac = temp_mdeg_c = ir_mv = None
            if calibration is not None:
                tac = None if flags & records.FLAG_NO_CELL else calibration.tac_ug_dl(cell, known_temp)
                temp_mdeg_c = None if known_temp is None else calibration.temp_mdeg_c(temp)
                ir_mv = None if flags & records.FLAG_NO_PROX else calibration.ir_mv(prox)
            utc_ms = clock.span_at(record.boot, elapsed).middle_ms
            raw = flags, cell, temp, prox
            yield Reading(index, record.number, record.boot, elapsed, utc_ms, *raw, tac, temp_mdeg_c, ir_mv)
