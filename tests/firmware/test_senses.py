"""A part that does not do what it should costs its value and one fault record, never the reading."""

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
EIO, ENODEV, ERANGE, ETIMEDOUT = 5, 19, 34, 110
VALUE = {records.SENSE_CELL: "cell_code", records.SENSE_TEMP: "temp_code", records.SENSE_PROX: "prox_count"}


def parsed(tag: Any, kind: int) -> list[Any]:
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record for record in found if record.kind == kind]


def faults(tag: Any) -> list[tuple[Any, Any]]:
    """(sense, code) of each."""
    found = [record.values() for record in parsed(tag, records.FAULT)]
    return [(values["sense"], values["code"]) for values in found]


def flags_of(tag: Any, count: int) -> list[int]:
    """Of so many readings more."""
    tag.steps(count)
    return [record.values()["flags"] for record in parsed(tag, records.READING)[-count:]]


@pytest.mark.parametrize(("absent", "flag", "sense"), PARTS)
def test_a_part_that_goes_and_comes_back(tag: Any, absent: list[int], flag: int, sense: int) -> None:
    talk.fit(tag)
    tag.steps(3)
    tag.absent(absent)
    # The ADC speaks for a potentiostat that does not: now and then that one is asked itself.
    unseen = 15 if absent == [0x48] else 0
    tag.steps(unseen)
    assert flags_of(tag, 5) == [flag] * 5
    assert faults(tag) == [(sense, EIO)]
    tag.absent([])
    assert flags_of(tag, 2) == [0, 0]
    assert len(parsed(tag, records.READING)) == 11 + unseen
    assert tag.check() == []


# (address, register, what it reads, flag, sense) of parts that are another one, not ready, or take no configuration.
STRANGE = [
    (0x48, 0x00, "00", records.FLAG_NO_CELL, records.SENSE_CELL),
    (0x48, 0x10, "03", records.FLAG_NO_CELL, records.SENSE_CELL),
    (0x48, 0x11, "20", records.FLAG_NO_CELL, records.SENSE_CELL),
    (0x48, 0x12, "00", records.FLAG_NO_CELL, records.SENSE_CELL),
    (0x4A, 0x0F, "0118", records.FLAG_NO_TEMP, records.SENSE_TEMP),
    (0x4A, 0x0F, "ffff", records.FLAG_NO_TEMP, records.SENSE_TEMP),
    (0x60, 0x0C, "8701", records.FLAG_NO_PROX, records.SENSE_PROX),
]


@pytest.mark.parametrize(("address", "register", "reads", "flag", "sense"), STRANGE)
def test_a_part_that_cannot_be_brought_up(
    tag: Any, address: int, register: int, reads: str, flag: int, sense: int
) -> None:
    talk.fit(tag)
    tag.hold(address, register, reads)
    tag.reboot(2)
    assert flags_of(tag, 4) == [flag] * 4
    assert faults(tag) == [(sense, ENODEV)]
    tag.hold(address, register, "")
    assert flags_of(tag, 2) == [0, 0]


# (address, register, what it reads, flag, sense) of conversions that never end.
NOT_READY = [
    (0x49, 0x01, "4583", records.FLAG_NO_CELL, records.SENSE_CELL),
    # An ADC that was reset converts another pair of inputs.
    (0x49, 0x01, "8583", records.FLAG_NO_CELL, records.SENSE_CELL),
    (0x4A, 0x01, "0c20", records.FLAG_NO_TEMP, records.SENSE_TEMP),
    # What a TMP117 holds before its first conversion has ended.
    (0x4A, 0x00, "8000", records.FLAG_NO_TEMP, records.SENSE_TEMP),
]


@pytest.mark.parametrize(("address", "register", "reads", "flag", "sense"), NOT_READY)
def test_a_conversion_that_never_ends(tag: Any, address: int, register: int, reads: str, flag: int, sense: int) -> None:
    talk.fit(tag)
    tag.hold(address, register, reads)
    assert flags_of(tag, 4) == [flag] * 4
    assert faults(tag) == [(sense, ETIMEDOUT)]
    (values,) = {(record.values()[VALUE[sense]]) for record in parsed(tag, records.READING)[-4:]}
    assert values == 0
    tag.hold(address, register, "")
    assert flags_of(tag, 2) == [0, 0]


@pytest.mark.parametrize("code", [32_767, 15, 0, -1, -32_768])
def test_a_cell_at_the_end_of_its_range(tag: Any, code: int) -> None:
    """The code is kept, whatever it is."""
    talk.fit(tag)
    tag.show(code)
    assert flags_of(tag, 4) == [records.FLAG_CELL_SATURATED] * 4
    assert {record.values()["cell_code"] for record in parsed(tag, records.READING)[-4:]} == {code}
    assert faults(tag) == [(records.SENSE_CELL, ERANGE)]
    tag.show(16)
    assert flags_of(tag, 2) == [0, 0]
    tag.show(32_766)
    assert flags_of(tag, 2) == [0, 0]
    tag.show(code)
    tag.steps(2)
    assert len(faults(tag)) == 2


def test_infrared_at_its_ends_is_a_value(tag: Any) -> None:
    talk.fit(tag)
    for count in (0, 65_535):
        tag.show(None, None, count)
        assert flags_of(tag, 2) == [0, 0]
        assert parsed(tag, records.READING)[-1].values()["prox_count"] == count
    assert faults(tag) == []


def test_the_proximity_sensor_is_off_between_readings(tag: Any) -> None:
    """On and idle it draws more than all other parts together."""
    talk.fit(tag)
    assert tag.register(0x60, 0x03) == "0108"
    assert flags_of(tag, 2) == [0, 0]
    assert tag.register(0x60, 0x03) == "0108"


def test_a_proximity_sensor_that_was_reset_between_readings_is_switched_on_for_the_next(tag: Any) -> None:
    talk.fit(tag)
    for register in (0x03, 0x04):
        tag.registers(0x60, register, "0100")
    assert flags_of(tag, 2) == [0, 0]
    assert faults(tag) == []


def test_a_proximity_sensor_that_is_reset_in_a_reading_gives_no_value(tag: Any) -> None:
    """Off, it counts nothing: that is no lost skin."""
    talk.fit(tag)
    tag.show(None, None, 0)
    tag.hold(0x60, 0x03, "0100")
    assert flags_of(tag, 2) == [records.FLAG_NO_PROX] * 2
    tag.hold(0x60, 0x03, "")
    tag.show()
    assert flags_of(tag, 2) == [0, 0]
    assert faults(tag) == [(records.SENSE_PROX, ETIMEDOUT)]


def test_a_potentiostat_that_was_reset_is_brought_up_again(tag: Any) -> None:
    """Asleep it leaves the amplifier's output at ground, which is no current of the cell."""
    talk.fit(tag)
    tag.show(2)
    for register, reads in ((0x10, "03"), (0x11, "20"), (0x12, "00")):
        tag.registers(0x48, register, reads)
    assert flags_of(tag, 1) == [records.FLAG_NO_CELL]
    tag.show()
    assert flags_of(tag, 2) == [0, 0]
    assert faults(tag) == [(records.SENSE_CELL, ENODEV)]


def test_no_part_at_all(tag: Any) -> None:
    tag.absent([0x48, 0x49, 0x4A, 0x60])
    talk.fit(tag)
    tag.steps(10)
    readings = [record.values() for record in parsed(tag, records.READING)]
    assert len(readings) == 11
    every = records.FLAG_NO_CELL | records.FLAG_NO_TEMP | records.FLAG_NO_PROX
    assert all(values["flags"] == every for values in readings)
    assert len(parsed(tag, records.FAULT)) == 3
    # They are asked again at each reading.
    tag.absent([])
    assert flags_of(tag, 2) == [0, 0]
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


ALL = records.FLAG_NO_CELL | records.FLAG_NO_TEMP | records.FLAG_NO_PROX


def test_a_part_that_holds_the_bus_costs_one_reading(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(3)
    tag.hang_bus(9)
    assert flags_of(tag, 3) == [ALL, 0, 0]
    assert faults(tag) == [(sense, EIO) for sense in (records.SENSE_TEMP, records.SENSE_CELL, records.SENSE_PROX)]
    # Once more, and longer: it is tried at each reading.
    tag.hang_bus(27)
    assert flags_of(tag, 5) == [ALL, ALL, ALL, 0, 0]
    assert len(faults(tag)) == 6
    assert tag.check() == []


def test_a_bus_that_hangs_at_boot_is_freed(tag: Any) -> None:
    talk.fit(tag)
    tag.reboot(1)
    tag.hang_bus(9)
    assert flags_of(tag, 2)[-1] == 0
