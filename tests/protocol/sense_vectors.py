"""The cases of tamper.json and baseline.json, and their records: (op, arguments, why)."""

from typing import Any

SCALES = [100, 7_812_500]
TEMP, PROX, BASELINE = 4352, 11_000, 11_000
NO_TEMP, NO_PROX, OPEN, SATURATED = 0x08, 0x10, 0x01, 0x20


def steps(*spans: tuple[int, int, int, int, int], passed_ms: int = 60_000) -> list[list[int]]:
    """[passed ms, flags, temp code, prox count, baseline] out of (times, flags, temp code, prox count, baseline)."""
    found = [[passed_ms, *reading] for times, *reading in spans for _ in range(times)]
    found[0][0] = 0
    return found


_WORN = (3, 0, TEMP, PROX, BASELINE)
TAMPER: list[tuple[str, list[Any], str]] = [
    ("tamper.limits", [SCALES], "the scales of a nominal calibration"),
    ("tamper.limits", [[300, 7_812_500]], "400 mV are not a whole number of counts: rounded down"),
    ("tamper.limits", [[0, 7_812_500]], "no scale"),
    ("tamper.limits", [[100, -1]], "a scale below nothing"),
    ("tamper.watch", [SCALES, steps(_WORN, (4, 0, TEMP, 3999, BASELINE), _WORN)], "skin lost, and back"),
    ("tamper.watch", [SCALES, steps((5, 0, TEMP, 3999, 0))], "the first reading stands for no time"),
    ("tamper.watch", [SCALES, steps(_WORN, (1, 0, TEMP, 0, BASELINE), _WORN)], "one odd reading"),
    (
        "tamper.watch",
        [SCALES, steps(_WORN, (4, 0, TEMP, 13_501, BASELINE), _WORN, passed_ms=3_600_000)],
        "obstruction at one reading an hour: three of them",
    ),
    ("tamper.watch", [SCALES, steps((5, 0, TEMP, 13_501, 0), passed_ms=3_600_000)], "no baseline, no obstruction"),
    (
        "tamper.watch",
        [SCALES, steps(_WORN, (4, 0, 2559, PROX, BASELINE), _WORN, passed_ms=86_400_000)],
        "too cold at one reading a day",
    ),
    ("tamper.watch", [SCALES, steps(_WORN, (4, 0, TEMP - 600, 8999, BASELINE), _WORN)], "liquid"),
    (
        "tamper.watch",
        [SCALES, steps(_WORN, (4, 0, TEMP - 600, 3999, BASELINE))],
        "where the skin is lost, nothing is liquid",
    ),
    ("tamper.watch", [SCALES, steps((3, 0, -100, PROX, BASELINE), (4, 0, 200, 9000, BASELINE))], "below freezing"),
    (
        "tamper.watch",
        [SCALES, steps(_WORN, (6, NO_PROX, TEMP, 0, BASELINE), (6, 0, TEMP, PROX, BASELINE))],
        "sense lost, and no skin lost with it",
    ),
    (
        "tamper.watch",
        [SCALES, steps(_WORN, (2, 0, TEMP, 0, BASELINE), (2, NO_PROX, TEMP, 0, BASELINE), (1, 0, TEMP, 0, BASELINE))],
        "readings without a value are passed by, and count in the age",
    ),
]


def _readings(*codes: tuple[int, int, int], passed_ms: int = 300_000, flags: int = 0) -> list[list[int]]:
    return [[passed_ms, 100 + place, flags, *reading] for place, reading in enumerate(codes)]


_TEN = [(8000 + place * 7 % 10, 4350 - place * 3 % 10, 11_000 + place * 9 % 10) for place in range(10)]
SEARCH: list[tuple[str, list[Any], str]] = [
    ("baseline.cell_code_max", [500_000, 15_000, 120_000, 62_500], "the nominal calibration: 536 mV"),
    ("baseline.cell_code_max", [-5, 1, 1, 62_500], "rounded down below nothing, too"),
    ("baseline.cell_code_max", [0, 15_000, 0, 62_500], "no scale"),
    ("baseline.search", [4000, 8576, _readings(*_TEN)], "ten readings, and the lower of the middle two"),
    ("baseline.search", [4000, 8576, _readings(*_TEN, *_TEN)], "what comes behind the tenth changes nothing"),
    ("baseline.search", [4000, 8576, _readings(*_TEN[:9])], "nine are none"),
    ("baseline.search", [4000, 8576, _readings(*_TEN, passed_ms=290_000)], "as near as can be"),
    ("baseline.search", [4000, 8576, _readings(*_TEN, passed_ms=289_999)], "too near: every other one"),
    ("baseline.search", [4000, 8576, _readings((8577, 4350, 11_000), (8576, 4350, 11_000))], "alcohol"),
    ("baseline.search", [4000, 8576, _readings((8000, 4350, 3999), (8000, 4350, 4000))], "off the skin"),
    *(
        ("baseline.search", [4000, 8576, _readings(*_TEN[:2], flags=flags)], f"flag {flags:#04x}")
        for flags in (OPEN, 0x02, 0x04, NO_TEMP, NO_PROX, SATURATED)
    ),
]

_BASELINE = {"first": 7, "last": 57, "readings": 10, "cell_code": -3, "temp_code": 4350, "prox_count": 11_004}
RECORDS: list[tuple[str, list[Any], str]] = [
    ("records.body", [0x21, {"tamper": 2, "begun": 1, "age_s": 10_740}], "tamper"),
    ("records.body", [0x22, _BASELINE], "baseline"),
    ("records.body", [0x23, {"threshold": 1, "begun": 1, "value": 20_001}], "threshold"),
    ("records.body", [0x23, {"threshold": 1, "begun": 0, "value": -1}], "a threshold that ends below zero"),
    ("records.body", [0x25, {"asked": 1, "ran": 2047, "failed": 32}], "self-test"),
]

FILES = {"tamper": TAMPER, "baseline": SEARCH}
