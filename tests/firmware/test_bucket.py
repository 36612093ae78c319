"""Buckets: how often a class of event is recorded by itself, alone and in the tag."""

from typing import Any

from firmware import talk
from tagproto import messages, records

PERIOD = 1 << 30
TEN_MINUTES = 600_000


def test_tokens_run_out_and_come_back(harness: Any) -> None:
    calls = [["take", 0], ["take", 1], ["take", 2], ["take", 3], ["release", 4], ["release", 1002], ["take", 1003]]
    results = harness.bucket(2, 1000, calls)
    assert [row[0] for row in results] == [True, True, False, False, 0, 2, False]
    assert results[3][1:] == [2, 2, 3]
    assert results[-1][1:] == [1, 1003, 1003]


def test_never_more_than_its_capacity(harness: Any) -> None:
    calls = [["take", 0]] + [["take", 500_000_000]] * 4
    assert [row[0] for row in harness.bucket(3, 1000, calls)] == [True, True, True, True, False]


def test_over_the_wrap_and_after_long_silence(harness: Any) -> None:
    calls = [["take", PERIOD - 10], ["take", PERIOD - 9], ["take", 995], ["take", PERIOD // 2 + 995]]
    assert [row[0] for row in harness.bucket(1, 1000, calls)] == [True, False, True, True]


def parsed(tag: Any, kind: int) -> list[Any]:
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record for record in found if record.kind == kind]


def test_a_strap_toggled_for_a_day(harness: Any) -> None:
    """Eight at once, then one in ten minutes with a count of the rest: one part in 25 of a Pico's log for the day."""
    harness.start(64, 0)
    changes = 8640
    pages = harness.toggle_often("strap", changes, 10_000)["open_page"]
    assert pages < 220
    assert len(harness.log()["seals"]) < 8 + 144 + 3
    # While it goes on, every record that gets a token tells what was held back before it.
    straps = [record.values()["edges"] for record in parsed(harness, records.STRAP)]
    held = [record.values()["count"] for record in parsed(harness, records.REPEATED)]
    assert changes - 60 <= sum(straps) + sum(held) <= changes
    assert harness.check() == []


def test_what_was_held_back_is_counted(tag: Any) -> None:
    tag.toggle_often("strap", 20, 1000)
    tag.advance(TEN_MINUTES)
    tag.steps(1)
    (repeated,) = [record.values() for record in parsed(tag, records.REPEATED)]
    assert len(parsed(tag, records.STRAP)) == 8 + 1
    assert (repeated["kind"], repeated["count"]) == (records.STRAP, 12)
    assert records.ticks_after(repeated["first_ticks"], repeated["last_ticks"]) == 11_000
    assert tag.check() == []


def test_case_has_a_bucket_of_its_own(tag: Any) -> None:
    tag.toggle_often("strap", 30, 1000)
    tag.toggle("case", 1)
    tag.steps(1)
    assert bytes.fromhex(tag.log()["records"][-1])[0] == records.CASE


def test_faults_that_were_held_back_are_counted(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
    for _ in range(12):  # a part that comes and goes: a fault each time it begins to fail
        tag.absent([0x60])
        tag.steps(1)
        tag.absent([])
        tag.steps(1)
    tag.steps(15)
    parsed = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    faults = sum(record.kind == records.FAULT for record in parsed)
    held = sum(record.values()["count"] for record in parsed if record.kind == records.REPEATED)
    assert held > 0
    assert faults + held == 12
    assert tag.state()["faults"] == 12
