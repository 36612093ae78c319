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
    ("tamper.watch", [SCALES, steps(_WORN, (4, 0, TEMP, 3999, BASELINE)), 3], "skin lost, told of three times as soon"),
    (
        "tamper.watch",
        [SCALES, steps(_WORN, (6, NO_PROX, TEMP, 0, BASELINE), passed_ms=20_000), 3],
        "sense lost within 100 s: a third of that is rounded up",
    ),
    (
        "tamper.watch",
        [SCALES, steps(_WORN, (4, 0, TEMP, 13_501, BASELINE), passed_ms=1_200_000), 3],
        "obstruction keeps its time",
    ),
]

_MINUTE = 60_000
_SOBER, _DRUNK, _MORE = [_MINUTE, 0, 8576], [_MINUTE, 0, 8577], [_MINUTE, 0, 8578]
THRESHOLDS: list[tuple[str, list[Any], str]] = [
    ("thresholds.tac_ug_dl", [8576, 500_000, 15_000, 120_000, 62_500], "the highest code of no alcohol"),
    ("thresholds.tac_ug_dl", [7999, 500_000, 15_000, 120_000, 62_500], "below the zero: half away from it"),
    ("thresholds.tac_ug_dl", [32_767, -(2**31), 1, 1, 62_500], "more than 32 bits hold"),
    ("thresholds.tac_ug_dl", [-32_768, 2**31 - 1, 1, 1, 62_500], "less than they hold"),
    ("thresholds.watch", [8576, [_SOBER] * 3], "nothing"),
    ("thresholds.watch", [8576, [[0, 0, 8577]] + [_DRUNK] * 3 + [_SOBER] * 31], "alcohol, and half an hour without"),
    ("thresholds.watch", [8576, [_DRUNK] * 2 + [_SOBER] + [_DRUNK] * 3], "one below takes back twice its time"),
    ("thresholds.watch", [8576, [_DRUNK] * 2 + [[_MINUTE, 0x20, 32_767]] * 9 + [_DRUNK]], "saturated says nothing"),
    ("thresholds.watch", [8576, [_DRUNK] * 2 + [[_MINUTE, 0x04, 0]] * 9 + [_DRUNK]], "no value says nothing"),
    ("thresholds.watch", [8576, [_DRUNK] * 3 + [[3_599_999, 0, 8577], [1, 0, 8577]]], "an hour without a higher code"),
    ("thresholds.watch", [8576, [_DRUNK] * 3 + [[3_600_000, 0, 8577], _MORE, _DRUNK]], "it rises again"),
    ("thresholds.watch", [8576, [_DRUNK] * 3 + [[600_000, 0, 8000]] * 3 + [_SOBER]], "over: it does not rise"),
    ("thresholds.watch", [8576, [[0, True]] + [[3_600_000, True]] * 3 + [[3_600_000, False]] * 3], "a battery"),
    (
        "thresholds.watch",
        [8576, [_DRUNK] * 2 + [[3_600_000, True], _DRUNK] + [[3_600_000, True]] * 2],
        "a battery between readings",
    ),
]
PROFILES: list[tuple[str, list[Any], str]] = [
    *(("profiles.pace", [profile, cadence_s], "profile, cadence") for profile in (1, 2, 3) for cadence_s in (60, 30)),
    ("profiles.pace", [3, 29], "no shorter than ten seconds"),
    ("profiles.pace", [1, 5], "unless it is so already"),
    ("profiles.pace", [1, 86_400], "once a day"),
    ("profiles.pace", [3, 100], "rounded down"),
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

FILES = {"tamper": TAMPER, "baseline": SEARCH, "thresholds": THRESHOLDS, "profiles": PROFILES}
