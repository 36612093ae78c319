"""Buckets: how often a class of event is recorded by itself, alone and in the tag. Floods are in test_floods."""

from typing import Any

from firmware import talk
from tagproto import messages, records

PERIOD = 1 << 30
HALF_AN_HOUR = 1_800_000


def test_tokens_run_out_and_come_back(harness: Any) -> None:
    calls = [["take", 0], ["take", 1], ["take", 2], ["take", 3], ["spend", 4], ["spend", 1002], ["take", 1003]]
    results = harness.bucket(2, 1000, calls)
    assert [row[0] for row in results] == [True, True, False, False, False, True, False]
    assert results[3][1:] == [2, 2, 3]
    # Held until somebody has told of them.
    assert results[-1][1:] == [3, 2, 1003]


def test_never_more_than_its_capacity(harness: Any) -> None:
    calls = [["take", 0]] + [["take", 500_000_000]] * 4
    assert [row[0] for row in harness.bucket(3, 1000, calls)] == [True, True, True, True, False]


def test_over_the_wrap_and_after_long_silence(harness: Any) -> None:
    calls = [["take", PERIOD - 10], ["take", PERIOD - 9], ["take", 995], ["take", PERIOD // 2 + 995]]
    assert [row[0] for row in harness.bucket(1, 1000, calls)] == [True, False, True, True]


def parsed(tag: Any, kind: int) -> list[Any]:
    return [record for record in tag.read().records() if record.kind == kind]


def test_what_was_held_back_is_told_once_there_is_a_token(tag: Any) -> None:
    tag.flood_input("strap", 20, 1000)
    assert parsed(tag, records.REPEATED) == []
    tag.advance(HALF_AN_HOUR)
    tag.steps(1)
    (repeated,) = [record.values() for record in parsed(tag, records.REPEATED)]
    assert len(parsed(tag, records.STRAP)) == 8 + 1
    assert (repeated["kind"], repeated["count"]) == (records.STRAP, 12)
    assert records.ticks_after(repeated["first_ticks"], repeated["last_ticks"]) == 11_000
    assert tag.check() == []


def test_what_was_held_back_is_told_before_a_seal(tag: Any) -> None:
    tag.flood_input("strap", 20, 1000)
    talk.ask(tag, messages.SEAL, talk.SEAL)
    (repeated,) = [record.values() for record in parsed(tag, records.REPEATED)]
    assert (repeated["kind"], repeated["count"]) == (records.STRAP, 12)
    assert tag.check() == []
    assert sum(tag.read().proven) == len(tag.read().items)


def test_faults_that_were_held_back_are_counted(tag: Any) -> None:
    talk.fit(tag)
    for _ in range(12):  # a part that comes and goes: a fault each time it begins to fail
        tag.absent([0x60])
        tag.steps(1)
        tag.absent([])
        tag.steps(1)
    tag.advance(HALF_AN_HOUR)
    tag.steps(1)
    found = list(tag.read().records())
    faults = sum(record.kind == records.FAULT for record in found)
    held = sum(record.values()["count"] for record in found if record.kind == records.REPEATED)
    assert held > 0
    assert faults + held == 12
    assert tag.state()["faults"] == 12
