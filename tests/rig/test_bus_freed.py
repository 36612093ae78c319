"""A bus that a part holds in the middle of a transfer: the emulated tag clocks it free."""

from pathlib import Path

import pytest

from ankletag.models import Pace
from provisioned import whole_life
from taghil.vm.process import Emulator
from tagproto import records

LIVE_S = 60.0
NOTHING = records.FLAG_NO_CELL | records.FLAG_NO_TEMP | records.FLAG_NO_PROX
SCENARIO = """
start = 2026-03-02T09:00:00Z
days = 0.1
[[stuck_bus]]
from = "1 10:00"
to = "1 10:30"
until_clocked = {}
"""


@pytest.mark.parametrize(("until_clocked", "lost"), [("true", 1), ("false", 30)])
def test_what_a_tag_loses_to_a_bus_that_is_held(kept: Path, until_clocked: str, lost: int) -> None:
    scenario = kept / "held.toml"
    scenario.write_text(SCENARIO.format(until_clocked))
    with Emulator(kept / "tag", scenario=str(scenario), seed=1) as tag:
        verified = whole_life(tag, Pace(60, 21_600), LIVE_S).verified
    log = list(verified.records())
    flags = [record.body[0] for record in log if record.kind == records.READING]
    assert flags.count(NOTHING) == pytest.approx(lost, abs=1 if lost > 1 else 0)
    assert flags.count(0) == len(flags) - flags.count(NOTHING)
    senses = [record.body[0] for record in log if record.kind == records.FAULT]
    assert sorted(senses) == [records.SENSE_CELL, records.SENSE_TEMP, records.SENSE_PROX]
