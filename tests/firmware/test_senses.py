"""A part that is absent costs its value and one fault record, never the reading."""

import itertools
from typing import Any

import pytest

from firmware import talk
from tagproto import records

PARTS = [
    ([0x48], records.FLAG_NO_CELL, records.SENSE_CELL),
    ([0x49], records.FLAG_NO_CELL, records.SENSE_CELL),
    ([0x4A], records.FLAG_NO_TEMP, records.SENSE_TEMP),
    ([0x60], records.FLAG_NO_PROX, records.SENSE_PROX),
]


def parsed(tag: Any, kind: int) -> list[Any]:
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record for record in found if record.kind == kind]


@pytest.mark.parametrize(("absent", "flag", "sense"), PARTS)
def test_a_part_that_goes_and_comes_back(tag: Any, absent: list[int], flag: int, sense: int) -> None:
    talk.fit(tag)
    tag.steps(3)
    tag.absent(absent)
    if absent == [0x48]:
        tag.reboot(2)  # the potentiostat is talked to when it is brought up
        tag.absent(absent)
        tag.reboot(2)
    before = len(parsed(tag, records.READING))
    tag.steps(5)
    readings = [record.values() for record in parsed(tag, records.READING)[before:]]
    assert len(readings) == 5
    if absent != [0x48]:
        assert all(values["flags"] == flag for values in readings)
        (fault,) = parsed(tag, records.FAULT)
        assert fault.values()["sense"] == sense
        assert fault.values()["code"] == 5  # EIO
    tag.absent([])
    tag.steps(2)
    assert parsed(tag, records.READING)[-1].values()["flags"] == 0
    assert tag.check() == []


def test_no_part_at_all(tag: Any) -> None:
    tag.absent([0x48, 0x49, 0x4A, 0x60])
    talk.fit(tag)
    tag.steps(10)
    readings = [record.values() for record in parsed(tag, records.READING)]
    assert len(readings) == 11
    every = records.FLAG_NO_CELL | records.FLAG_NO_TEMP | records.FLAG_NO_PROX
    assert all(values["flags"] == every for values in readings)
    assert len(parsed(tag, records.FAULT)) == 3
    assert tag.check() == []


def test_strap_and_case_show_in_the_reading(tag: Any) -> None:
    talk.fit(tag)
    tag.toggle("strap", 1)
    tag.toggle("case", 1)
    tag.steps(1)
    assert parsed(tag, records.READING)[-1].values()["flags"] == records.FLAG_STRAP_OPEN | records.FLAG_CASE_OPEN


def test_the_schedule_holds_its_phase(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(20)
    ticks = [record.ticks for record in parsed(tag, records.READING)]
    spans = [records.ticks_after(a, b) for a, b in itertools.pairwise(ticks)]
    assert set(spans) == {60_000}


def test_a_part_that_fails_again_after_it_worked_is_a_fault_again(tag: Any) -> None:
    talk.fit(tag)
    for _ in range(2):
        tag.absent([0x4A])
        tag.steps(3)
        tag.absent([])
        tag.steps(3)
    assert [record.values()["sense"] for record in parsed(tag, records.FAULT)] == [records.SENSE_TEMP] * 2
