"""The ring: round and round after receipts, full without them, and what a bad cell costs."""

import itertools
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from firmware import talk
from tagproto import messages, records, seals

PAGES = 128


def kinds(tag: Any) -> list[int]:
    return [int(record[:2], 16) for record in tag.log()["records"]]


def receipt(page: int) -> dict[str, int | bytes]:
    return {"page": page, "seal_number": 0, "seal_hash": bytes(32), "station": b"station1", "statement": b""}


def test_every_seal_is_signed_with_the_key_in_the_log(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
    tag.steps(45)
    log = tag.log()
    first = [records.parse(bytes.fromhex(data)) for data in log["records"]]
    (key,) = [record.values()["public_key"] for record in first if record.kind == records.KEY]
    public = ec.EllipticCurvePublicNumbers(
        int.from_bytes(key[:32], "big"), int.from_bytes(key[32:], "big"), ec.SECP256R1()
    ).public_key()
    assert len(log["seals"]) == 4
    for data in log["seals"]:
        seal = seals.parse(bytes.fromhex(data))
        assert isinstance(seal, seals.SignedSeal)
        r, s = (int.from_bytes(half, "big") for half in (seal.signature[:32], seal.signature[32:]))
        public.verify(encode_dss_signature(r, s), seal.signed_bytes(), ec.ECDSA(hashes.SHA256()))


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
    tag.received(40)
    tag.fill(0)
    # 40 pages are two whole blocks: no page from 32 on was erased.
    assert tag.state()["oldest_page"] == 32
    assert tag.state()["free_pages"] >= 0
    assert tag.check() == []


def test_a_full_ring_keeps_the_old_evidence(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
    tag.steps(3)
    tag.fill(0)
    tag.seal()
    before = tag.log()["records"]
    state = tag.state()
    assert 0 <= state["free_pages"] <= 4
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


def test_a_receipt_frees_a_full_ring(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
    tag.fill(0)
    tag.seal()
    tag.reboot(2)
    tag.steps(7)
    lost = tag.state()["readings_lost"]
    assert lost == 7
    reply = talk.ask(tag, messages.ACKNOWLEDGE, receipt(tag.state()["open_page"] - 1))
    assert tag.state()["free_pages"] > 64
    tag.steps(3)
    assert tag.check() == []
    parsed = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    behind = [record for record in parsed if record.boot == 2]
    # The boot comes first, then what was lost, then the receipt.
    assert [record.kind for record in behind[:3]] == [records.BOOT, records.LOST, records.RECEIPT]
    assert behind[1].values()["count"] == lost
    assert behind[2].number == reply["number"]
    assert [record.kind for record in behind[3:]].count(records.READING) >= 2


def faults(tag: Any) -> list[Any]:
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record for record in found if record.kind == records.FAULT and record.values()["text"] != bytes(96)]


def test_readings_stop_before_events_do(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
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


def test_a_cell_that_does_not_program_is_counted_and_costs_its_page_only(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
    tag.stick(3)
    tag.fill(118)
    assert tag.state()["bad_writes"] == 1
    tag.steps(3)
    (fault,) = [record for record in faults(tag) if record.values()["sense"] == records.SENSE_LOG]
    assert fault.values()["code"] == 5
    number = tag.state()["next_number"]
    wrong = [sentence for sentence in tag.check() if "page" in sentence]
    assert wrong
    assert all(sentence.startswith(("page 3", "page 4: Bad(cut")) for sentence in wrong)
    sealed = len(tag.log()["seals"])
    tag.reboot(2)
    assert tag.state()["next_number"] > number
    assert tag.state()["seals"] > sealed


def test_settings_that_flash_does_not_keep_are_a_fault(tag: Any) -> None:
    tag.stick_settings()
    talk.ask(tag, messages.FIT, talk.FITTING)
    tag.steps(5)
    state = tag.state()
    assert state["fitted"]
    assert state["bad_writes"] == 1
    assert [record.values()["sense"] for record in faults(tag)] == [records.SENSE_LOG]
    assert tag.check() == []


def test_a_journal_that_takes_nothing_is_said_once_and_the_log_goes_on(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
    tag.steps(2)
    tag.stick_journal()
    tag.steps(60)
    state = tag.state()
    assert state["bad_writes"] > 50
    assert [record.values()["sense"] for record in faults(tag)] == [records.SENSE_LOG]
    assert state["faults"] == 1
    assert tag.check() == []


def test_a_bad_cell_in_a_blocks_first_page_hides_no_newer_page(tag: Any) -> None:
    tag.stick(16)
    tag.fill(108)
    before = tag.state()
    assert before["bad_writes"] == 1
    assert before["open_page"] > 17
    tag.reboot(2)
    after = tag.state()
    assert after["open_page"] >= before["open_page"]
    assert after["next_number"] > before["next_number"]


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_bad_cells_in_the_newest_pages_give_no_number_twice(tag: Any, pages: int) -> None:
    """A boot that cannot read the end of the log skips what may have been there, and says how much."""
    for seq in range(2, 2 + pages):
        tag.stick(seq)
    tag.fill(127 - 1 - pages)
    before = tag.state()
    counted = tag.counted()
    assert (before["open_page"], before["bad_writes"]) == (2 + pages, pages)
    tag.reboot(2)
    after = tag.state()
    assert after["next_number"] > before["next_number"]
    assert after["boot"] > before["boot"]
    assert after["seals"] > before["seals"]
    log = tag.log()
    later = [records.parse(bytes.fromhex(data)) for data in log["records"]]
    (boot,) = [record for record in later if record.kind == records.BOOT and record.boot == after["boot"]]
    assert boot.number > max(counted)
    assert boot.number - boot.values()["skipped"] <= max(counted) + 1
    tag.reboot(2)
    assert tag.state()["boot"] == after["boot"] + 1
    assert tag.state()["seals"] == after["seals"] + 1


def silences_ms(tag: Any) -> list[int]:
    """Ticks between each record and the next."""
    ticks = [record.ticks for data in tag.log()["records"] if (record := records.parse(bytes.fromhex(data)))]
    return [(later - earlier) % records.TICKS_PERIOD_MS for earlier, later in itertools.pairwise(ticks)]


@pytest.mark.parametrize("fitted", [True, False])
def test_no_silence_is_longer_than_the_ticks_can_tell(tag: Any, fitted: bool) -> None:
    """In a drawer, or full: a month later a verifier must still know how long it was."""
    if fitted:
        talk.ask(tag, messages.FIT, {**talk.FITTING, "cadence_s": 3600})
        tag.fill(64)
    lost = tag.steps(31 * 24)["readings_lost"]
    tag.event()
    assert max(silences_ms(tag)) <= 4 * 86_400_000 + 3_600_000
    counts = [
        record.values()["count"]
        for data in tag.log()["records"]
        if (record := records.parse(bytes.fromhex(data))).kind == records.LOST
    ]
    assert sum(counts) == lost == (31 * 24 if fitted else 0)
    assert tag.check() == []
