"""The judging of tamper as SPEC.md tells it, the slow way: everything anew from all readings so far."""

from dataclasses import dataclass

from protocol.sense_vectors import NO_PROX, NO_TEMP

# By code: seconds to begin, seconds to end.
TIMES = {1: (180, 180), 2: (14_400, 3600), 3: (10_800, 3600), 4: (180, 600), 5: (300, 300)}
# 18 and 40 degC, 4 degC, at 7.8125 m degC a code; 400, 250 and 200 mV at 0.1 mV a count.
COLD, HOT, MOVED = 2304, 5120, 512
SKIN, OBSTRUCTION, LIQUID = 4000, 2500, 2000


@dataclass(frozen=True, slots=True)
class Reading:
    passed_ms: int
    flags: int
    temp_code: int
    prox_count: int
    baseline: int


def mean_before(readings: list[Reading]) -> int | None:
    """The mean in front of the last reading, in 256ths of a code."""
    mean: int | None = None
    for reading in readings[:-1]:
        if reading.flags & NO_TEMP:
            continue
        value = 256 * reading.temp_code
        if mean is None:
            mean = value
        else:
            mean += (value - mean) * min(reading.passed_ms, 600_000) // 600_000
    return mean


def shows(code: int, readings: list[Reading]) -> bool | None:
    """Whether the last of these readings shows the condition; None where it has not the values."""
    last = readings[-1]
    if code == 5:
        return bool(last.flags & 0x1C)
    if code == 3:
        return None if last.flags & NO_TEMP else not COLD <= last.temp_code <= HOT
    if last.flags & NO_PROX:
        return None
    on_skin = last.prox_count >= SKIN
    if code == 1:
        return not on_skin
    if not last.baseline:
        return None
    if code == 2:
        return on_skin and abs(last.prox_count - last.baseline) > OBSTRUCTION
    if last.flags & NO_TEMP:
        return None
    mean = mean_before(readings)
    moved = mean is not None and abs(256 * last.temp_code - mean) > 256 * MOVED
    return on_skin and moved and last.baseline - last.prox_count > LIQUID


def judged(code: int, readings: list[Reading], notice: int = 1) -> list[tuple[bool, int | None]]:
    """Behind each reading: whether the class is in force, and, where that is new, the ms since it began to show.

    notice: what the times to begin of classes 1, 4 and 5 are divided by.
    """
    active = False
    score = now_ms = since_ms = 0
    found = []
    for count in range(1, len(readings) + 1):
        now_ms += readings[count - 1].passed_ms
        shown = shows(code, readings[:count])
        age_ms = None
        if shown is not None:
            needed_ms = 1000 * TIMES[code][active]
            if code in (1, 4, 5) and not active:
                needed_ms = needed_ms // notice
            stands_ms = min(readings[count - 1].passed_ms, -(-needed_ms // 3))
            if shown != active:
                since_ms = since_ms if score else now_ms
                score += max(1, stands_ms)
            else:
                score = max(0, score - 2 * stands_ms)
            if score >= needed_ms:
                active, score, age_ms = not active, 0, now_ms - since_ms
        found.append((active, age_ms))
    return found
