"""Flash that fails: a bad cell or block costs no record, and what flash does not keep is said."""

from typing import Any

import pytest

from firmware import talk
from firmware.conftest import BLOCKS
from tagproto import messages, records
from tagproto.layout import Layout

PAGES = 128
RING = Layout(BLOCKS).ring_first
JOURNAL = Layout(BLOCKS).journal_first


def faults(tag: Any) -> list[Any]:
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record for record in found if record.kind == records.FAULT and record.values()["text"] != bytes(96)]


@pytest.mark.parametrize("index", [0, 1, 9, 15])
@pytest.mark.parametrize("block", [1, 3])
def test_a_cell_that_does_not_program_costs_its_block_and_no_record(tag: Any, block: int, index: int) -> None:
    talk.fit(tag)
    tag.stick_page(RING + block, index)
    tag.fill(60)
    tag.steps(2)
    state = tag.state()
    assert state["retired"] == [block]
    assert state["bad_writes"] == 0
    (fault,) = [record for record in faults(tag) if record.values()["sense"] == records.SENSE_LOG]
    assert fault.values()["code"] == 1
    assert tag.check() == []
    tag.reboot(2)
    assert tag.state()["retired"] == [block]
    assert tag.state()["next_number"] > state["next_number"]
    assert tag.check() == []
    # Round and round without it.
    for _ in range(6):
        tag.fill(20)
        tag.read()
        tag.received(tag.state()["open_page"])
    assert tag.check() == []
    assert tag.state()["retired"] == [block]


def test_a_block_that_does_not_erase_is_left(tag: Any) -> None:
    tag.wear_out(RING + 3)
    for _ in range(8):
        tag.fill(30)
        tag.seal()
        tag.read()
        tag.received(tag.state()["open_page"])
    state = tag.state()
    assert state["retired"] == [3]
    assert state["bad_writes"] == 0
    assert state["open_page"] > 4 * PAGES
    tag.reboot(2)
    assert tag.check() == []


def test_settings_that_flash_does_not_keep_are_a_fault(tag: Any) -> None:
    tag.stick(0)
    tag.stick(1)
    talk.fit(tag)
    tag.steps(5)
    state = tag.state()
    assert state["fitted"]
    assert state["bad_writes"] == 1
    (fault,) = faults(tag)
    assert (fault.values()["sense"], fault.values()["code"]) == (records.SENSE_LOG, 5)
    assert tag.check() == []


def test_a_journal_that_takes_nothing_is_said_once_and_the_log_goes_on(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(2)
    for block in range(JOURNAL, RING):
        tag.stick(block)
    tag.steps(60)
    state = tag.state()
    assert state["bad_writes"] > 50
    assert [record.values()["sense"] for record in faults(tag)] == [records.SENSE_LOG]
    assert state["faults"] == 1
    assert tag.check() == []


def test_keys_that_flash_does_not_take_leave_the_tag_in_its_epoch(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(2)
    for block in range(Layout(BLOCKS).keys_first, JOURNAL):
        tag.stick(block)
    tag.steps(100)
    state = tag.state()
    assert state["seals"] > 6
    # The keys that were announced by then are used up.
    assert state["epoch"] <= 4
    assert tag.check() == []


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_newest_pages_that_go_bad_give_no_number_twice(tag: Any, pages: int) -> None:
    """A boot that cannot read the end of the log skips what may have been there, and says how much."""
    tag.fill(110)
    tag.read()
    before = tag.state()
    counted = before["next_number"]
    for back in range(pages):
        assert tag.flip(before["open_page"] - 1 - back, 1000)
    tag.reboot(2)
    after = tag.state()
    assert after["next_number"] > counted
    assert after["boot"] > before["boot"]
    assert after["seals"] > before["seals"]
    later = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    (boot,) = [record for record in later if record.kind == records.BOOT and record.boot == after["boot"]]
    assert boot.number >= counted
    assert boot.number - boot.values()["skipped"] <= counted
    tag.reboot(2)
    assert tag.state()["boot"] == after["boot"] + 1
    assert tag.state()["seals"] == after["seals"] + 1


@pytest.mark.parametrize("which", [0, 1])
def test_a_key_page_that_goes_bad_costs_no_chain(tag: Any, which: int) -> None:
    """The key that signs, or one of those ahead: another one is made, and announced."""
    talk.fit(tag)
    tag.steps(45)
    tag.read()
    tag.spoil_key(which)
    tag.reboot(2)
    tag.steps(120)
    verified = tag.read()
    # Which key signs may change at once where the present one is gone; what follows is announced again.
    assert [finding.code for finding in verified.against] in ([], ["epoch-gap"])
    assert all(window.held for window in verified.windows)


def test_a_bad_block_in_a_full_ring_keeps_its_pages(tag: Any) -> None:
    talk.fit(tag)
    tag.fill(20)
    tag.seal()
    block = tag.place(tag.state()["open_page"] - 1)
    for index in range(tag.state()["open_page"] % 16 + 1, 16):
        tag.stick_page(block, index)
    tag.fill(0)
    tag.read()
    known = tag.state()["open_page"]
    tag.reboot(2)
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, known))
    tag.fill(60)
    tag.reboot(2)
    assert tag.check() == []


def test_a_bad_last_block_ends_the_log_until_a_receipt(tag: Any) -> None:
    """With nothing receipted there is nowhere to go: a page is lost, with a fault, and the ring is a block smaller."""
    talk.fit(tag)
    tag.fill(0)
    while tag.state()["open_page"] % 16 == 0:
        talk.ask(tag, messages.SEAL, talk.SEAL)
    last = tag.state()["open_page"]
    block = tag.place(last - 1)
    for index in range(last % 16, 16):
        tag.stick_page(block, index)
    kind = messages.SEAL | messages.REPLY
    while kind == messages.SEAL | messages.REPLY:
        kind, _ = talk.answer(tag, messages.SEAL, talk.SEAL)
    assert tag.state()["bad_writes"] == 1
    assert talk.ask(tag, messages.STATUS)["pages_capacity"] == PAGES - 16
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, last))
    tag.steps(300)
    # The log was full: the fault is counted, and told once there is room.
    told = [record.values() for _, record in tag.read().events() if record.kind == records.REPEATED]
    assert [values["count"] for values in told if values["kind"] == records.FAULT] == [1]
    assert tag.state()["retired"] == [block - RING]
    assert tag.state()["readings_lost"] < 5
