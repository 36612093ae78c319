"""When a class of tamper begins and ends: against the text of SPEC.md told the slow way, and what must hold of it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import tampered
from protocol.sense_vectors import BASELINE, NO_PROX, NO_TEMP, PROX, SCALES, TEMP
from protocol.tampered import Reading
from tagproto import tamper

Both = Callable[..., Any]

WORN = (0, TEMP, PROX, BASELINE)
# By code: what shows it. The last one's temperature has to move, so it shows for a while only.
SHOWN = {
    tamper.SKIN: (0, TEMP, 3999, BASELINE),
    tamper.OBSTRUCTION: (0, TEMP, 13_501, BASELINE),
    tamper.TEMPERATURE: (0, 5121, PROX, BASELINE),
    tamper.LIQUID: (0, TEMP + 1000, 8999, BASELINE),
    tamper.SENSE: (NO_TEMP, 0, PROX, BASELINE),
}
passed = st.one_of(st.integers(0, 86_400_000), st.sampled_from([0, 60_000, 100_000, 300_000, 1_800_000, 3_600_000]))
cadences = st.integers(60, 86_400).map(lambda seconds: seconds * 1000)
one = st.builds(
    Reading,
    passed,
    st.sampled_from([0, 0, 0, 0, 0x01, 0x04, NO_TEMP, NO_PROX, NO_TEMP | NO_PROX]),
    st.sampled_from([TEMP, TEMP, 2559, 2560, 5120, 5121, TEMP + 257, -5000, 32_767]),
    st.sampled_from([PROX, PROX, 0, 3999, 4000, 8499, 8500, 8999, 9000, 13_500, 13_501, 65_535]),
    st.sampled_from([BASELINE, BASELINE, BASELINE, 0]),
)
# Runs of equal ones, or no class would ever begin.
readings = st.lists(st.tuples(st.integers(1, 6), one), max_size=14).map(
    lambda runs: [reading for times, reading in runs for _ in range(times)]
)


def run(both: Both, steps: list[Any], notice: int = 1) -> list[Any]:
    found: list[Any] = both("tamper.watch", SCALES, steps, notice)
    return found


def steps_of(found: list[Reading]) -> list[list[int]]:
    return [[each.passed_ms, each.flags, each.temp_code, each.prox_count, each.baseline] for each in found]


@given(found=readings, notice=st.sampled_from([1, 3]))
def test_as_the_text_tells_it(both: Both, found: list[Reading], notice: int) -> None:
    results = run(both, steps_of(found), notice)
    for code in tamper.CODES:
        ages = [ages[code - 1] if changed >> code & 1 else None for changed, _, ages in results]
        active = [bool(active >> code & 1) for _, active, _ in results]
        assert list(zip(active, ages, strict=True)) == tampered.judged(code, found, notice), code


@pytest.mark.parametrize("code", tamper.CODES)
@given(cadence_ms=cadences, at=st.integers(0, 9))
def test_one_odd_reading_begins_nothing_and_ends_nothing(both: Both, code: int, cadence_ms: int, at: int) -> None:
    steps = [[cadence_ms, *WORN] for _ in range(10)]
    steps[at] = [cadence_ms, *SHOWN[code]]
    assert {active for _, active, _ in run(both, steps)} == {0}
    if code != tamper.LIQUID:
        lasting = [[cadence_ms, *SHOWN[code]] for _ in range(_enough(code, 0, cadence_ms) + 10)]
        lasting[-10 + at] = [cadence_ms, *WORN]
        assert {active for _, active, _ in run(both, lasting)[-10:]} == {1 << code}


def _enough(code: int, ends: int, cadence_ms: int) -> int:
    """Readings that begin a class, or end it."""
    needed_ms = 1000 * tampered.TIMES[code][ends]
    return -(-needed_ms // min(cadence_ms, needed_ms // 3))


@pytest.mark.parametrize("code", sorted(set(tamper.CODES) - {tamper.LIQUID}))
@given(cadence_s=st.integers(60, 86_400))
def test_what_lasts_begins_in_its_time_and_ends_in_its_time(both: Both, code: int, cadence_s: int) -> None:
    cadence_ms = 1000 * cadence_s
    begin, end = _enough(code, 0, cadence_ms), _enough(code, 1, cadence_ms)
    steps = [[cadence_ms, *WORN]] + [[cadence_ms, *SHOWN[code]]] * begin + [[cadence_ms, *WORN]] * end
    found = [active for _, active, _ in run(both, steps)]
    assert found == [0] * begin + [1 << code] * end + [0]
    assert begin >= tamper.READINGS <= end


@given(cadence_s=st.one_of(st.integers(1, 170), st.integers(180, 86_400)))
def test_liquid_begins_while_the_temperature_moves(both: Both, cadence_s: int) -> None:
    """A bath 8 degC off: at any cadence that leaves three readings before the mean has come up to it."""
    steps = [[1000 * cadence_s, *WORN]] * 3 + [[1000 * cadence_s, *SHOWN[tamper.LIQUID]]] * 200
    begun = [active >> tamper.LIQUID & 1 for _, active, _ in run(both, steps)]
    assert any(begun) == (cadence_s < 175)


@given(found=readings, places=st.lists(st.integers(0, 50), max_size=10), passed_ms=passed)
def test_readings_without_values_change_nothing(
    both: Both, found: list[Reading], places: list[int], passed_ms: int
) -> None:
    """But that a sense is lost."""
    plain = run(both, steps_of(found))
    steps: list[Any] = [[step] for step in steps_of(found)]
    for place in places:
        if place < len(steps):
            steps[place].insert(0, [passed_ms, NO_TEMP | NO_PROX, 0, 0, BASELINE])
    more = run(both, [step for group in steps for step in group])
    ends = [sum(map(len, steps[: place + 1])) - 1 for place in range(len(steps))]
    others = ~(1 << tamper.SENSE)
    assert [more[end][1] & others for end in ends] == [row[1] & others for row in plain]
