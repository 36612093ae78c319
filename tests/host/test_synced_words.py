"""What is said of line and senses after a read-out: nothing where they were good."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.errors import Exit
from host.commandline import Outcome, run
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import fitted
from provisioned import LASTING, station_folder
from tagproto import messages, tamper


@pytest.fixture
def terminal() -> Iterator[TerminalTag]:
    tag = FakeTag(fitted([0] * 800, seed=1, programme=LASTING))
    tag.real_time = True
    with TerminalTag(tag) as at_port:
        yield at_port


def sync(terminal: TerminalTag, folder: Path) -> str:
    """The report of a sync that ends well, for people."""
    return synced(terminal, folder).out


def synced(terminal: TerminalTag, folder: Path, *words: str) -> Outcome:
    terminal.tag.catch_up()
    offset = terminal.tag.maker.utc_ms - time.time_ns() // 1_000_000
    (folder / "clock.json").write_text(json.dumps({"utc_offset_ms": offset}), encoding="utf-8")
    own = ["--station", str(station_folder(folder / "station")), "--store", str(folder / "store.sqlite")]
    outcome = run("sync", "--port", terminal.port, "--clock", folder / "clock.json", *own, *words)
    assert outcome.code == Exit.OK, outcome.err
    return outcome


def damaged(times: int, terminal: TerminalTag) -> None:
    """So many frames of data come with more wrong than can be mended."""
    left = [times]

    def garble(kind: int, data: bytes) -> bytes:
        if kind != messages.DATA or not left[0]:
            return data
        left[0] -= 1
        middle = len(data) // 2
        return data[: middle - 8] + b"\x55\xaa\x55\xaa" * 4 + data[middle + 8 :]

    terminal.tag.garble = garble


def test_of_a_good_line_nothing_is_said(terminal: TerminalTag, tmp_path: Path) -> None:
    report = sync(terminal, tmp_path)
    assert "line was bad" not in report
    first = report.splitlines()[0]
    pages = first.split(": ")[1].split()[0]
    assert first.startswith(f"tag {terminal.tag.maker.tag_id.hex()}: {pages} new pages")
    assert f"{pages} in all, seal " in first


@pytest.mark.parametrize(("times", "words"), [(1, "1 damaged frame,"), (2, "2 damaged frames,")])
def test_a_bad_line_is_said_with_figures(terminal: TerminalTag, tmp_path: Path, times: int, words: str) -> None:
    damaged(times, terminal)
    (line,) = (line for line in sync(terminal, tmp_path).splitlines() if "line" in line)
    assert line.startswith(f"the line was bad: {words} ")
    assert line.endswith("; all put right")


def test_a_sense_that_gives_nothing_now_is_warned_of(terminal: TerminalTag, tmp_path: Path) -> None:
    words = "WARNING: a sense of the tag gives no value now"
    terminal.tag.tampers = 1 << tamper.LIQUID
    assert words not in synced(terminal, tmp_path).err
    terminal.tag.tampers = 1 << tamper.SENSE
    assert words in synced(terminal, tmp_path).err
    assert json.loads(synced(terminal, tmp_path, "--json").out)["sense_lost"] is True
