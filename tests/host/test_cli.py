"""The command line as users meet it: sentences, exit codes, one JSON document, never a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer

from ankletag.bundle import read_bundle
from ankletag.cli import plugins
from ankletag.errors import EXIT_MEANINGS, Exit, UsageError
from host.commandline import ANKLETAG, bundle_of, no_findings, run
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import TagMaker, fitted
from programme import Programme
from provisioned import LASTING, station_folder
from support import wait_until
from tagproto import records


def set_clock(path: str | Path, tag: FakeTag) -> None:
    """The station's time is the tag's world's time, as an emulator's clock file makes it."""
    tag.catch_up()
    offset = tag.maker.utc_ms - time.time_ns() // 1_000_000
    Path(path).write_text(json.dumps({"utc_offset_ms": offset}), encoding="utf-8")


@pytest.fixture
def at(terminal: TerminalTag, tmp_path: Path) -> list[str]:
    clock = tmp_path / "clock.json"
    set_clock(clock, terminal.tag)
    station = station_folder(tmp_path / "station")
    where = ["--port", terminal.port, "--store", str(tmp_path / "store.sqlite"), "--clock", str(clock)]
    return [*where, "--station", str(station)]


@pytest.fixture
def root(tmp_path: Path) -> list[str]:
    """The authority's key, as a file."""
    return ["--authority", str(station_folder(tmp_path / "station") / "root.cose")]


def test_from_fit_to_report(
    maker: TagMaker, terminal: TerminalTag, at: list[str], root: list[str], tmp_path: Path
) -> None:
    no_findings(run("fit", "--order", "A-1", *at))
    maker.live([0] * 100 + [60_000] * 50 + [0] * 50)
    set_clock(at[5], terminal.tag)
    no_findings(run("sync", *at))
    store = at[2:4]
    outcome = run("verify", *store, *root)
    no_findings(outcome)
    assert "HOLDS: every bit" in outcome.out
    assert "certified     by North, of Programme 1, whose key was given" in outcome.out
    outcome = run("events", *store)
    no_findings(outcome)
    assert "episode 1:" in outcome.out
    assert "never: strap open" in outcome.out
    outcome = run("report", *store, *root, "--out", tmp_path / "out")
    no_findings(outcome)
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "A-1" in html
    assert "North, of Programme 1" in html
    bundle = tmp_path / "out" / "evidence.zip"
    outcome = run("verify", bundle)
    no_findings(outcome)
    assert "AUTHORITY NOT CHECKED" in outcome.out
    no_findings(run("verify", bundle, "--authority", LASTING.root.point.hex()))
    no_findings(run("report", bundle, "--out", tmp_path / "again"))
    assert (tmp_path / "again" / "evidence.zip").read_bytes() == bundle.read_bytes()
    outcome = run("remove", *at)
    no_findings(outcome)
    assert "NOT MONITORED" in outcome.out


def test_the_bundle_holds_what_a_third_party_needs_and_nothing_of_others(
    maker: TagMaker, terminal: TerminalTag, at: list[str], root: list[str], tmp_path: Path
) -> None:
    from ankletag.store import Store

    no_findings(run("fit", "--order", "A-1", *at))
    with Store(Path(at[3])) as store:
        other = Programme(2)
        store.add_documents([*other.chain, other.list_document(1), TagMaker(LASTING, seed=5).certificate])
    no_findings(run("report", *at[2:4], *root, "--out", tmp_path))
    documents = read_bundle(tmp_path / "evidence.zip").documents
    assert documents == sorted([*LASTING.chain, maker.certificate])
    no_findings(run("verify", tmp_path / "evidence.zip", *root))


def test_json_is_one_document_and_nothing_else(
    maker: TagMaker, terminal: TerminalTag, at: list[str], root: list[str], tmp_path: Path
) -> None:
    port, store = at[:2], at[2:4]
    fit = json.loads(run("fit", "--order", "A-1", *at, "--json").out)
    assert fit["tag"] == maker.tag_id.hex()
    assert fit["certified"] is True
    maker.live([0] * 10 + [60_000] * 5 + [0])
    set_clock(at[5], terminal.tag)
    assert json.loads(run("sync", *at, "--json").out)["readings"] == 16
    assert json.loads(run("status", *port, "--json").out)["fitted"] == 1
    assert json.loads(run("log", *port, "--json").out)["lines"][0] == "boot 0, cause 1"
    verified = json.loads(run("verify", *store, *root, "--json").out)
    assert verified["held"] is True
    assert verified["certified"] is True
    assert verified["certified_by"] == "North, of Programme 1"
    assert verified["last_seal"]["hash"] == maker.previous.hex()
    assert verified["first_utc"].startswith("2026-06-15T15:06:3")
    assert json.loads(run("verify", *store, "--json").out)["certified"] is False
    events = json.loads(run("events", *store, "--json", "--order", "A-1").out)
    assert [event["kind"] for event in events["events"]][:3] == ["boot", "key", "config"]
    assert events["episodes"][0]["readings_above"] == 5
    report = json.loads(run("report", *store, "--out", tmp_path, "--json").out)
    assert report["episodes"] == 1
    disclosed = tmp_path / "record.json"
    made = json.loads(run("disclose", *store, "--record", "9", "--out", disclosed, "--json").out)
    assert made["record"] == 9
    shown = json.loads(run("verify", disclosed, *root, "--json").out)
    assert (shown["held"], shown["record"], shown["certified"]) == (True, 9, True)
    assert json.loads(run("remove", *at, "--json").out)["removed"] is True


def test_the_store_is_a_witness_of_what_it_has_seen(
    maker: TagMaker, terminal: TerminalTag, at: list[str], root: list[str]
) -> None:
    from ankletag.store import Store

    no_findings(run("fit", "--order", "A-1", *at))
    with Store(Path(at[3])) as store:
        store.add_witness(maker.tag_id, 99, bytes(32), 1)
    outcome = run("verify", *at[2:4], *root)
    assert outcome.code == Exit.FINDINGS
    assert "[tail-missing]" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["sync", "--port", "{tmp}/none", "--store", "{tmp}/s"], Exit.PORT_ABSENT, "There is no port"),
        (["verify", "{tmp}/none.zip"], Exit.USAGE, "cannot be read"),
        (["verify", "--store", "{tmp}/none.sqlite"], Exit.STORE, "There is no store"),
        (["verify", "{tmp}/clock.json"], Exit.EVIDENCE_REFUSED, "does not disclose a record"),
        (["verify", "{tmp}/empty"], Exit.USAGE, "is empty"),
        (["verify", "{tmp}/zeros"], Exit.USAGE, "is not an evidence bundle"),
        (["verify", "{tmp}"], Exit.USAGE, "cannot be read"),
        (["verify", "--authority", "{tmp}/zeros"], Exit.USAGE, "longer than"),
        (["verify", "--authority", "{tmp}/empty"], Exit.USAGE, "is empty"),
        (["verify", "--authority", "{tmp}"], Exit.USAGE, "{tmp}"),
        (["verify", "--authority", "nobody"], Exit.USAGE, "neither a file nor a key"),
        (["verify", "--authority", "02" + "ff" * 32], Exit.USAGE, "has no such point"),
        (["verify", "{tmp}/x.zip", "--witness", "5"], Exit.USAGE, "neither a file nor a seal's number and hash"),
        (["verify", "{tmp}/x.zip", "--witness", "5:0011"], Exit.USAGE, "16 or more hex digits"),
        (["verify", "{tmp}/x.zip", "--witness", "99999999999:00112233445566778899"], Exit.USAGE, "neither a file"),
        (["verify", "{tmp}/x.zip", "--witness", "{tmp}/other.zip"], Exit.USAGE, "is of tag"),
        (["disclose", "{tmp}/x.zip"], Exit.USAGE, "--record"),
        (["sync", "--no-such-option"], Exit.USAGE, "--no-such-option"),
        (["fit"], Exit.USAGE, "--order"),
        (["wash"], Exit.USAGE, "wash"),
    ],
)
def test_errors_have_their_code_and_sentence(tmp_path: Path, arguments: list[str], code: Exit, sentence: str) -> None:
    (tmp_path / "clock.json").write_text("{}")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "zeros").write_bytes(bytes(10_000_000))
    bundle_of(fitted(), tmp_path).rename(tmp_path / "x.zip")
    bundle_of(fitted(seed=9), tmp_path).rename(tmp_path / "other.zip")
    station = station_folder(tmp_path / "station")
    if arguments[0] == "sync" and "--port" in arguments:
        arguments = [*arguments, "--station", str(station)]
    outcome = run(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert outcome.code == code
    assert sentence.replace("{tmp}", str(tmp_path)) in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[1]",
        "[" * 100_000,
        '{"utc_offset_ms": "now"}',
        '{"utc_offset_ms": true}',
        # Times that have no place on the wire, or would contradict every later one.
        '{"utc_offset_ms": -4000000000000}',
        '{"utc_offset_ms": 4611686018427387000}',
    ],
)
def test_a_bad_clock_file_is_said(terminal: TerminalTag, at: list[str], content: str) -> None:
    Path(at[5]).write_text(content)
    outcome = run("sync", *at)
    assert outcome.code == Exit.USAGE
    assert "clock" in outcome.err


def test_a_sync_tells_of_readings_that_a_full_log_lost(terminal: TerminalTag, at: list[str]) -> None:
    assert run("fit", "--order", "A", *at).code == Exit.OK
    maker = terminal.tag.maker
    maker.event(records.LOST, count=77, first_ticks=maker.ticks, last_ticks=maker.ticks)
    outcome = run("sync", *at)
    assert outcome.code == Exit.OK
    assert "77 readings" in outcome.out
    assert "not-certified" not in outcome.out


def test_a_tag_of_another_version_is_exit_code_7(tmp_path: Path) -> None:
    station = station_folder(tmp_path / "station")
    with TerminalTag(FakeTag(fitted([0]), version=2)) as terminal:
        outcome = run("sync", "--port", terminal.port, "--store", tmp_path / "store.sqlite", "--station", station)
    assert outcome.code == Exit.OTHER_VERSION
    assert "version 2" in outcome.err
    assert "version 1" in outcome.err


def test_a_second_fit_is_exit_code_8(at: list[str]) -> None:
    no_findings(run("fit", "--order", "A-1", *at))
    outcome = run("fit", "--order", "A-2", *at)
    assert outcome.code == Exit.TAG_REFUSED
    assert "already fitted" in outcome.err


def test_several_tags_in_the_store_are_told_apart(tmp_path: Path) -> None:
    from ankletag.store import Store

    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        store.see_tag(b"tag-0001", 1)
        store.see_tag(b"tag-0002", 2)
    outcome = run("verify", "--store", path)
    assert outcome.code == Exit.USAGE
    assert b"tag-0001".hex() in outcome.err
    assert b"tag-0002".hex() in outcome.err
    assert run("verify", "--store", path, "--tag", b"tag-0002".hex()).code == Exit.FINDINGS
    assert run("verify", "--store", path, "--tag", "00").code == Exit.USAGE


def test_ctrl_c_says_that_nothing_is_lost(tmp_path: Path) -> None:
    tag = FakeTag(fitted([0]))
    tag.garble = lambda kind, data: b""  # so that the command waits for a reply
    with TerminalTag(tag) as terminal:
        where = ["--store", str(tmp_path / "store.sqlite"), "--station", str(station_folder(tmp_path / "station"))]
        words = [*ANKLETAG, "sync", "--port", terminal.port, *where]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: bool(tag.requests), 30, "the command asks the tag")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == Exit.STOPPED
    assert err.strip() == "stopped, nothing lost; run again to go on"


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    maker = fitted([0])
    for _ in range(3000):
        maker.strap(False)
        if len(maker.closed) > 900:
            break
    words = [*ANKLETAG, "events", str(bundle_of(maker, tmp_path))]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == Exit.OK
    assert err == b""


def test_a_fault_of_the_program_is_a_sentence_and_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from ankletag.cli import verify as verify_command

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setitem(verify_command.__globals__, "load", broken)
    outcome = run("verify", "x.zip")
    assert outcome.code == Exit.INTERNAL
    assert "Traceback" not in outcome.err
    (kept,) = tmp_path.glob("ankletag-fault-*.txt")
    assert str(kept) in outcome.err
    assert "by nothing" in kept.read_text()


def test_help_names_every_command_and_exit_code() -> None:
    outcome = run("--help")
    no_findings(outcome)
    for command in ("fit", "sync", "verify", "events", "report", "disclose", "remove", "status", "log", "plan"):
        assert command in outcome.out
    words = " ".join(outcome.out.split())
    for code, meaning in EXIT_MEANINGS.items():
        assert f"{int(code)} {meaning}" in words
    assert run("--version").out.startswith("ankletag ")


def test_a_plug_in_that_cannot_be_loaded_breaks_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_package.cli:broken", plugins.GROUP)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [broken])
    no_findings(run("--help"))
    outcome = run("broken")
    assert outcome.code == Exit.USAGE
    assert "cannot be loaded" in outcome.err


def test_a_plug_in_is_called_with_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = EntryPoint("pretty", "textwrap:shorten", plugins.GROUP)

    def pretty(days: int = 3) -> None:
        print(days * 2)

    monkeypatch.setattr(EntryPoint, "load", lambda self: pretty)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [calendar])
    assert run("pretty", "--days", "4").out == "8\n"


def test_a_plug_in_may_be_a_group_and_its_commands_are_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    group = typer.Typer(help="Two words.")

    @group.command("double")
    def double(days: int = 3) -> None:
        if days < 0:
            raise UsageError("No such days.", "Give others.")
        print(days * 2)

    entry = EntryPoint("pretty", "textwrap:shorten", plugins.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: group)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [entry])
    assert run("pretty", "double", "--days", "4").out == "8\n"
    refused = run("pretty", "double", "--days", "-1")
    assert (refused.code, "No such days." in refused.err) == (Exit.USAGE, True)
    assert "Two words." in run("--help").out


def test_the_documented_exit_codes_are_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "commands.md"
    rows = {
        (int(cells[1]), cells[2].strip())
        for cells in (line.split("|") for line in page.read_text(encoding="utf-8").splitlines())
        if len(cells) == 4 and cells[1].strip().isdigit()
    }
    assert rows == {(int(code), meaning) for code, meaning in EXIT_MEANINGS.items()}


def test_help_is_quick_because_heavy_parts_are_loaded_late() -> None:
    program = (
        "import sys; from ankletag.cli import build; build(['sync'])\n"
        "print([name for name in ('alembic', 'matplotlib', 'jinja2', 'taghil') if name in sys.modules])"
    )
    run_ = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert run_.stdout.strip() == "[]"
