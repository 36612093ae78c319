"""Real bracelet readings, played through the emulated sensors, fitted, sampled, sealed, read out and verified."""

import csv
import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from ankletag.evaluate import evaluate, readings
from ankletag.store import Store
from ankletag.time import Clock
from provisioned import judged, provisioned
from support import need_shared_data
from system.commandline import Cli
from taghil.vm.process import Emulator
from tagproto import records

pytestmark = pytest.mark.slow

NAMES = ("BK7610", "BU4707", "CC6740", "DK3500", "HV0618", "JR8022", "MJ8002", "PC6771", "SA0297")
CADENCE_S = 60
# One code of each sense, and half the last digit that the store's units keep.
TAC_CODE_UG_DL = 62.5 / 120_000 / 15 * 1e6 + 0.5
IR_COUNT_MV = 0.1 + 0.5
TEMP_CODE_MDEG_C = 7.8125 + 0.5
# Around a row's change the senses of one reading may fall on either side of it.
EDGE_S = 1.0


def rows_of(path: Path) -> list[tuple[float, float, float, float]]:
    """(seconds since the first row, ug/dL, mV, m degC) of each row, by nobody's code but this."""
    with path.open(newline="") as file:
        raw = list(csv.DictReader(file))
    times = [datetime.fromisoformat(row["local_time"]) for row in raw]
    return [
        (
            (time - times[0]).total_seconds(),
            float(row["tac_g_dl"]) * 1e6,
            float(row["ir_v"]) * 1e3,
            (float(row["temp_f"]) - 32) / 1.8 * 1e3,
        )
        for time, row in zip(times, raw, strict=True)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_what_went_in_comes_out(name: str, start_tag: Callable[..., Emulator], kept: Path) -> None:
    path = need_shared_data() / f"{name}.csv"
    rows = rows_of(path)
    tag = start_tag(replay=path)
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", name, "--cadence", str(CADENCE_S))
    tag.wait_lived(60)
    cli.run("sync")

    with Store(kept / "store.sqlite", create=False) as store:
        verified = judged(store)
    assert verified.against == []
    fit = next(index for index, record in verified.events() if record.kind == records.FIT)
    begun_ms = verified.elapsed_ms[fit]
    found = list(readings(verified, Clock(verified)))

    # Nothing is done to these people's tags, and nothing is told of them; what they drank is drink.
    evaluation = evaluate(verified, verified.clock)
    assert evaluation.baseline is not None
    assert (evaluation.losses, evaluation.remarks, evaluation.notes, evaluation.interferents) == ([], [], [], [])
    assert evaluation.drinking

    # Nothing is missing: one reading a minute from the fitting to the last row, two while TAC rises, in order.
    seconds = [(reading.elapsed_ms - begun_ms) / 1000 for reading in found]
    assert len(found) >= rows[-1][0] / CADENCE_S
    steps = [later - earlier for earlier, later in itertools.pairwise(seconds)]
    assert CADENCE_S / 2 - EDGE_S <= min(steps) <= max(steps) <= CADENCE_S + EDGE_S
    between = [step for step in steps if CADENCE_S / 2 + EDGE_S < step < CADENCE_S - EDGE_S]
    assert between == []
    # Who drinks is sampled more densely.
    assert min(steps) <= CADENCE_S / 2 + EDGE_S
    assert [reading.number for reading in found] == sorted({reading.number for reading in found})

    # Every row that went in comes out of every reading that was taken while it held.
    ends = [row[0] for row in rows[1:]] + [seconds[-1] + EDGE_S]
    for (start_s, tac_ug_dl, ir_mv, temp_mdeg_c), end_s in zip(rows, ends, strict=True):
        during = [
            reading
            for second, reading in zip(seconds, found, strict=True)
            if start_s + (EDGE_S if start_s else 0) <= second <= end_s - EDGE_S
        ]
        assert during, f"no reading between {start_s} and {end_s} s"
        for reading in during:
            assert reading.tac_ug_dl is not None
            assert reading.ir_mv is not None
            assert reading.temp_mdeg_c is not None
            assert abs(reading.tac_ug_dl - tac_ug_dl) <= TAC_CODE_UG_DL
            assert abs(reading.ir_mv - ir_mv) <= IR_COUNT_MV
            assert abs(reading.temp_mdeg_c - temp_mdeg_c) <= TEMP_CODE_MDEG_C
