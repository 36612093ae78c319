"""Verification and disclosure as users meet them."""

import json
from pathlib import Path

import pytest

from ankletag.errors import Exit
from ankletag.store import Store
from host.commandline import bundle_of, no_findings, run
from host.logs import check
from host.tagmaker import fitted
from tagproto.pages import HEADER_SIZE


def test_findings_against_the_evidence_are_exit_code_1(tmp_path: Path) -> None:
    maker = fitted([0] * 1000)
    raws = maker.raw_pages()
    holed = bundle_of(maker, tmp_path, raws[:4] + raws[5:])
    outcome = run("verify", holed)
    assert outcome.code == Exit.FINDINGS
    assert "Page 4 is missing" in outcome.out
    assert "DOES NOT HOLD" in outcome.out
    # What is missing was recorded between these two times.
    assert "; after 2026-06-15 1" in outcome.out
    for command in ("events", "report"):
        assert run(command, holed, *(["--out", tmp_path] if command == "report" else [])).code == 1
    document = json.loads(run("verify", holed, "--json").out)
    (gap,) = [finding for finding in document["findings"] if finding["code"] == "record-gap"]
    assert gap["earliest_utc"] < gap["latest_utc"] < "2026-06-16"
    assert document["held"] is False


def test_a_flipped_bit_is_exit_code_10_and_names_the_record(tmp_path: Path) -> None:
    maker = fitted([0] * 1000)
    path = bundle_of(maker, tmp_path)
    data = bytearray(path.read_bytes())
    item = check(maker).items[500]
    data[data.index(maker.raw_pages()[item.seq]) + HEADER_SIZE + item.start] ^= 1
    path.write_bytes(data)
    outcome = run("verify", path)
    assert outcome.code == Exit.EVIDENCE_REFUSED
    assert outcome.out == ""
    assert "lies in record 500" in outcome.err
    assert "Ask for another copy" in outcome.err
    outcome = run("verify", path, "--json")
    assert outcome.code == Exit.EVIDENCE_REFUSED
    assert [finding["code"] for finding in json.loads(outcome.out)["findings"]] == ["bundle-damaged"]


def test_a_witness_is_a_seal_on_paper_or_an_earlier_bundle(tmp_path: Path) -> None:
    maker = fitted([0] * 10)
    key = ["--authority", maker.programme.root.point.hex()]
    early = bundle_of(maker, tmp_path).rename(tmp_path / "early.zip")
    on_paper = f"{maker.seal_count - 1}:{maker.previous.hex()[:16].upper()}"
    maker.live([0] * 10)
    maker.seal()
    later = bundle_of(maker, tmp_path)
    no_findings(run("verify", later, *key, "--witness", on_paper, "--witness", early))
    outcome = run("verify", early, *key, "--witness", later)
    assert outcome.code == Exit.FINDINGS
    assert "[tail-missing]" in outcome.out
    clone = fitted([0] * 10)
    clone.live([50_000] * 10)
    clone.seal()
    outcome = run("verify", bundle_of(clone, tmp_path / "clone"), *key, "--witness", f"2:{maker.previous.hex()}")
    assert outcome.code == Exit.FINDINGS
    assert "[witness-differs]" in outcome.out


def test_one_record_is_disclosed_and_checked(tmp_path: Path) -> None:
    maker = fitted([50_000] * 10)
    key = ["--authority", maker.programme.root.point.hex()]
    bundle, shown = bundle_of(maker, tmp_path), tmp_path / "record.json"
    outcome = run("disclose", bundle, "--record", "12", "--out", shown)
    no_findings(outcome)
    outcome = run("verify", shown, *key)
    no_findings(outcome)
    assert "record        12, a reading" in outcome.out
    assert "tac_ug_dl     50000" in outcome.out
    assert "2026-06-15 15:1" in outcome.out
    assert "HOLDS: the record is one that the tag sealed" in outcome.out
    assert run("verify", shown, *key, "--witness", f"0:{bytes(32).hex()}").code == Exit.FINDINGS
    changed = shown.read_bytes().replace(b'"seal": 1', b'"seal": 0')
    shown.write_bytes(changed)
    outcome = run("verify", shown, *key)
    assert outcome.code == Exit.FINDINGS
    assert "[window-root]" in outcome.out
    shown.write_bytes(changed[:-1])
    assert run("verify", shown, *key).code == Exit.EVIDENCE_REFUSED
    outcome = run("verify", shown, *key, "--json")
    assert outcome.code == Exit.EVIDENCE_REFUSED
    assert json.loads(outcome.out)["held"] is False


@pytest.mark.parametrize("number", ["8", "99", "4294967296"])
def test_a_record_that_cannot_be_disclosed_is_said(tmp_path: Path, number: str) -> None:
    maker = fitted()
    maker.reading()
    outcome = run("disclose", bundle_of(maker, tmp_path), "--record", number, "--out", tmp_path / "record.json")
    assert outcome.code == Exit.USAGE
    assert "record" in outcome.err
    assert not (tmp_path / "record.json").exists()


def test_the_bundle_of_a_tag_of_another_programme_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer is a station of some other programme: its root says nothing of the tag."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    run("authority", "init", tmp_path / "other", "--name", "Other")
    run("authority", "region", tmp_path / "other", "South")
    assert run("station", "enrol", "Desk", "--authority", tmp_path / "other", "--region", "South").code == Exit.OK
    maker = fitted([0] * 100)
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        store.see_tag(maker.tag_id, 0)
        store.pin_key(maker.tag_id, maker.public_key)
        session = store.begin_session(maker.tag_id, 0)
        pages = [(seq, raw, True) for seq, raw in enumerate(maker.raw_pages())]
        store.add_pages(session, maker.tag_id, pages, 0)
        store.add_documents(maker.documents)
    assert run("report", "--store", path, "--out", tmp_path).code == Exit.OK
    no_findings(run("verify", tmp_path / "evidence.zip", "--authority", maker.programme.root.point.hex()))
