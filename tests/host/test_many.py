"""Several tags read out at once: each has its report, one that fails or is stopped leaves the others alone."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ankletag.errors import Exit
from ankletag.store import Store
from ankletag.verify import Given, verify_pages
from host.commandline import ANKLETAG, run
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import fitted
from provisioned import LASTING, station_folder
from support import wait_until
from tagproto import messages

DEADLINE_S = 30


class Station:
    """Fitted tags at their ports, and the options that a command needs."""

    def __init__(self, terminals: list[TerminalTag], folder: Path) -> None:
        self.terminals = terminals
        self.store = folder / "store.sqlite"
        self.clocks = [folder / f"clock{index}.json" for index in range(len(terminals))]
        for terminal, clock in zip(terminals, self.clocks, strict=True):
            terminal.tag.catch_up()
            offset = terminal.tag.maker.utc_ms - time.time_ns() // 1_000_000
            clock.write_text(json.dumps({"utc_offset_ms": offset}), encoding="utf-8")
        self.own = ["--station", str(station_folder(folder / "station")), "--store", str(self.store)]

    @property
    def words(self) -> list[str]:
        """Every port with its clock."""
        pairs = zip(self.terminals, self.clocks, strict=True)
        return [*(word for tag, clock in pairs for word in ("--port", tag.port, "--clock", str(clock))), *self.own]

    def whole(self, index: int) -> bool:
        """Everything that a tag sealed is in the store and holds."""
        maker = self.terminals[index].tag.maker
        with Store(self.store, create=False) as store:
            given = Given((LASTING.root.point,), store.documents())
            verified = verify_pages(store.pages(maker.tag_id), maker.public_key, maker.tag_id, given)
        return not verified.against and len(verified.windows) == maker.seal_count

    def id_of(self, index: int) -> str:
        return self.terminals[index].tag.maker.tag_id.hex()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with ExitStack() as stack:
        tags = [FakeTag(fitted([0] * 800, seed=seed, programme=LASTING)) for seed in (1, 2, 3)]
        for tag in tags:
            tag.real_time = True
        yield Station([stack.enter_context(TerminalTag(tag)) for tag in tags], tmp_path)


def test_each_is_read_out_and_reported(station: Station) -> None:
    outcome = run("sync", *station.words)
    assert outcome.code == Exit.OK, outcome.out + outcome.err
    parts = outcome.out.split("\n\n")
    for index, terminal in enumerate(station.terminals):
        assert parts[index].split()[0] == terminal.port
        assert f"tag {station.id_of(index)}: " in parts[index]
        assert "nothing speaks against the evidence" in parts[index]
        assert station.whole(index)
        assert terminal.tag.received


def test_they_are_read_out_at_the_same_time(station: Station) -> None:
    """Each tag answers its hello only when all of them have been asked."""
    meeting = threading.Barrier(len(station.terminals), timeout=DEADLINE_S)

    def meddle(kind: int, values: dict) -> dict:
        if kind == messages.HELLO and not meeting.broken:
            meeting.wait()
        return values

    for terminal in station.terminals:
        terminal.tag.meddle = meddle
    # A hello that the client asked again while the others were on their way waits for nobody.
    outcome = run("sync", *station.words)
    meeting.abort()
    assert outcome.code == Exit.OK, outcome.err


@pytest.mark.slow
def test_one_that_fails_does_not_stop_the_others(station: Station) -> None:
    station.terminals[1].tag.garble = lambda kind, data: b""
    outcome = run("sync", *station.words)
    assert outcome.code == Exit.NO_ANSWER
    port = station.terminals[1].port
    assert outcome.err.splitlines()[:3] == ["", port, f"error: The tag on {port} does not answer 'hello'."]
    assert port not in outcome.out
    assert station.whole(0)
    assert station.whole(2)
    assert "Traceback" not in outcome.err


def test_json_is_a_list_with_the_port_and_the_code_of_each(station: Station, tmp_path: Path) -> None:
    absent = str(tmp_path / "none")
    words = [*station.words, "--port", absent, "--clock", str(station.clocks[0]), "--json"]
    outcome = run("sync", *words)
    assert outcome.code == Exit.PORT_ABSENT
    found = json.loads(outcome.out)
    assert [one["port"] for one in found] == [*(terminal.port for terminal in station.terminals), absent]
    assert [one["exit_code"] for one in found] == [0, 0, 0, 3]
    assert [one["tag"] for one in found[:3]] == [station.id_of(index) for index in range(3)]
    assert found[3]["error"] == f"There is no port {absent}."
    assert found[3]["next"]


def test_the_exit_code_is_the_worst(station: Station, tmp_path: Path) -> None:
    # Findings for the first, another version for the second, and no port for the third.
    station.terminals[0].tag.hidden = {3}
    station.terminals[1].tag.version = 9
    words = [*station.words[:8], "--port", str(tmp_path / "none"), "--clock", str(station.clocks[2]), *station.own]
    found = run("sync", *words, "--json")
    assert [one["exit_code"] for one in json.loads(found.out)] == [Exit.FINDINGS, Exit.OTHER_VERSION, Exit.PORT_ABSENT]
    assert found.code == Exit.OTHER_VERSION


def test_all_that_are_found(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [station.terminals[2].port, "/dev/absent", station.terminals[0].port]
    monkeypatch.setenv("ANKLETAG_PORTS", " ".join(ports))
    outcome = run("sync", "--all", "--clock", station.clocks[0], *station.own, "--json")
    assert outcome.code == Exit.OK, outcome.err
    assert [one["tag"] for one in json.loads(outcome.out)] == [station.id_of(2), station.id_of(0)]
    assert "no tag on /dev/absent: There is no port /dev/absent." in outcome.err
    assert station.terminals[1].tag.requests == []
    monkeypatch.setenv("ANKLETAG_PORTS", ports[0])
    assert len(json.loads(run("sync", "--all", "--clock", station.clocks[2], *station.own, "--json").out)) == 1
    monkeypatch.setenv("ANKLETAG_PORTS", "/dev/absent")
    assert run("sync", "--all", *station.own).code == Exit.PORT_ABSENT


def test_two_with_one_number_contradict_each_other_and_both_are_kept(station: Station) -> None:
    """A copy of a tag, plugged in beside it: both write under one number at the same time."""
    copy = FakeTag(fitted([0] * 800, seed=1, programme=LASTING))
    copy.real_time = True
    with TerminalTag(copy) as other:
        words = [*station.words[:4], "--port", other.port, *station.words[2:4], *station.own, "--json"]
        outcome = run("sync", *words)
    assert outcome.code == Exit.FINDINGS
    found = json.loads(outcome.out)
    assert found[0]["tag"] == found[1]["tag"]
    for one in found:
        assert "page-differs" in [finding["code"] for finding in one["findings"]]
    hashes = {one["seal_hash"] for one in found}
    assert len(hashes) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--all", "--port", "x"], "--all means every tag"),
        (["--all", "--tag", "0011"], "--all means every tag"),
        (["--port", "x", "--port", "y", "--tag", "0011"], "One --tag for 2 ports"),
        (["--port", "x", "--port", "y", "--port", "x"], "The port x was named twice."),
        (["--port", "{tmp}/x", "--port", "{tmp}/../{last}/x"], "was named twice, also as {tmp}/x."),
        (["--port", "x", "--port", "y", "--record", "{tmp}/r"], "one tag"),
        (["--port", "x", "--port", "y", *["--clock", "{tmp}/c"] * 3], "3 clock files do not fit 2 ports"),
        (["--port", "x", *["--clock", "{tmp}/c"] * 2], "2 clock files for one tag"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, words: list[str], sentence: str) -> None:
    own = ["--station", str(station_folder(tmp_path / "station")), "--store", str(tmp_path / "store.sqlite")]

    def placed(text: str) -> str:
        return text.replace("{tmp}", str(tmp_path)).replace("{last}", tmp_path.name)

    outcome = run("sync", *map(placed, words), *own)
    assert outcome.code == Exit.USAGE
    assert placed(sentence) in outcome.err
    assert not (tmp_path / "r").exists()


def test_ctrl_c_stops_all_and_leaves_nothing_half_written(station: Station) -> None:
    for terminal in station.terminals[1:]:
        # These never get beyond their first page.
        terminal.tag.meddle = lambda kind, values: None if kind == messages.READ else values
    process = subprocess.Popen(
        [*ANKLETAG, "sync", *station.words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    first = station.terminals[0].tag
    waiting = [terminal.tag for terminal in station.terminals[1:]]
    wait_until(
        lambda: bool(first.received) and all(messages.READ in tag.requests for tag in waiting),
        DEADLINE_S,
        "one is done and the others wait for pages",
    )
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == Exit.STOPPED
    assert "Traceback" not in err
    found = json.loads(out)
    assert found[0]["new_pages"] == found[0]["pages"]
    assert [one["exit_code"] for one in found] == [0, 130, 130]
    assert "nothing lost" in found[1]["error"]
    assert station.whole(0)
    for tag in waiting:
        tag.meddle = lambda kind, values: values
    outcome = run("sync", *station.words, "--json")
    assert outcome.code == Exit.OK, outcome.err
    assert all(station.whole(index) for index in range(3))


def test_a_fault_in_one_is_told_when_the_others_are_reported(
    station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ankletag.cli import syncmany

    whole = syncmany.run

    def broken(client, *rest):  # type: ignore[no-untyped-def]
        if client.transport.name == station.terminals[1].port:
            raise ZeroDivisionError("by nothing")
        return whole(client, *rest)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(syncmany, "run", broken)
    outcome = run("sync", *station.words)
    assert outcome.code == Exit.INTERNAL
    assert outcome.out.count("nothing speaks against the evidence") == 2
    (kept,) = tmp_path.glob("ankletag-fault-*.txt")
    assert str(kept) in outcome.err
    assert "by nothing" in kept.read_text()
    assert station.whole(0)
    assert station.whole(2)
