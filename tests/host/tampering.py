"""Wearers with a baseline, and what is done to their tags."""

from host.tagmaker import PROX_ON_SKIN, TEMP_34_C, TagMaker, cell_code, fitted
from tagproto import records, seals, tamper

# One reading a minute: every fifth counts, and the tenth of these is the 46th.
EVERY = -(-tamper.BASELINE_APART_S // 60)
SEARCH = (tamper.BASELINE_READINGS - 1) * EVERY + 1
DEGREE = 128
VOLT = 10_000


def baseline(maker: TagMaker, last: int, **wrong: int) -> int:
    """The record that a tag makes behind the reading of this number: ten alike, of one a minute."""
    values = {
        "first": last - (tamper.BASELINE_READINGS - 1) * EVERY,
        "last": last,
        "readings": tamper.BASELINE_READINGS,
        "cell_code": cell_code(0),
        "temp_code": TEMP_34_C,
        "prox_count": PROX_ON_SKIN,
    }
    return maker.event(records.BASELINE, **(values | wrong))


def monitored(**wrong: int) -> TagMaker:
    """Fitted, sober, and the baseline behind it: proximity 1.1 V, 34 degC."""
    maker = fitted()
    maker.live([0] * (SEARCH - 1))
    maker.now_ms += 60_000
    baseline(maker, maker.reading(0), **wrong)
    maker.seal()
    return maker


def tampered(maker: TagMaker, code: int, begun: bool, age_s: int = 0) -> int:
    """The tag's own record of a class, and the seal over one that begins."""
    number = maker.event(records.TAMPER, tamper=code, begun=int(begun), age_s=age_s)
    if begun:
        maker.seal(seals.REASON_TAMPER)
    return number


def passed(maker: TagMaker, threshold: int, begun: bool, value: int = 0) -> int:
    """The tag's own record of a threshold, and the seal over one that begins."""
    number = maker.event(records.THRESHOLD, threshold=threshold, begun=int(begun), value=value)
    if begun:
        maker.seal(seals.REASON_THRESHOLD)
    return number


def hours(maker: TagMaker, count: float, **same: int) -> None:
    """Live so long without alcohol, warmer and colder by half a degree as a leg is."""
    for minute in range(round(count * 60)):
        maker.live([0], **({"temp": TEMP_34_C + DEGREE // 2 * (minute // 60 % 2)} | same))
