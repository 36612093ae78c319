"""The ring: round and round after receipts, full without them."""

import itertools
from typing import Any

import pytest

from firmware import talk
from firmware.conftest import TICKS
from tagproto import messages, records
from tagproto.layout import EVENT_RESERVE_PAGES

PAGES = 128


def kinds(tag: Any) -> list[int]:
    return [int(record[:2], 16) for record in tag.log()["records"]]


def test_every_seal_is_of_its_own_epoch_and_verifies(tag: Any) -> None:
    key = tag.state()["public_key"]
    talk.fit(tag)
    tag.steps(45)
    assert tag.check() == []
    verified = tag.read()
    assert [window.seal.seal.epoch for window in verified.windows] == [0, 1, 2, 3]
    assert verified.public_key.hex() == key
    assert tag.state()["public_key"] == key
    assert tag.state()["epoch"] == 4


def test_the_ring_goes_round_after_receipts(tag: Any) -> None:
    for _ in range(8):
        tag.fill(40)
        assert tag.seal()
        tag.received(tag.state()["open_page"])
        assert tag.check() == []
    state = tag.state()
    assert state["open_page"] > 4 * PAGES
    # What lies there is what fits: the blocks but the one that was erased for the newest pages.
    assert PAGES - 16 <= state["open_page"] - state["oldest_page"] <= PAGES
    tag.reboot(2)
    assert tag.check() == []
    assert tag.state()["boot"] == 2


def test_what_no_receipt_covers_is_never_erased(tag: Any) -> None:
    tag.fill(70)
    tag.seal()
    tag.read()
    tag.received(40)
    tag.fill(0)
    # 40 pages are two whole blocks: no page from 32 on was erased.
    assert 0 < tag.state()["oldest_page"] <= 32
    assert tag.state()["free_pages"] >= 0
    assert tag.check() == []


def test_a_full_ring_keeps_the_old_evidence(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(3)
    tag.fill(0)
    tag.seal()
    before = tag.log()["records"]
    state = tag.state()
    assert EVENT_RESERVE_PAGES - 3 <= state["free_pages"] <= EVENT_RESERVE_PAGES
    assert tag.event() is None
    lost = tag.steps(10)["readings_lost"]
    assert lost == 10
    assert tag.log()["records"] == before
    # Boots without room write nothing to the ring: many of them would eat the oldest evidence.
    for _ in range(5):
        tag.reboot(2)
        tag.steps(2)
    assert tag.log()["records"] == before
    again = tag.state()
    assert (again["open_page"], again["open_fill"]) == (state["open_page"], state["open_fill"])
    assert again["oldest_page"] == 0
    assert tag.check() == []


def fill_to_the_end(tag: Any) -> None:
    """A full ring, and on the way there a turn in which the tag can say that it slows down."""
    tag.fill(11)
    tag.steps(1)
    tag.fill(0)


def test_a_receipt_frees_a_full_ring(tag: Any) -> None:
    talk.fit(tag)
    fill_to_the_end(tag)
    tag.seal()
    tag.reboot(2)
    tag.steps(7)
    assert tag.state()["readings_lost"] == 7
    tag.read()
    talk.introduce(tag)
    lost = tag.state()["readings_lost"]
    reply = talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, tag.state()["open_page"] - 1))
    assert tag.state()["free_pages"] > 64
    tag.steps(3)
    assert tag.check() == []
    behind = [record for record in tag.read().records() if record.boot == 2]
    # The boot comes first, then what was lost, then the receipt.
    assert [record.kind for record in behind[:3]] == [records.BOOT, records.LOST, records.RECEIPT]
    assert behind[1].values()["count"] == lost
    assert behind[2].number == reply["number"]
    assert [record.kind for record in behind[3:]].count(records.READING) >= 2


def test_a_receipt_covers_what_lies_before_its_page_only(tag: Any) -> None:
    """The acknowledged page was open when the host read it: what came into it since, no host has."""
    while tag.state()["open_page"] % 16 != 15:
        tag.event()
    page = tag.state()["open_page"]
    tag.seal()
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, page))
    while tag.state()["open_page"] == page:
        tag.event()
    assert talk.ask(tag, messages.STATUS)["received_page"] == page
    tag.fill(0)
    assert tag.state()["oldest_page"] <= page - 15
    assert tag.check() == []


def test_a_receipt_leaves_the_open_window_alone(tag: Any) -> None:
    """A boot reads it again: without its seal the chain would begin anew."""
    tag.fill(100)
    tag.seal()
    sealed = tag.state()["open_page"]
    tag.fill(60)
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, tag.state()["open_page"]))
    assert talk.ask(tag, messages.STATUS)["received_page"] <= sealed
    tag.fill(0)
    seals = tag.state()["seals"]
    tag.reboot(2)
    assert tag.state()["seals"] >= seals
    assert tag.check() == []


def test_weeks_at_the_end_of_the_log(tag: Any) -> None:
    """No seal of nothing eats the last pages, and the ticks can be told apart all the time."""
    talk.fit(tag)
    fill_to_the_end(tag)
    tag.seal()
    free = tag.state()["free_pages"]
    tag.steps(12_000)
    assert tag.state()["free_pages"] >= free - 3
    tag.reboot(2)
    tag.toggle("strap", 1)
    tag.steps(2)
    tag.toggle("strap", 0)
    tag.steps(12_000)
    tag.read()
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, tag.state()["open_page"]))
    tag.steps(70)
    assert tag.check() == []
    found = list(tag.read().events())
    # Nothing that happened is without a word: what found no room is counted.
    told = [record for _, record in found if record.kind == records.STRAP]
    told += [
        record for _, record in found if record.kind == records.REPEATED and record.values()["kind"] == records.STRAP
    ]
    assert told


def test_a_nearly_full_ring_slows_the_tag_down_and_a_receipt_ends_that(tag: Any) -> None:
    # 90 % of 31 blocks are 446 pages.
    tag.start(42, TICKS)
    talk.fit(tag)
    tag.fill(52)
    tag.steps(1)
    assert tag.state()["cadence_s"] == 60
    tag.fill(48)
    tag.steps(1)
    assert tag.state()["cadence_s"] == 1800
    tag.seal()
    tag.read()
    seals = tag.state()["seals"]
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, tag.state()["open_page"]))
    tag.steps(2)
    assert tag.state()["cadence_s"] == 60
    # Quick again, it seals at once.
    assert tag.state()["seals"] == seals + 1
    assert tag.check() == []
    configs = [record.values() for record in tag.read().records() if record.kind == records.CONFIG]
    assert [values["cadence_s"] for values in configs[-3:]] == [60, 1800, 60]
    assert [values["seal_interval_s"] for values in configs[-3:]] == [1200, 86400, 1200]


def test_readings_stop_before_events_do(tag: Any) -> None:
    talk.fit(tag)
    tag.fill(64)
    taken = kinds(tag).count(records.READING)
    tag.steps(5)
    assert kinds(tag).count(records.READING) == taken
    tag.toggle("case", 1)
    tag.steps(1)
    found = kinds(tag)
    assert records.CASE in found
    assert found[found.index(records.CASE) - 1] == records.LOST
    assert tag.check() == []


def silences_ms(tag: Any) -> list[int]:
    """Ticks between each record and the next."""
    ticks = [record.ticks for data in tag.log()["records"] if (record := records.parse(bytes.fromhex(data)))]
    return [(later - earlier) % records.TICKS_PERIOD_MS for earlier, later in itertools.pairwise(ticks)]


@pytest.mark.parametrize("fitted", [True, False])
def test_no_silence_is_longer_than_the_ticks_can_tell(tag: Any, fitted: bool) -> None:
    """In a drawer, or full: a month later a verifier must still know how long it was."""
    # So big that readings are turned away when it is slow already.
    tag.start(52, TICKS)
    if fitted:
        talk.fit(tag, {**talk.FITTING, "cadence_s": 3600})
        tag.fill(64)
    lost = tag.steps(31 * 24)["readings_lost"]
    tag.event()
    assert max(silences_ms(tag)) <= 4 * 86_400_000 + 3_600_000
    assert tag.check() == []
    counts = [record.values()["count"] for record in tag.read().records() if record.kind == records.LOST]
    assert sum(counts) == lost == (31 * 24 if fitted else 0)
