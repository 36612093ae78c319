"""Reading out and changing orders, from SPEC.md: what a station may read and when, and how one order ends."""

import itertools
from typing import Any

import pytest

from firmware import talk
from firmware.talk import PROGRAMME, Values, read
from tagproto import coding, messages, pages, records
from tagproto.records import Record

OTHER: Values = {**talk.FITTING, "order_id": b"another order id"}


def opened(tag: Any, scope: int) -> None:
    signer = PROGRAMME.station if scope == 1 else PROGRAMME.root
    talk.introduce(tag)
    talk.ask(tag, messages.OPEN, {"scope": scope}, signer)


def assert_closed(tag: Any) -> None:
    assert talk.refused(tag, messages.READ, talk.ANY) == messages.ERROR_RIGHT


def records_in(stream: list[tuple[int, bytes]]) -> list[Record]:
    """What can be read of these pages alone."""
    reader = pages.Reader()
    found = []
    for _, raw in stream:
        page = pages.parse(raw)
        assert isinstance(page, pages.Page)
        found += [item.value for item in reader.feed(page) if getattr(item, "kind", None) == coding.RECORD]
    return found


def records_of(tag: Any, kind: int) -> list[Record]:
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record for record in found if isinstance(record, Record) and record.kind == kind]


def receipted(tag: Any) -> None:
    """A receipt for all that lies in the tag."""
    tag.seal()
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, tag.state()["open_page"]))


def test_nothing_is_read_that_was_not_opened(tag: Any) -> None:
    assert_closed(tag)
    opened(tag, 1)
    assert len(read(tag)[0]) == tag.state()["open_page"] + 1
    # Reading needs no signature of its own, and opening leaves no record; refusing does.
    assert records_of(tag, records.OPENED) == []


def test_it_closes_by_itself(tag: Any) -> None:
    talk.fit(tag)
    opened(tag, 1)
    tag.advance(messages.OPEN_LIFE_MS)
    assert [seq for seq, _ in read(tag, 0, 1)[0]] == [0]
    opened(tag, 1)
    tag.advance(messages.OPEN_LIFE_MS + 1)
    assert_closed(tag)


@pytest.mark.parametrize("days", [6, 7, 13])
def test_it_does_not_open_again_when_the_ticks_go_round(tag: Any, days: int) -> None:
    opened(tag, 1)
    for _ in range(days * 24 + 1):
        tag.steps(1)
    assert_closed(tag)


def test_a_boot_closes_it(tag: Any) -> None:
    opened(tag, 1)
    tag.reboot(2)
    assert_closed(tag)


def test_a_change_of_trust_closes_it(tag: Any) -> None:
    opened(tag, 1)
    talk.present(tag, PROGRAMME.list_document(1))
    assert_closed(tag)


def test_a_receipt_closes_it(tag: Any) -> None:
    """The session is over: who comes next has to be allowed to read."""
    opened(tag, 1)
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag))
    assert_closed(tag)


def test_the_order_before_is_not_a_stations_to_read(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(30)
    removed = talk.ask(tag, messages.REMOVE, {"reason": 1})["number"]
    status = talk.ask(tag, messages.STATUS)
    assert (status["order_page"], status["unreceipted"]) == (0, 1)
    opened(tag, 1)
    before = [seq for seq, _ in read(tag)[0]]
    assert before[0] == 0
    tag.event()
    receipted(tag)
    assert talk.ask(tag, messages.STATUS)["unreceipted"] == 0
    talk.fit(tag, OTHER)
    tag.steps(3)
    first = talk.ask(tag, messages.STATUS)["order_page"]
    assert isinstance(first, int)
    assert first > 0
    opened(tag, 1)
    for asked in (0, first):
        stream, end = read(tag, asked)
        assert [seq for seq, _ in stream] == list(range(first, tag.state()["open_page"] + 1))
        assert end["oldest_page"] == first
    assert read(tag, 0, first)[0] == []
    # The page ends with the order: nothing of the earlier one runs on into what the station gets.
    page = pages.parse(stream[0][1])
    assert isinstance(page, pages.Page)
    assert page.first == 0
    numbers = [record.number for record in records_in(stream)]
    # What happens between two orders is the later one's.
    assert numbers[0] == int(str(removed)) + 1
    assert all(record.kind != records.REMOVE for record in records_in(stream))
    tag.reboot(2)
    opened(tag, 1)
    assert read(tag)[0][0][0] == first
    opened(tag, 2)
    assert [seq for seq, _ in read(tag)[0]] == list(range(tag.state()["open_page"] + 1))
    assert tag.check() == []


def test_breaking_the_glass_is_recorded_as_it_was_signed(tag: Any) -> None:
    values = talk.signed(tag, messages.OPEN, {"scope": 2}, PROGRAMME.root)
    talk.ask(tag, messages.OPEN, values)
    (record,) = records_of(tag, records.OPENED)
    assert record.values() == values
    tag.seal()
    assert tag.check() == []


@pytest.mark.parametrize("kind", [messages.FIT, messages.REMOVE, messages.ACKNOWLEDGE, messages.CONFIGURE])
def test_records_hold_what_was_signed(tag: Any, kind: int) -> None:
    if kind in (messages.REMOVE, messages.CONFIGURE):
        talk.fit(tag)
    talk.introduce(tag)
    body: Values = {
        messages.FIT: talk.FITTING,
        messages.REMOVE: {"reason": 9},
        messages.ACKNOWLEDGE: talk.receipt(tag),
        messages.CONFIGURE: {"cadence_s": 300, "seal_interval_s": 3600, **talk.STANDARD},
    }[kind]
    values = talk.signed(tag, kind, body)
    number = talk.ask(tag, kind, values)["number"]
    left = {
        messages.FIT: records.FIT,
        messages.REMOVE: records.REMOVE,
        messages.ACKNOWLEDGE: records.RECEIPT,
        messages.CONFIGURE: records.CONFIGURED,
    }[kind]
    (record,) = records_of(tag, left)
    assert (record.number, record.values()) == (number, values)
    tag.seal()
    assert tag.check() == []


def test_another_order_waits_for_the_receipt_of_all_pages(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(200)
    early = talk.receipt(tag, tag.state()["open_page"])
    talk.ask(tag, messages.ACKNOWLEDGE, early)
    talk.ask(tag, messages.REMOVE, {"reason": 1})
    assert talk.refused(tag, messages.FIT, OTHER) == messages.ERROR_RECEIPT
    ended = tag.state()["open_page"]
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, ended - 1))
    assert talk.refused(tag, messages.FIT, OTHER) == messages.ERROR_RECEIPT
    tag.reboot(2)
    assert talk.refused(tag, messages.FIT, OTHER) == messages.ERROR_RECEIPT
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, ended))
    talk.ask(tag, messages.FIT, OTHER)
    assert tag.check() == []


def test_the_same_order_goes_on_without_a_receipt(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(5)
    for _ in range(2):
        talk.ask(tag, messages.REMOVE, {"reason": 1})
        talk.fit(tag)
        tag.steps(5)
    assert talk.ask(tag, messages.STATUS)["order_page"] == 0
    assert tag.check() == []


def test_configure_changes_the_fitting_under_way(tag: Any) -> None:
    pace: Values = {"cadence_s": 300, "seal_interval_s": 3600, **talk.STANDARD}
    assert talk.refused(tag, messages.CONFIGURE, pace) == messages.ERROR_STATE
    talk.fit(tag)
    for wrong in ({"cadence_s": 0}, {"cadence_s": 86_401}, {"seal_interval_s": 59}, {"seal_interval_s": 345_601}):
        assert talk.refused(tag, messages.CONFIGURE, {**pace, **wrong}) == messages.ERROR_RANGE
    configs = len(records_of(tag, records.CONFIG))
    number = talk.ask(tag, messages.CONFIGURE, pace)["number"]
    status = talk.ask(tag, messages.STATUS)
    assert (status["cadence_s"], status["seal_interval_s"]) == (300, 3600)
    config = records_of(tag, records.CONFIG)[configs]
    assert config.number == int(str(number)) + 1
    assert config.values()["cadence_s"] == 300
    tag.steps(10)
    tag.reboot(2)
    assert talk.ask(tag, messages.STATUS)["cadence_s"] == 300
    tag.steps(20)
    ticks = [record.ticks for record in records_of(tag, records.READING)][-15:]
    assert {records.ticks_after(a, b) for a, b in itertools.pairwise(ticks)} == {300_000}
    assert tag.check() == []
    # The next fitting has its own pace.
    talk.ask(tag, messages.REMOVE, {"reason": 1})
    talk.fit(tag)
    assert talk.ask(tag, messages.STATUS)["cadence_s"] == 60
