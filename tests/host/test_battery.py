"""What is said of a tag's battery: in status and after a read-out, in millivolts and days."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.battery import Battery, battery_of
from ankletag.client import Values
from ankletag.errors import Exit
from host.commandline import Outcome, run
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import fitted
from provisioned import LASTING, station_folder
from tagproto.battery import days_left


@pytest.fixture
def terminal() -> Iterator[TerminalTag]:
    with TerminalTag(FakeTag(fitted([0] * 20, seed=1, programme=LASTING))) as at_port:
        yield at_port


def status(terminal: TerminalTag, mv: int) -> tuple[str, int | None]:
    """The line on the days for people, and the figure in JSON."""
    terminal.tag.battery_mv = mv
    shown, document = run("status", "--port", terminal.port), run("status", "--port", terminal.port, "--json")
    assert (shown.code, document.code) == (Exit.OK, Exit.OK)
    (line,) = (line for line in shown.out.splitlines() if line.startswith("battery_days"))
    return line, json.loads(document.out)["battery_days"]


@pytest.mark.parametrize(
    ("mv", "words"),
    [
        (3000, "3000 mV, lasts about 23 more days at this pace"),
        (2630, "2630 mV, lasts about 4 more days at this pace"),
        (2440, "2440 mV, lasts about 1 more day at this pace"),
        (2001, "2001 mV, is empty within a day"),
    ],
)
def test_status_says_millivolts_and_days(terminal: TerminalTag, mv: int, words: str) -> None:
    line, days = status(terminal, mv)
    assert line.endswith(words)
    assert days == days_left(mv, 60, 21600, 0)


def test_a_tag_that_measures_none_says_so(terminal: TerminalTag) -> None:
    line, days = status(terminal, 0)
    assert line.endswith("the tag measures none")
    assert days is None


def sync(terminal: TerminalTag, folder: Path, mv: int, *words: str) -> Outcome:
    terminal.tag.battery_mv = mv
    offset = terminal.tag.maker.utc_ms - time.time_ns() // 1_000_000
    (folder / "clock.json").write_text(json.dumps({"utc_offset_ms": offset}), encoding="utf-8")
    own = ["--station", str(station_folder(folder / "station")), "--store", str(folder / "store.sqlite")]
    outcome = run("sync", "--port", terminal.port, "--clock", folder / "clock.json", *own, *words)
    assert outcome.code == Exit.OK, outcome.err
    return outcome


def test_sync_says_it_and_warns_in_the_last_ten_days(terminal: TerminalTag, tmp_path: Path) -> None:
    good = sync(terminal, tmp_path, 2900)
    assert "battery: 2900 mV, lasts about " in good.out
    assert "battery is low" not in good.err
    low = sync(terminal, tmp_path, 2700)
    assert "WARNING: the battery is low" in low.err
    assert json.loads(sync(terminal, tmp_path, 2700, "--json").out)["battery"] == {"mv": 2700, "days": 6}
    none = sync(terminal, tmp_path, 0)
    assert "battery" not in none.out + none.err
    assert json.loads(sync(terminal, tmp_path, 0, "--json").out)["battery"] is None


def test_what_no_tag_says_is_no_battery() -> None:
    values: Values = {"battery_mv": 3000, "cadence_s": 0, "seal_interval_s": 0, "fix_interval_s": 0}
    assert battery_of(values) is None
    assert battery_of({**values, "cadence_s": 1}) == Battery(3000, days_left(3000, 1, 0, 0))
    assert battery_of({**values, "cadence_s": 3600, "battery_mv": 65535}) == Battery(65535, 23)
