"""Tamper that the readings show, from SPEC.md: recorded, sealed at once, rationed, and what a host judges from them."""

import itertools
import random
from typing import Any

import pytest

from firmware import talk
from tagproto import messages, records, seals, tamper
from tagproto.records import Record

CELL, TEMP, PROX = 8100, 4352, 11_000
SKIN, OBSTRUCTION, TEMPERATURE, LIQUID, SENSE = tamper.CODES
LIMITS = tamper.Limits(100, 7_812_500)
MINUTES = 46
Told = tuple[int, int, int]


def told(tag: Any) -> list[Told]:
    """(class, begun, age in seconds) of each record."""
    return [tuple(talk.values_of(record).values()) for record in talk.of_kind(tag, records.TAMPER)]  # type: ignore[misc]


def judged(found: list[Record]) -> list[list[Told]]:
    """What a host judges of the readings of each boot and fitting: (class, begun, age in seconds)."""
    result: list[list[Told]] = []
    watch = tamper.Watch(LIMITS)
    baseline = 0
    before: Record | None = None
    for record in found:
        if record.kind in (records.BOOT, records.FIT):
            watch, before = tamper.Watch(LIMITS), None
            result.append([])
            if record.kind == records.FIT:
                baseline = 0
        elif record.kind == records.BASELINE:
            baseline = talk.values_of(record)["prox_count"]
        elif record.kind == records.READING:
            watch.baseline = baseline
            values = talk.values_of(record)
            passed = records.ticks_after(before.ticks, record.ticks) if before else 0
            changed = watch.step(passed, values["flags"], values["temp_code"], values["prox_count"])
            before = record
            codes = [code for code in tamper.CODES if changed >> code & 1]
            result[-1] += [(code, watch.active >> code & 1, watch.age_ms[code] // 1000) for code in codes]
    return result


@pytest.fixture
def worn(tag: Any) -> Any:
    """A fitted tag with its baseline."""
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag)
    tag.steps(MINUTES)
    assert len(talk.of_kind(tag, records.BASELINE)) == 1
    return tag


def last_seal(tag: Any) -> Any:
    sealed = tag.read().last_seal
    assert sealed is not None
    return sealed.seal


def test_skin_lost_is_sealed_with_the_reading_that_shows_it(worn: Any) -> None:
    before = worn.state()["seals"]
    worn.show(CELL, TEMP, 3999)
    worn.steps(2)
    assert told(worn) == []
    worn.steps(1)
    assert told(worn) == [(SKIN, 1, 120)]
    (record,) = talk.of_kind(worn, records.TAMPER)
    seal = last_seal(worn)
    assert worn.state()["seals"] == before + 1
    assert seal.reason == seals.REASON_TAMPER
    assert (seal.first + seal.count - 1, seal.ticks) == (record.number, record.ticks)
    assert talk.of_kind(worn, records.READING)[-1].number == record.number - 1
    assert talk.ask(worn, messages.STATUS)["tampers"] == 1 << SKIN
    worn.show(CELL, TEMP, PROX)
    worn.steps(5)
    assert told(worn) == [(SKIN, 1, 120), (SKIN, 0, 120)]
    # An end seals nothing by itself.
    assert worn.state()["seals"] == before + 1
    assert talk.ask(worn, messages.STATUS)["tampers"] == 0
    assert worn.check() == []


@pytest.mark.parametrize(
    ("code", "shown", "minutes"),
    [
        (OBSTRUCTION, (CELL, TEMP, PROX + 2501), 240),
        (OBSTRUCTION, (CELL, TEMP, PROX - 2501), 240),
        (TEMPERATURE, (CELL, 2303, PROX), 180),
        (TEMPERATURE, (CELL, 5121, PROX), 180),
        (LIQUID, (CELL, TEMP - 900, PROX - 2001), 3),
    ],
)
def test_each_class_begins_in_its_time(worn: Any, code: int, shown: tuple[int, int, int], minutes: int) -> None:
    worn.show(*shown)
    worn.steps(minutes - 1)
    assert told(worn) == []
    worn.steps(1)
    assert told(worn) == [(code, 1, 60 * (minutes - 1))]
    assert last_seal(worn).reason == seals.REASON_TAMPER


@pytest.mark.parametrize("shown", [(CELL, 2304, PROX - 2000), (CELL, 5120, PROX + 2500), (CELL, TEMP, 8500)])
def test_what_is_just_within_is_none(worn: Any, shown: tuple[int, int, int]) -> None:
    worn.show(*shown)
    worn.steps(400)
    assert [code for code, _, _ in told(worn)] == []


def test_a_sense_that_is_lost(worn: Any) -> None:
    worn.absent([0x4A])
    worn.steps(6)
    assert told(worn) == [(SENSE, 1, 240)]
    worn.absent([])
    worn.steps(6)
    assert told(worn)[1:] == [(SENSE, 0, 240)]


def test_without_a_baseline_what_needs_one_is_not_judged(tag: Any) -> None:
    """Alcohol holds the search up: what is then put between is found once there is a baseline."""
    tag.show(12_000, TEMP, PROX)
    talk.fit(tag)
    tag.show(12_000, TEMP, PROX + 5000)
    tag.steps(300)
    assert told(tag) == []
    tag.show(12_000, TEMP, 0)
    tag.steps(4)
    assert [code for code, _, _ in told(tag)] == [SKIN]


def test_a_boot_judges_anew(worn: Any) -> None:
    worn.show(CELL, TEMP, 0)
    worn.steps(2)
    for _ in range(2):
        worn.reboot(2)
        worn.show(CELL, TEMP, 0)
        assert talk.ask(worn, messages.STATUS)["tampers"] == 0
        # The first reading of a boot stands for no time.
        worn.steps(3)
        before = told(worn)
        worn.steps(1)
        assert told(worn) == [*before, (SKIN, 1, 180)]
    assert told(worn) == [(SKIN, 1, 180)] * 2
    assert worn.check() == []


def test_a_removal_ends_the_judging(worn: Any) -> None:
    worn.show(CELL, TEMP, 0)
    worn.steps(6)
    talk.ask(worn, messages.REMOVE, {"reason": 1})
    assert talk.ask(worn, messages.STATUS)["tampers"] == 0
    worn.steps(3)
    assert told(worn) == [(SKIN, 1, 120)]
    worn.show(CELL, TEMP, PROX)
    talk.fit(worn)
    worn.steps(10)
    assert told(worn) == [(SKIN, 1, 120)]


def lived(tag: Any, draw: random.Random) -> None:
    """Senses that do this and that for some hours, with boots and another fitting between."""
    for _ in range(30):
        chance = draw.random()
        if chance < 0.06:
            tag.reboot(2)
        elif chance < 0.1:
            talk.ask(tag, messages.REMOVE, {"reason": 1})
            talk.fit(tag)
        elif chance < 0.3:
            tag.absent(draw.sample([0x49, 0x4A, 0x60], draw.randint(0, 2)))
        tag.show(CELL, draw.choice([TEMP, TEMP, TEMP - 300, 2200]), draw.choice([PROX, PROX, 3000, 8000, 14_000]))
        tag.steps(draw.choice([1, 2, 3, 5, 8, 80, 260]))


@pytest.mark.parametrize("seed", range(6))
def test_a_host_judges_the_same(tag: Any, seed: int) -> None:
    """All that is recorded is what the sealed readings give, and while there are tokens nothing is left out."""
    tag.start(40, 5000)
    talk.fit(tag)
    lived(tag, random.Random(seed))
    expected = [each for group in judged(list(tag.read().records())) for each in group]
    assert len([each for each in expected if each[1]]) >= 3
    assert told(tag) == expected
    assert tag.check() == []


def test_a_flood_waits_for_tokens(tag: Any) -> None:
    """A class that begins and ends every ten minutes for a day."""
    tag.start(60, 5000)
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag)
    before = tag.state()["seals"]
    for _ in range(144):
        tag.show(CELL, TEMP, 0)
        tag.steps(5)
        tag.show(CELL, TEMP, PROX)
        tag.steps(5)
    found = list(tag.read().records())
    scheduled = 24 * 3 + 1
    recorded = told(tag)
    begun = sum(values[1] for values in recorded)
    assert 8 + 40 <= begun <= 8 + 48 + 1
    assert tag.state()["seals"] - before <= scheduled + begun
    # Each end follows its beginning.
    assert [values[1] for values in recorded] == [1, 0] * (len(recorded) // 2) + [1] * (len(recorded) % 2)
    tag.seal()
    repeated = [talk.values_of(record) for record in tag.read().records() if record.kind == records.REPEATED]
    counted = sum(values["count"] for values in repeated if values["kind"] == records.TAMPER)
    (expected,) = [group for group in judged(found) if group]
    assert len(recorded) + counted == len(expected)
    ticks = [record.ticks for record in found if record.kind == records.READING]
    assert {records.ticks_after(a, b) for a, b in itertools.pairwise(ticks)} == {60_000}
    assert tag.check() == []


def test_one_that_lasts_is_told_when_there_is_a_token(tag: Any) -> None:
    """So many begin and end that the last one, which stays, has to wait; its record says since when."""
    tag.start(40, 5000)
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag)
    for _ in range(14):
        tag.show(CELL, TEMP, 0)
        tag.steps(3)
        tag.show(CELL, TEMP, PROX)
        tag.steps(3)
    tag.show(CELL, TEMP, 0)
    since = tag.state()["ticks"]
    before = len(told(tag))
    tag.steps(3)
    assert len(told(tag)) == before < 28
    while len(told(tag)) == before:
        tag.steps(1)
    record = talk.of_kind(tag, records.TAMPER)[-1]
    assert told(tag)[-1] == (SKIN, 1, records.ticks_after(since, record.ticks) // 1000)
    assert told(tag)[-1][2] > 180
    assert last_seal(tag).reason == seals.REASON_TAMPER
    tag.show(CELL, TEMP, PROX)
    tag.steps(3)
    assert told(tag)[-1] == (SKIN, 0, 120)
    assert tag.check() == []


def test_a_full_log_is_told_what_it_can_take(tag: Any) -> None:
    """Readings are turned away, and judged all the same."""
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag)
    tag.fill(40)
    tag.show(CELL, TEMP, 0)
    before = len(talk.of_kind(tag, records.READING))
    # The pace is that of a full log.
    tag.steps(8)
    assert len(talk.of_kind(tag, records.READING)) == before
    assert [values[:2] for values in told(tag)] == [(SKIN, 1)]
    assert tag.check() == []


def test_what_the_judging_raises_stops_nothing(worn: Any) -> None:
    worn.spoil_judging()
    before = len(talk.of_kind(worn, records.READING))
    worn.steps(20)
    assert len(talk.of_kind(worn, records.READING)) == before + 20
    assert {talk.values_of(record)["sense"] for record in talk.of_kind(worn, records.FAULT)} == {records.SENSE_FIRMWARE}
    assert worn.check() == []


def test_what_was_not_sampled_is_not_judged(worn: Any) -> None:
    """A failed sampling leaves the values of the one before."""
    worn.show(CELL, TEMP, 0)
    worn.steps(1)
    worn.spoil_sampling()
    before = len(talk.of_kind(worn, records.READING))
    worn.steps(20)
    assert len(talk.of_kind(worn, records.READING)) == before
    assert told(worn) == []
