"""The tag tests itself at each boot and when it is asked, from SPEC.md: recorded, sealed, told in its status."""

from typing import Any

import pytest

from firmware import talk
from tagproto import messages, records, seals

AT_BOOT = sum(1 << bit for bit in range(9))
ASKED = AT_BOOT | records.TEST_SIGNATURE


def found_by(tag: Any) -> list[dict[str, int]]:
    return [talk.values_of(record) for record in talk.of_kind(tag, records.SELF_TEST)]


def test_a_boot_is_sealed_with_its_own(tag: Any) -> None:
    tag.reboot(2)
    assert found_by(tag) == [{"asked": 0, "ran": AT_BOOT, "failed": 0}] * 2
    found = talk.of_kind(tag, records.SELF_TEST)
    for window, record in zip(tag.read().windows, found, strict=True):
        seal = window.seal.seal
        assert seal.reason == seals.REASON_BOOT
        assert seal.first <= record.number < seal.first + seal.count
    assert talk.ask(tag, messages.STATUS)["test_failed"] == 0
    assert tag.check() == []


def test_one_that_is_asked_for_checks_signatures_too_and_is_sealed(tag: Any) -> None:
    reply = talk.ask(tag, messages.SELF_TEST)
    assert (reply["ran"], reply["failed"]) == (ASKED, 0)
    assert found_by(tag)[-1] == {"asked": 1, "ran": ASKED, "failed": 0}
    window = tag.read().windows[-1].seal.seal
    assert (window.number, window.reason) == (reply["seal_number"], seals.REASON_ASKED)
    assert window.first <= int(str(reply["number"])) < window.first + window.count
    assert tag.check() == []


@pytest.mark.parametrize(
    ("broken", "arguments", "bit"),
    [
        ("absent", ([0x49],), records.TEST_CELL),
        ("absent", ([0x48],), records.TEST_CELL),
        ("absent", ([0x4A],), records.TEST_TEMP),
        ("absent", ([0x60],), records.TEST_PROX),
        ("battery", (2000,), records.TEST_BATTERY),
        ("spoil_hash", (), records.TEST_HASH),
        ("spoil_settings", (), records.TEST_FLASH),
        ("spoil_entropy", (), records.TEST_ENTROPY),
        ("spoil_clock", (), records.TEST_CLOCK),
        ("spoil_heap", (), records.TEST_HEAP),
        ("spoil_signing", (), records.TEST_SIGNATURE),
    ],
)
def test_what_is_broken_is_named(tag: Any, broken: str, arguments: Any, bit: int) -> None:
    if broken == "battery":
        # It is measured once in an hour.
        tag.battery(*arguments)
        tag.steps(2)
    values = talk.signed(tag, messages.SELF_TEST, {})
    getattr(tag, broken)(*arguments)
    answered = talk.decoded(bytes.fromhex(tag.exchange(talk.request(messages.SELF_TEST, values).hex())))
    tag.mend()
    ((kind, reply),) = answered
    assert kind == messages.SELF_TEST | messages.REPLY, reply
    assert (reply["ran"], reply["failed"]) == (ASKED, bit)


def test_a_boot_with_a_broken_part_says_so_in_every_status(tag: Any) -> None:
    tag.hold(0x60, 0x0C, "0000")
    tag.reboot(1)
    assert found_by(tag)[-1]["failed"] == records.TEST_PROX
    assert talk.ask(tag, messages.STATUS)["test_failed"] == records.TEST_PROX
    assert tag.check() == []


def test_readings_go_on_in_their_time(tag: Any) -> None:
    talk.fit(tag)
    for _ in range(3):
        tag.steps(1)
        talk.ask(tag, messages.SELF_TEST)
    ticks = [record.ticks for record in talk.of_kind(tag, records.READING)]
    assert {records.ticks_after(ticks[0], one) % 60_000 for one in ticks} == {0}
    assert tag.check() == []


def test_who_asks_without_end_is_told_to_wait(tag: Any) -> None:
    talk.ask(tag, messages.SELF_TEST)
    codes: list[Any] = []
    while not codes:
        # As long as a check of a signature costs, and no longer.
        tag.advance(60_000)
        kind, fields = talk.answer(tag, messages.SELF_TEST)
        codes += [fields["code"]] if kind == messages.ERROR else []
        assert len(found_by(tag)) < 40
    assert codes == [messages.ERROR_BUSY]
    assert tag.check() == []


def test_a_full_log_refuses_it(tag: Any) -> None:
    tag.fill(16)
    codes: list[Any] = []
    while not codes:
        tag.advance(3_600_000)
        kind, fields = talk.answer(tag, messages.SELF_TEST)
        codes += [fields["code"]] if kind == messages.ERROR else []
        assert len(found_by(tag)) < 40
    assert codes == [messages.ERROR_FLASH]
    assert tag.check() == []
