"""The baseline of a fitting, from SPEC.md: ten readings without alcohol, recorded once and kept."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from firmware import talk
from firmware.talk import Values
from tagproto import messages, records, tamper
from tagproto.records import Record

RARE: Values = {**talk.FITTING, "cadence_s": 1800}
# 20,000 ug/dL are 36 mV over a zero of 500 mV, at 120 kOhm and 15,000 pA a mg/dL: 62.5 uV a code.
SOBER_MAX = (500_000 + 36_000) * 1000 // 62_500
CELL, TEMP, PROX = 8100, 4352, 11_000
# Readings of a minute until the tenth that counts: five apart.
MINUTES = 9 * 5


def taken(tag: Any) -> Any:
    return talk.ask(tag, messages.STATUS)["baseline"]


def expected(readings: list[Record]) -> dict[str, Any]:
    """By the text of SPEC.md, of readings that all are fit and five minutes apart."""
    found: dict[str, Any] = {"first": readings[0].number, "last": readings[-1].number, "readings": 10}
    for name in ("cell_code", "temp_code", "prox_count"):
        found[name] = sorted(talk.values_of(reading)[name] for reading in readings)[4]
    return found


def test_ten_readings_five_minutes_apart(tag: Any) -> None:
    talk.fit(tag)
    assert taken(tag) == 1
    for reading in range(MINUTES):
        tag.show(CELL + reading * 7 % 10, TEMP - reading * 3 % 10, PROX + reading * 9 % 10)
        tag.steps(1)
        readings = talk.of_kind(tag, records.READING)
        # The next reading is due by now, and taken behind the answer.
        assert taken(tag) == min(10, 1 + (len(readings) - 1) // 5)
    (baseline,) = talk.of_kind(tag, records.BASELINE)
    readings = talk.of_kind(tag, records.READING)
    assert talk.values_of(baseline) == expected(readings[: MINUTES + 1 : 5])
    assert baseline.number == readings[MINUTES].number + 1
    tag.steps(60)
    assert taken(tag) == tamper.BASELINE_READINGS
    assert len(talk.of_kind(tag, records.BASELINE)) == 1
    assert tag.check() == []


def test_alcohol_interrupts_it(tag: Any) -> None:
    tag.show(SOBER_MAX, TEMP, PROX)
    talk.fit(tag)
    tag.steps(20)
    assert taken(tag) == 5
    tag.show(SOBER_MAX + 1, TEMP, PROX)
    tag.steps(60)
    assert taken(tag) == 5
    tag.show(SOBER_MAX, TEMP, PROX)
    # TAC has risen: one reading in half a minute, and ten of them between two that count.
    tag.steps(40)
    assert taken(tag) == 9
    tag.steps(2)
    assert taken(tag) == 10
    assert tag.check() == []


@pytest.mark.parametrize(
    ("what", "arguments"),
    [
        ("show", (CELL, TEMP, 3999)),
        ("show", (10, TEMP, PROX)),
        ("absent", ([0x4A],)),
        ("absent", ([0x49],)),
        ("absent", ([0x60],)),
        ("toggle", ("strap", 1)),
    ],
)
def test_readings_that_do_not_count(tag: Any, what: str, arguments: tuple[Any, ...]) -> None:
    talk.fit(tag)
    getattr(tag, what)(*arguments)
    tag.steps(30)
    assert taken(tag) == 1
    assert talk.of_kind(tag, records.BASELINE) == []


def test_infrared_of_400_mv_counts(tag: Any) -> None:
    tag.show(CELL, TEMP, 4000)
    talk.fit(tag)
    tag.steps(5)
    assert taken(tag) == 2


def test_a_boot_begins_the_search_anew(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(30)
    assert taken(tag) == 7
    assert tag.reboot(1)
    assert taken(tag) == 0
    tag.steps(1 + MINUTES)
    (baseline,) = talk.of_kind(tag, records.BASELINE)
    boot = [reading for reading in talk.of_kind(tag, records.READING) if reading.boot == 2]
    assert talk.values_of(baseline) == expected(boot[: MINUTES + 1 : 5])


def test_a_boot_keeps_one_that_stands(tag: Any) -> None:
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag)
    tag.steps(MINUTES)
    tag.reboot(1)
    assert taken(tag) == 10
    tag.show(CELL, TEMP, PROX - 2501)
    tag.steps(250)
    assert len(talk.of_kind(tag, records.BASELINE)) == 1
    assert [talk.values_of(record)["tamper"] for record in talk.of_kind(tag, records.TAMPER)] == [tamper.OBSTRUCTION]


def test_another_fitting_needs_another_one(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(MINUTES)
    talk.ask(tag, messages.REMOVE, {"reason": 1})
    assert taken(tag) == 0
    talk.fit(tag)
    assert taken(tag) == 1
    tag.steps(MINUTES)
    assert len(talk.of_kind(tag, records.BASELINE)) == 2
    assert tag.check() == []


def test_the_cadence_is_five_minutes_meanwhile(tag: Any) -> None:
    """A config record says so, also behind a boot, and where a station asks for another cadence."""
    talk.fit(tag, RARE)
    tag.steps(2)
    assert tag.state()["cadence_s"] == 300
    tag.reboot(2)
    tag.steps(5)
    talk.ask(tag, messages.CONFIGURE, {**talk.FITTING, "cadence_s": 900})
    tag.steps(1)
    while not talk.of_kind(tag, records.BASELINE):
        assert tag.state()["cadence_s"] == 300
        tag.steps(1)
    assert tag.state()["cadence_s"] == 900
    # The reading that was due by the old cadence, then the new one.
    tag.steps(3)
    readings = [record for record in talk.of_kind(tag, records.READING) if record.boot == 2]
    spans = [records.ticks_after(a.ticks, b.ticks) for a, b in itertools.pairwise(readings)]
    assert set(spans[6:-2]) == {300_000}
    assert spans[-2:] == [900_000] * 2
    cadences = [talk.values_of(record)["cadence_s"] for record in talk.of_kind(tag, records.CONFIG)]
    assert cadences[1:] == [300, 300, 300, 900]
    assert tag.check() == []


def test_a_shorter_cadence_stays_as_it_is(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(MINUTES)
    assert {talk.values_of(record)["cadence_s"] for record in talk.of_kind(tag, records.CONFIG)} == {60}


@pytest.mark.parametrize("cadence_s", [60, 1800])
def test_a_cut_at_every_operation_of_the_tenth_reading(tag: Any, tmp_path: Path, cadence_s: int) -> None:
    """It is there with its record, or neither is."""
    path = str(tmp_path / "flash")
    found = set()
    for cut_in in range(1, 40):
        tag.start(19, 5000)
        tag.show(CELL, TEMP, PROX)
        talk.fit(tag, {**talk.FITTING, "cadence_s": cadence_s})
        tag.steps(MINUTES - 1 if cadence_s == 60 else 8)
        if tag.step(path, cut_in, "live", 2)["cut"] is None:
            break
        tag.come_up(path, 19, cut_in, 0)
        numbers = [record.number for record in talk.of_kind(tag, records.BASELINE)]
        assert numbers in ([], [tag.settings()["baseline_by"]])
        assert (taken(tag) == 10) == bool(numbers)
        found.add(len(numbers))
        tag.steps(1 + MINUTES)
        assert len(talk.of_kind(tag, records.BASELINE)) == 1
    else:
        raise AssertionError("the tenth reading never ends")
    assert found == {0, 1}
