"""Slow spans, lost readings, refused requests and position fixes as events and report tell them."""

import html
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ankletag.bundle import make_bundle
from ankletag.cli import build
from ankletag.evaluate import evaluate
from ankletag.report import Facts, render
from ankletag.time import Clock
from ankletag.words import article, g_dl
from host.logs import check, judged, slowed
from host.tagmaker import TagMaker, fitted
from host.tampering import hours, monitored, tampered
from tagproto import messages, profiles, records, tamper


def full() -> TagMaker:
    """A slow tag whose log turned readings away and then took others again; refusals and fixes in between."""
    maker = slowed()
    maker.event(records.REFUSED, command=messages.FIT, code=messages.ERROR_NONCE)
    maker.event(records.REFUSED, command=0x4D, code=200)
    maker.event(records.REPEATED, kind=records.REFUSED, count=40, first_ticks=0, last_ticks=maker.ticks)
    maker.event(records.FIX, latitude_e7=515007292, longitude_e7=-1246254, accuracy_dm=35)
    maker.event(records.FIX, latitude_e7=-5, longitude_e7=5, accuracy_dm=0)
    maker.event(records.REPEATED, kind=records.FIX, count=60, first_ticks=0, last_ticks=maker.ticks)
    maker.event(records.LOST, count=123, first_ticks=0, last_ticks=maker.ticks)
    maker.event_body(0x3B, b"\1\2")
    maker.seal()
    return maker


def test_refusals_fixes_and_lost_readings_are_counted_with_what_was_only_counted() -> None:
    counts = judged(full()).counts
    assert (counts.refused, counts.fixes, counts.fixes_recorded, counts.readings_lost) == (42, 62, 2, 123)


def run(maker: TagMaker, folder: Path, *words: str) -> str:
    path = folder / "evidence.zip"
    path.write_bytes(make_bundle(maker.tag_id, maker.public_key, None, maker.documents, maker.raw_pages()))
    arguments = ["events", str(path), *words]
    result = CliRunner().invoke(build(arguments), arguments, prog_name="ankletag")
    assert result.exit_code == 0, result.output
    return result.stdout


def test_events_say_it_in_sentences(tmp_path: Path) -> None:
    out = run(full(), tmp_path)
    for words in (
        "a request was refused, fit: it did not carry the tag's last nonce",
        "a request was refused, of unknown kind 0x4d: error 200",
        "51.5007292 N, 0.1246254 W, within 3.5 m",
        "0.0000005 S, 0.0000005 E, within 0.0 m",
        "60 more of kind fix",
        "slowed down, log over 90 % full: 2026-06-16 00:42",
        "one reading in 1800 s, a seal in 86400 s",
        "not kept by a full log: 123 readings",
        "refused by the tag: 42 requests",
        "position fixes: 62, of which 2 are recorded",
        "kind 0x3b",
        "extra 0102",
    ):
        assert words in out


def test_events_say_it_in_json(tmp_path: Path) -> None:
    document = json.loads(run(full(), tmp_path, "--json"))
    (slowdown,) = document["slowdowns"]
    assert slowdown["from"]["earliest"].startswith("2026-06-16T00:42")
    assert (slowdown["cadence_s"], slowdown["seal_interval_s"], slowdown["ended"]) == (1800, 86400, True)
    assert (document["requests_refused"], document["fixes"], document["readings_lost"]) == (42, 62, 123)
    fix = next(event for event in document["events"] if event["kind"] == "fix")
    assert fix["values"] == {"latitude_e7": 515007292, "longitude_e7": -1246254, "accuracy_dm": 35}
    assert fix["sentence"].startswith("51.5007292 N")
    unknown = next(event for event in document["events"] if event["kind"] == "kind 0x3b")
    assert (unknown["values"], unknown["sentence"]) == ({"extra": "0102"}, None)


def puffed() -> TagMaker:
    """A baseline, sanitiser, an hour off the skin that the tag tells of, and something that it does not."""
    maker = monitored()
    maker.live([60_000, 90_000, 70_000, 50_000, 30_000] + [0] * 30)
    tampered(maker, tamper.SENSE, True, 300)
    hours(maker, 1, prox=3000)
    maker.seal()
    return maker


def test_events_say_what_was_done_to_the_tag(tmp_path: Path) -> None:
    out = run(puffed(), tmp_path)
    for words in (
        "the fitted baseline, of 10 readings from record",
        "sense lost begins; it showed 300 s before",
        "  baseline: from 2026-06-15 15:",
        "infrared 1.10 V; not fully monitored before that",
        "  no episode of drinking",
        "  no drinking, too fast for a body: 2026-06-15 15:",
        "  tag off the skin: 2026-06-15 16:",
        "  never: liquid under the tag",
        "  not judged: no sign of a living leg",
        "  differs: By the readings, skin lost began with record",
        "  differs: The tag recorded that sense lost began; its readings do not show it.",
    ):
        assert words in out
    assert "NOT FULLY MONITORED: no baseline in this fitting, 1 of 10 alcohol-free" in run(fitted([0]), tmp_path)


def test_events_say_in_json_what_was_done_to_the_tag(tmp_path: Path) -> None:
    document = json.loads(run(puffed(), tmp_path, "--json"))
    assert document["baseline"]["ir_mv"] == 1100
    assert document["unjudged"] == ["lifeless"]
    assert [loss["kind"] for loss in document["losses"]] == ["skin"]
    (episode,) = document["episodes"]
    assert episode["interferent"]
    assert episode["rise_ug_dl_h"] > 50_000
    # Skin and a sense, and alcohol that the tag told nothing of.
    assert len(document["remarks"]) == 4
    assert json.loads(run(fitted([0]), tmp_path, "--json"))["baseline"] is None


def report(maker: TagMaker) -> str:
    verified = check(maker)
    clock = Clock(verified)
    facts = Facts(maker.tag_id, maker.public_key, None, verified.findings)
    page = render(facts, verified, clock, evaluate(verified, clock))
    return " ".join(page.split())


def test_the_report_says_that_the_tag_slowed_down_and_draws_its_line_through() -> None:
    page = report(full())
    assert "Did the tag sample less often than ordered?" in page
    assert "1 time, because its log was over 90 % full" in page
    assert "<td>one every 1800 s</td><td>at least one every 86400 s</td>" in page
    assert "one reading every 60 s" in page
    assert "123 readings not kept by a full log" in page
    assert "42 times" in page
    assert re.search(r"62, of which 2 are recorded, the first (2026-06-[^,]*), the last \1;", page)
    assert "a reading in 30 min" in page
    assert "no readings</text>" not in page


def test_every_pace_that_was_ordered_is_told_with_its_time(tmp_path: Path) -> None:
    maker = fitted([0] * 30)
    # The tag's own: while TAC rises, and behind a restart.
    maker.pace(30, 21600)
    maker.live([0] * 10)
    maker.pace(60, 21600)
    maker.config |= {"profile": profiles.DENSE, "fix_interval_s": 3600}
    maker.configure(30, 7200)
    maker.live([0] * 60)
    # What changes nothing is no other pace.
    maker.configure(30, 7200)
    maker.live([0] * 60)
    maker.seal()
    page = report(maker)
    rows = page[page.index("Sampling, as ordered") :].partition("</tr>")[0]
    first, second = rows.split("<br>")
    assert re.search(r"2026-06-15 15:06:4\d UTC to 2026-06-15 15:4\d:\d\d UTC: one reading every 60 s, ", first)
    assert first.endswith("sealed at least every 21600 s, profile standard")
    assert re.search(r"2026-06-15 15:4\d:\d\d UTC to 2026-06-15 16:4\d:\d\d UTC: one reading every 30 s, ", second)
    assert "sealed at least every 7200 s, profile dense, a position fix every 3600 s<" in second
    assert "ordered from 2026-06-15 15:4" in run(maker, tmp_path)
    paces = json.loads(run(maker, tmp_path, "--json"))["paces"]
    assert [(one["cadence_s"], one["profile"], one["fix_interval_s"]) for one in paces] == [
        (60, "standard", 0),
        (30, "dense", 3600),
    ]


def test_one_pace_is_told_without_its_time(tmp_path: Path) -> None:
    page = report(fitted([0]))
    assert "<td>one reading every 60 s, sealed at least every 21600 s, profile standard</td>" in page
    assert "ordered from" not in run(fitted([0]), tmp_path)


def test_faults_and_refused_requests_are_told_with_what_they_were(tmp_path: Path) -> None:
    maker = fitted([0] * 10)
    maker.event(records.REFUSED, command=messages.FIT, code=messages.ERROR_NONCE)
    maker.event(records.FAULT, sense=records.SENSE_TEMP, code=19, text=b"")
    maker.event(records.FAULT, sense=records.SENSE_FIRMWARE, code=0, text=b"before: app.py:9 OSError")
    maker.event(records.FAULT, sense=records.SENSE_LOG, code=5, text=b"")
    maker.event(records.FAULT, sense=77, code=-3, text=b"")
    maker.seal()
    page, out = report(maker), run(maker, tmp_path)
    table = page[page.index("<caption>Faults, and requests that the tag refused") :].partition("</table>")[0]
    assert table.count("<tr><td>2026-06-15 15:16:4") == 5
    for words in (
        "a request was refused, fit: it did not carry the tag's last nonce",
        "a fault of the thermometer: it does not answer",
        "a fault of the firmware: before: app.py:9 OSError",
        "a fault of the flash memory: something may be lost",
        "a fault of unknown sense 77: code -3",
    ):
        assert f"<td>{html.escape(words).replace('&#x27;', '&#39;')}</td>" in table
        assert words in out
    assert "more; <code>" not in table
    for _ in range(50):
        maker.event(records.FAULT, sense=records.SENSE_TEMP, code=19, text=b"")
    maker.seal()
    assert "and 5 more; <code>ankletag events</code>" in report(maker)
    assert "requests that the tag refused</caption>" not in report(fitted([0]))


def test_no_finding_is_none() -> None:
    verified = check(fitted([0]))
    clock = Clock(verified)
    page = render(Facts(verified.tag_id, None, None, []), verified, clock, evaluate(verified, clock))
    table = page[page.index("<caption>Findings") :].partition("</table>")[0]
    assert "<td>none</td>" in table
    assert "<td>none</td>" not in report(full())


@pytest.mark.parametrize(("ug_dl", "words"), [(-400, "0.000"), (-600, "-0.001"), (20_000, "0.020"), (0, "0.000")])
def test_nothing_has_no_sign(ug_dl: int, words: str) -> None:
    assert g_dl(ug_dl) == words


def test_a_sign_that_is_asked_for_is_there() -> None:
    assert (g_dl(-40, 4, "+"), g_dl(1_000, 4, "+")) == ("+0.0000", "+0.0010")


def test_words_have_their_article() -> None:
    assert [article(noun) for noun in ("attestation", "reading", "opened")] == [
        "an attestation",
        "a reading",
        "an opened",
    ]


def test_events_say_who_told_the_tag_what(tmp_path: Path) -> None:
    maker = fitted([0])
    programme = maker.programme
    maker.receipt()
    maker.configure(120, 21600)
    maker.obey(records.TRUST_LIST, programme.list_document(4, minimum=1))
    maker.event(records.OPENED, **maker.signed(records.OPENED, programme.root, scope=2))
    maker.remove(signer=programme.root)
    out = run(maker, tmp_path)
    for words in (
        "the tag obeys its first root, generation 1",
        "the tag has its certificate, generation 1",
        "the tag obeys list 4: generations below 1 are over",
        "it is 2026-06-15T15:06:40.020Z; by station 'Court 1'",
        f"for order {maker.order_id.hex()}, one reading in 60 s, a seal at least every 21600 s, profile standard; by",
        "one reading in 120 s, a seal at least every 21600 s, profile standard; by station 'Court 1'",
        "which ends in seal 1; by station 'Court 1'",
        "all that the tag holds may be read out; by the authority",
        "the fitting ends, reason 1; by the authority",
    ):
        assert words in out
