"""Power cuts at every flash operation: nothing that counted is lost, no number comes twice, the chain holds."""

from typing import Any

import pytest

from firmware import talk
from tagproto import messages

PARTS = 4
EXPECTED = {"fitting": 250, "items over three pages": 50, "wrapped": 60}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("workload", EXPECTED)
def test_a_cut_at_every_operation(harness: Any, workload: str, part: int) -> None:
    result = harness.run_cuts(workload, part, PARTS)
    assert result["wrong"] == []
    assert result["audit"] == []
    assert result["operations"] >= EXPECTED[workload]
    assert result["cuts"] >= 3 * (EXPECTED[workload] // PARTS)
    assert result["oldest_page"] == (16 if workload == "wrapped" else 0)


def test_a_cut_at_every_operation_of_the_settings(harness: Any) -> None:
    result = harness.settings_cuts(70)
    assert result["wrong"] == []
    assert result["cuts"] >= 3 * 70
    assert result["erases"] >= 3


def test_a_cut_during_the_first_boot_leaves_one_key_record(tag: Any) -> None:
    """Shown for every operation by the workload; here for a boot that is followed by many."""
    key = tag.state()["public_key"]
    for _ in range(5):
        tag.reboot(2)
    assert tag.check() == []
    assert tag.state()["public_key"] == key
    assert tag.state()["boot"] == 6


def test_ticks_wrap_within_a_fitting(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
    before = tag.state()["ticks"]
    after = tag.steps(12)["ticks"]
    assert after < before
    assert tag.check() == []


@pytest.mark.parametrize("every", [3, 4, 7, 13])
def test_exceptions_out_of_flash_operations(tag: Any, every: int) -> None:
    """What fails between the log and what memory remembers of it ends in a reset; nothing that counted is lost."""
    talk.ask(tag, messages.FIT, talk.FITTING)
    result = tag.failures(every, 120)
    assert result["wrong"] == []
    assert result["counts"]["failures"] > 10
    assert result["records"] > 30
