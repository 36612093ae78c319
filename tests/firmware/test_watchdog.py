"""The watchdog is fed by progress only: a tag that samples and serves no more is reset, and not too often."""

from typing import Any

import pytest

from firmware import talk
from tagproto import messages, records

MINUTE_MS = 60_000
# What a tag may be stuck for, and again behind such a reset; a reading is due in a minute at least; eight seconds more.
STUCK_MS, AGAIN_MS = 10 * MINUTE_MS, 60 * MINUTE_MS


def faults(tag: Any) -> list[str]:
    return [bytes(talk.values_of(record)["text"]).decode() for record in talk.of_kind(tag, records.FAULT)]


# Who waits for an hour, as this board lets it, is seen to be late behind that only.
@pytest.mark.parametrize(
    ("broken", "late_ms"),
    [
        ("spoil_sampling", MINUTE_MS),
        ("spoil_serving", MINUTE_MS),
        ("spoil_judging", MINUTE_MS),
        # From the seal on that is due in 20 minutes.
        ("spoil_sealing", 20 * MINUTE_MS),
        ("spoil_schedule", 110 * MINUTE_MS),
    ],
)
def test_who_makes_no_progress_is_reset_and_goes_on(tag: Any, broken: str, late_ms: int) -> None:
    talk.fit(tag)
    getattr(tag, broken)()
    took_ms = tag.watched(300)
    assert STUCK_MS <= took_ms <= STUCK_MS + MINUTE_MS + late_ms
    boots = talk.of_kind(tag, records.BOOT)
    assert [talk.values_of(boot)["cause"] for boot in boots] == [1, 2]
    if broken != "spoil_schedule":
        assert "NoneType" in faults(tag)[0]
    before = len(talk.of_kind(tag, records.READING))
    tag.steps(20)
    assert len(talk.of_kind(tag, records.READING)) >= before + 20
    # Who waited for an hour was late with a seal, too.
    assert all(found.startswith("seal-late") for found in tag.check())


def test_what_no_boot_mends_resets_it_once_an_hour(tag: Any) -> None:
    talk.fit(tag)
    tag.spoil_sampling()
    assert tag.watched(300)
    tag.spoil_sampling()
    assert AGAIN_MS <= tag.watched(300) <= AGAIN_MS + 2 * MINUTE_MS
    assert tag.check() == []


def test_one_that_samples_is_never_reset(tag: Any) -> None:
    talk.fit(tag)
    assert tag.watched(300) == 0
    talk.ask(tag, messages.CONFIGURE, {**talk.FITTING, "cadence_s": 86_400})
    assert tag.watched(10) == 0
    assert tag.check() == []


def test_one_that_waits_for_a_fitting_is_never_reset(tag: Any) -> None:
    assert tag.watched(50) == 0
    # Nobody has to sample.
    tag.spoil_sampling()
    assert tag.watched(50) == 0


def test_a_stage_that_fails_now_and_then_is_no_reason(tag: Any) -> None:
    talk.fit(tag)
    for part in (0x48, 0x49, 0x4A, 0x60):
        tag.absent([part])
        assert tag.watched(20) == 0
    assert len(talk.of_kind(tag, records.READING)) >= 80
