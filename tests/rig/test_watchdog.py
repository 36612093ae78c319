"""The emulated board's watchdog: firmware that hangs, or that samples no more, comes back by itself and says so."""

from pathlib import Path

import pytest

from ankletag.models import Pace
from ankletag.verify import Verified
from provisioned import whole_life
from taghil.vm.process import Emulator
from tagproto import records

LIVE_S = 30.0
# The firmware, whose sampling breaks with its fiftieth reading until the watchdog has reset the tag.
PROGRAM = """
import main
from tag import sampling
sample = sampling.Sampler.sample
taken = 0
def broken(sampler):
    global taken
    taken += 1
    if taken > 50 and sampler._board.reset_cause != 2:
        {breaks}
    sample(sampler)
sampling.Sampler.sample = broken
main.run()
"""
RAISES = 'raise ValueError("no good")'
HANGS = "while True: sampler._clock.sleep_ms(100)"


def lived(folder: Path, breaks: str) -> Verified:
    """Two hours of a fitted tag with this firmware, read out."""
    program = folder / "program.py"
    program.write_text(PROGRAM.format(breaks=breaks))
    with Emulator(folder / "state", program=program, days=2 / 24) as tag:
        return whole_life(tag, Pace(60, 21_600), LIVE_S).verified


@pytest.mark.parametrize(("breaks", "silent_s"), [(HANGS, 8), (RAISES, 660)], ids=["hangs", "raises"])
def test_a_tag_whose_sampling_breaks_comes_back(kept: Path, breaks: str, silent_s: int) -> None:
    verified = lived(kept, breaks)
    assert [finding.code for finding in verified.findings if finding.severity == "against"] == []
    boots = [record.values() for _, record in verified.events() if record.kind == records.BOOT]
    assert [boot["cause"] for boot in boots if isinstance(boot, dict)] == [1, 2]
    texts = [record.body[4:] for _, record in verified.events() if record.kind == records.FAULT]
    assert any(b"no good" in text for text in texts) == (breaks == RAISES)
    readings = [record.boot for record in verified.records() if record.kind == records.READING]
    # A reading a minute, and none while it was broken.
    missed = silent_s // 60 + 1
    assert readings.count(1) == 49
    assert 120 - 49 - missed - 2 <= readings.count(2) <= 120 - 49 - missed + 2
