"""A tag that lives on a battery, and one that takes fixes, through the emulator."""

from pathlib import Path

import pytest

from ankletag.models import Pace
from ankletag.verify import Verified
from provisioned import whole_life
from taghil.vm.process import Emulator
from tagproto import battery, records, seals, thresholds
from tagproto.records import Record

pytestmark = pytest.mark.slow
LIVE_S = 100.0
CADENCE_S, SEAL_S = 60, 21_600


def lived(folder: Path, scenario: str, fix_interval_s: int = 0) -> tuple[Verified, list[Record], dict[str, int]]:
    """A scenario from fitting to read-out: (what was verified, its records, the tag's last status)."""
    with Emulator(folder, scenario=scenario, seed=1) as tag:
        life = whole_life(tag, Pace(CADENCE_S, SEAL_S, fix_interval_s=fix_interval_s), LIVE_S)
    assert life.verified.against == []
    return life.verified, list(life.verified.records()), life.status


def of(log: list[Record], kind: int) -> list[tuple[int, dict[str, int]]]:
    """(place in the log, fields) of the records of a kind."""
    found = []
    for place, record in enumerate(log):
        values = record.values()
        if record.kind == kind and isinstance(values, dict):
            found.append((place, {name: value for name, value in values.items() if isinstance(value, int)}))
    return found


def test_ten_days_left_are_told_within_a_day_and_an_empty_battery_is_an_outage(kept: Path) -> None:
    verified, log, status = lived(kept / "tag", "battery")
    (low,) = of(log, records.THRESHOLD)
    assert (low[1]["threshold"], low[1]["begun"]) == (thresholds.BATTERY, 1)
    minutes = sum(record.kind == records.READING for record in log[: low[0]])
    # 60 % at the fitting; seals for strap, skin and the like are not planned for.
    charge_uah = 0.6 * battery.CELL_MAH * 1000
    left_days = charge_uah / battery.draw_uah(CADENCE_S, SEAL_S, 0) - minutes / 1440
    assert left_days == pytest.approx(10, abs=1)
    assert seals.REASON_THRESHOLD in [window.seal.seal.reason for window in verified.windows]
    # It gives up, and comes back with the fresh one.
    (_, first), (again, second) = of(log, records.BOOT)
    assert (first["cause"], second["cause"]) == (1, 1)
    lasted = sum(record.kind == records.READING for record in log[:again]) / 1440
    assert lasted == pytest.approx(minutes / 1440 + left_days, abs=1)
    assert 2850 < status["battery_mv"] < 3050


def test_fixes_are_taken_on_their_schedule_and_only_where_the_sky_is_seen(kept: Path) -> None:
    _, log, status = lived(kept / "tag", "gnss", 3600)
    fixes = [values for _, values in of(log, records.FIX)]
    # From 9 to 18 on day 1, from 8 to 18 on days 2 and 3, and the hour before 9 on the last morning.
    assert len(fixes) == pytest.approx(9 + 10 + 10 + 1, abs=2)
    for values in fixes:
        place = (515156130, -1019300) if values["longitude_e7"] < -900_000 else (515287300, -825400)
        # Some ten metres.
        assert values["latitude_e7"] == pytest.approx(place[0], abs=1500)
        assert values["longitude_e7"] == pytest.approx(place[1], abs=2500)
        # 2.5 m in each axis.
        assert values["accuracy_dm"] == 35
    assert of(log, records.FAULT) == []
    assert sum(record.kind == records.READING for record in log) > 3 * 1440 - 5
    assert status["fix_interval_s"] == 3600


def test_a_board_without_a_receiver_tells_it_once(kept: Path) -> None:
    scenario = kept / "still.toml"
    scenario.write_text("start = 2026-03-02T09:00:00Z\ndays = 1\n")
    _, log, _ = lived(kept / "tag", str(scenario), 3600)
    assert [(values["sense"], values["code"]) for _, values in of(log, records.FAULT)] == [(records.SENSE_GNSS, 110)]
