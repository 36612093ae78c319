"""What the commands of a session say: the wearer's sheet, another pace, what was not acknowledged, a tag put back."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.errors import Exit
from host.commandline import no_findings, run
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import TagMaker, fitted
from provisioned import LASTING, station_folder
from tagproto import records

Served = tuple[TerminalTag, list[str]]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A fitted tag at a terminal, and the options of a station that talks to it."""
    with TerminalTag(FakeTag(fitted([0] * 900, programme=LASTING))) as terminal:
        yield terminal, options(terminal, tmp_path)


def options(terminal: TerminalTag, folder: Path) -> list[str]:
    clock = folder / "clock.json"
    offset = terminal.tag.maker.utc_ms - time.time_ns() // 1_000_000
    clock.write_text(json.dumps({"utc_offset_ms": offset}), encoding="utf-8")
    where = {"--port": terminal.port, "--store": folder / "store.sqlite", "--clock": clock}
    where["--station"] = station_folder(folder / "station")
    return [str(word) for option in where.items() for word in option]


def test_a_sync_prints_the_line_for_the_wearers_sheet_and_the_store_keeps_it(served: Served) -> None:
    terminal, at = served
    outcome = run("sync", *at)
    no_findings(outcome)
    maker = terminal.tag.maker
    assert f"for the wearer's sheet: seal {maker.seal_count - 1}, {maker.previous.hex()[:16]}" in outcome.out
    document = json.loads(run("sync", *at, "--json").out)
    assert (document["seal"], document["seal_hash"]) == (maker.seal_count - 1, maker.previous.hex())
    assert (document["certified"], document["not_acknowledged_because"], document["behind"]) == (True, None, False)


def test_configure_says_what_was_and_what_is(served: Served) -> None:
    terminal, at = served
    outcome = run("configure", "--cadence", "300", "--seal", "7200", *at)
    no_findings(outcome)
    assert "now:    one reading in 300 s, a seal at least every 7200 s" in outcome.out
    document = json.loads(run("configure", "--cadence", "120", "--seal", "3600", "--json", *at).out)
    assert (document["cadence_s"], document["seal_interval_s"]) == (120, 3600)
    assert terminal.tag.maker.config["cadence_s"] == 120
    assert run("configure", "--cadence", "0", "--seal", "3600", *at).code == Exit.USAGE


def test_what_was_not_acknowledged_is_said(served: Served) -> None:
    terminal, at = served
    terminal.tag.hidden = {2}
    outcome = run("sync", *at)
    assert outcome.code == Exit.FINDINGS
    assert "did not give pages 2." in outcome.err
    assert terminal.tag.received == 0
    document = json.loads(run("sync", *at, "--json").out)
    assert (document["not_acknowledged_because"], document["absent_pages"]) == ("it did not give all its pages", [2])


def test_a_tag_that_was_put_back_is_said(served: Served, tmp_path: Path) -> None:
    terminal, _ = served
    terminal.tag.maker.live([0] * 1000)
    assert run("sync", *options(terminal, tmp_path)).code == Exit.OK
    older = fitted([0] * 900, programme=LASTING)
    with TerminalTag(FakeTag(older)) as again:
        outcome = run("sync", *options(again, tmp_path))
    assert outcome.code == Exit.FINDINGS
    assert "has seen a later seal of this tag" in outcome.err
    assert "nothing was acknowledged" not in outcome.err


def test_a_tag_that_belongs_to_nobody_is_told_from_one_that_belongs_to_others(tmp_path: Path) -> None:
    maker = TagMaker()
    maker.boot()
    for provisioned, said in ((False, "ankletag provision"), (True, "is not certified")):
        tag = FakeTag(maker, provisioned=provisioned)
        # Its root, and no certificate of its own: its authority was cut short.
        tag.gate.certificates = [b"", b""]
        with TerminalTag(tag) as terminal:
            outcome = run("sync", *options(terminal, tmp_path))
        assert said in outcome.err
        assert outcome.code == (Exit.FINDINGS if provisioned else Exit.TAG_REFUSED)


def test_a_log_that_is_damaged_is_acknowledged_when_somebody_says_so(served: Served) -> None:
    terminal, at = served
    maker, tag = terminal.tag.maker, terminal.tag
    maker.closed[3] = bytes((maker.closed[3][0] ^ 1,)) + maker.closed[3][1:]
    for _ in range(2):
        outcome = run("sync", *at)
        assert outcome.code == Exit.FINDINGS
        assert "nothing was acknowledged" in outcome.err
        assert tag.received == 0
    outcome = run("sync", "--damaged", *at)
    assert outcome.code == Exit.FINDINGS
    assert "page-bad" in outcome.out
    assert "nothing was acknowledged" not in outcome.err
    assert tag.received > 3
    # What was given up once is not asked for again.
    assert "nothing was acknowledged" not in run("sync", *at).err


def test_fit_and_configure_name_a_profile(served: Served) -> None:
    terminal, at = served
    maker = terminal.tag.maker
    maker.remove()
    maker.end_page()
    terminal.tag.received = len(maker.closed)
    outcome = run("fit", "--order", "B", "--profile", "strict", *at)
    no_findings(outcome)
    assert "fitted for order B: one reading in 30 s, a seal at least every 3600 s, profile strict" in outcome.out
    assert (maker.config["profile"], maker.config["cadence_s"], maker.config["fix_interval_s"]) == (3, 30, 0)
    document = json.loads(run("configure", "--profile", "dense", "--seal", "7200", "--fixes", "600", "--json", *at).out)
    assert [document[name] for name in ("profile", "cadence_s", "seal_interval_s", "fix_interval_s")] == [
        "dense", 30, 7200, 600,
    ]  # fmt: skip
    # What is not named stays as it is.
    outcome = run("configure", "--cadence", "90", "--seal", "3600", *at)
    assert (
        "now:    one reading in 90 s, a seal at least every 3600 s, a position fix in 600 s, profile dense"
        in outcome.out
    )
    assert maker.config["profile"] == 2


@pytest.mark.parametrize(
    "words", [["--cadence", "60"], ["--seal", "3600"], [], ["--profile", "dense", "--fixes", "59"]]
)
def test_a_pace_that_is_not_whole_is_asked_for_again(served: Served, words: list[str]) -> None:
    _, at = served
    outcome = run("configure", *words, *at)
    assert outcome.code == Exit.USAGE
    assert "Traceback" not in outcome.err


def test_a_self_test_is_told_line_by_line(served: Served) -> None:
    terminal, at = served
    outcome = run("selftest", *at)
    no_findings(outcome)
    assert "signatures                 good" in outcome.out
    terminal.tag.test_ran = 511
    terminal.tag.test_failed = records.TEST_CELL
    outcome = run("selftest", *at)
    assert outcome.code == Exit.SELF_TEST
    assert "alcohol sensor             FAILED" in outcome.out
    assert "signatures                 not tried" in outcome.out
    assert "WARNING: the tag's self-test FAILED: alcohol sensor. Do not fit this tag" in outcome.err
    document = json.loads(run("selftest", "--json", *at).out)
    assert document["failed"] == ["alcohol sensor"]
    assert "signatures" not in document["ran"]
    assert document["seal"] == terminal.tag.maker.seal_count - 1
    assert "test_failed        alcohol sensor" in run("status", *at[:2]).out


def test_a_fitting_says_what_failed(served: Served) -> None:
    terminal, at = served
    maker = terminal.tag.maker
    maker.remove()
    maker.end_page()
    terminal.tag.received = len(maker.closed)
    terminal.tag.test_failed = records.TEST_PROX
    outcome = run("fit", "--order", "B", *at)
    no_findings(outcome)
    assert "self-test FAILED: infrared proximity" in outcome.err
    assert maker.fitted


def test_a_tag_that_is_fitted_with_another_pace_is_not_said_to_have_the_new_one(served: Served) -> None:
    terminal, at = served
    maker = terminal.tag.maker
    maker.remove()
    maker.end_page()
    terminal.tag.received = len(maker.closed)
    no_findings(run("fit", "--order", "B", "--profile", "dense", *at))
    no_findings(run("fit", "--order", "B", "--profile", "dense", *at))
    outcome = run("fit", "--order", "B", "--profile", "strict", *at)
    assert outcome.code == Exit.USAGE
    assert "with another pace or profile, and keeps that." in outcome.err
    assert "In force: one reading every 30 s, sealed at least every 21600 s, profile dense." in outcome.err
    assert maker.config["profile"] == 2
