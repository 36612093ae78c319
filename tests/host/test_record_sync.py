"""`sync --record` keeps a session, and a replay of it ends with the same pages, bit for bit."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ankletag.errors import Exit
from ankletag.store import Store
from ankletag.trust.keyfile import write_key
from host.commandline import ANKLETAG, no_findings, run
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import TagMaker
from programme import Programme
from provisioned import LASTING, station_folder
from support import wait_until


@pytest.fixture
def station(tmp_path: Path) -> list[str]:
    return ["--station", str(station_folder(tmp_path / "station"))]


def clock_file(folder: Path, tag: FakeTag) -> list[str]:
    """The station's time is the tag's world's time."""
    tag.catch_up()
    offset = tag.maker.utc_ms - time.time_ns() // 1_000_000
    path = folder / "clock.json"
    path.write_text(json.dumps({"utc_offset_ms": offset}), encoding="utf-8")
    return ["--clock", str(path)]


def pages(path: Path, maker: TagMaker) -> list[bytes]:
    with Store(path, create=False) as store:
        return store.pages(maker.tag_id)


@pytest.fixture
def recorded(maker: TagMaker, terminal: TerminalTag, station: list[str], tmp_path: Path) -> Path:
    """A recorded sync of a fitted tag's second thousand readings, into an empty store."""
    port, clock = ["--port", terminal.port], clock_file(tmp_path, terminal.tag)
    no_findings(run("fit", "--order", "A", *port, *clock, *station, "--store", tmp_path / "fit.sqlite"))
    maker.live([0] * 1000)
    path = tmp_path / "session.jsonl"
    clock = clock_file(tmp_path, terminal.tag)
    where = [*port, *clock, *station, "--store", str(tmp_path / "first.sqlite")]
    no_findings(run("sync", "--record", path, *where))
    return path


def test_a_replay_ends_with_the_same_pages(maker: TagMaker, recorded: Path, station: list[str], tmp_path: Path) -> None:
    before = recorded.read_bytes()
    # Without the tag, in another minute, and without its clock file.
    outcome = run("sync", "--port", f"replay:{recorded}", *station, "--store", tmp_path / "second.sqlite")
    no_findings(outcome)
    assert "nothing speaks against the evidence" in outcome.out
    first = pages(tmp_path / "first.sqlite", maker)
    assert len(first) > 10
    assert pages(tmp_path / "second.sqlite", maker) == first
    assert recorded.read_bytes() == before


def test_over_a_bad_line(maker: TagMaker, terminal: TerminalTag, station: list[str], tmp_path: Path) -> None:
    """Times and repeated requests are in the recording, too."""
    clock = clock_file(tmp_path, terminal.tag)
    no_findings(
        run("fit", "--order", "A", "--port", terminal.port, *clock, *station, "--store", tmp_path / "fit.sqlite")
    )
    maker.live([0] * 1000)
    path, clock = tmp_path / "session.jsonl", clock_file(tmp_path, terminal.tag)
    bad = ["--port", f"lossy:ber=1e-4,drop=1e-4,seed=5,piece=50:{terminal.port}", *clock]
    first = json.loads(
        run("sync", *bad, *station, "--store", tmp_path / "first.sqlite", "--record", path, "--json").out
    )
    assert first["line"]["bad_frames"] > 0
    store = ["--store", str(tmp_path / "second.sqlite")]
    second = json.loads(run("sync", "--port", f"replay:{path}", *station, *store, "--json").out)
    assert second == first
    assert pages(tmp_path / "second.sqlite", maker) == pages(tmp_path / "first.sqlite", maker)


def test_another_stations_replay_differs(recorded: Path, tmp_path: Path) -> None:
    other = station_folder(tmp_path / "other")
    programme = Programme(1, begin_s=LASTING.times[0], end_s=LASTING.times[1])
    (other / "key.pem").unlink()
    write_key(other / "key.pem", programme.region)
    (other / "documents" / "station.cose").write_bytes(programme.certify(programme.region, "Court 9"))
    outcome = run("sync", "--port", f"replay:{recorded}", "--station", other, "--store", tmp_path / "second.sqlite")
    assert outcome.code == Exit.USAGE
    assert f"of {recorded} has" in outcome.err
    assert "(present)" in outcome.err
    assert "Traceback" not in outcome.err


def test_another_command_differs_or_is_answered(recorded: Path, station: list[str]) -> None:
    outcome = run("status", "--port", f"replay:{recorded}")
    assert outcome.code == Exit.USAGE
    assert "(status)" in outcome.err


def test_a_recording_that_was_cut_ends_as_a_cut_line_does(
    maker: TagMaker, recorded: Path, station: list[str], tmp_path: Path
) -> None:
    whole = recorded.read_bytes()
    kept: list[int] = []
    for share in (0.3, 0.6, 0.9):
        recorded.write_bytes(whole[: int(len(whole) * share)])
        store = tmp_path / f"cut{share}.sqlite"
        outcome = run("sync", "--port", f"replay:{recorded}", *station, "--store", store)
        assert outcome.code == Exit.NO_ANSWER, outcome.err
        assert "ends in line" in outcome.err
        kept.append(len(pages(store, maker)))
    assert kept == sorted(kept)
    assert kept[-1] > 0


def test_no_file_is_overwritten_and_nothing_is_asked_then(
    terminal: TerminalTag, station: list[str], tmp_path: Path
) -> None:
    there = tmp_path / "session.jsonl"
    there.write_text("dear")
    outcome = run("sync", "--port", terminal.port, *station, "--store", tmp_path / "s", "--record", there)
    assert outcome.code == Exit.USAGE
    assert "overwrites nothing" in outcome.err
    assert there.read_text() == "dear"
    assert terminal.tag.requests == []


def test_a_port_that_does_not_open_leaves_no_recording(station: list[str], tmp_path: Path) -> None:
    where = ["--port", str(tmp_path / "none"), "--store", str(tmp_path / "s"), *station]
    assert run("sync", *where, "--record", tmp_path / "session.jsonl").code == Exit.PORT_ABSENT
    assert not (tmp_path / "session.jsonl").exists()


def test_the_key_is_not_in_a_recording(recorded: Path, tmp_path: Path) -> None:
    key = load_pem_private_key((tmp_path / "station" / "key.pem").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    secret = key.private_numbers().private_value.to_bytes(32, "big")
    text = recorded.read_text(encoding="utf-8")
    assert secret.hex() not in text
    assert secret[::-1].hex() not in text


def test_ctrl_c_in_a_sync_keeps_what_came(
    maker: TagMaker, terminal: TerminalTag, station: list[str], tmp_path: Path
) -> None:
    """The store opens, has what was confirmed, and the next sync goes on; the recording is good up to there."""
    clock = clock_file(tmp_path, terminal.tag)
    at = ["--port", terminal.port, *clock, *station, "--store", str(tmp_path / "store.sqlite")]
    no_findings(run("fit", "--order", "A", *at[:-1], str(tmp_path / "fit.sqlite")))
    maker.live([0] * 4000)
    clock_file(tmp_path, terminal.tag)
    # A line on which all takes so long that there is time to stop it.
    slow = ["--port", f"lossy:piece=40:{terminal.port}", *at[2:]]
    recording = tmp_path / "session.jsonl"
    process = subprocess.Popen(
        [*ANKLETAG, "sync", "--record", str(recording), *slow],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: recording.exists() and recording.stat().st_size > 20_000, 30, "pages come in")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == Exit.STOPPED
    assert err.strip() == "stopped, nothing lost; run again to go on"
    kept = len(pages(tmp_path / "store.sqlite", maker))
    outcome = run("sync", *at, "--json")
    no_findings(outcome)
    found = json.loads(outcome.out)
    assert found["new_pages"] <= found["pages"] - kept + 2
    back = run("sync", "--port", f"replay:{recording}", *station, "--store", tmp_path / "second.sqlite")
    assert back.code == Exit.NO_ANSWER
    assert "ends in line" in back.err
    # Ctrl-C may have come in the middle of storing what the recording has.
    assert len(pages(tmp_path / "second.sqlite", maker)) >= kept > 0
