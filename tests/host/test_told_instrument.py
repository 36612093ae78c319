"""Events and report tell of calibration, zero and clock, and of a tag that was given another calibration."""

import json
import re
from pathlib import Path

import pytest

from ankletag.evaluate import evaluate
from ankletag.report import Facts, render
from host.commandline import bundle_of, run
from host.logs import check
from host.tagmaker import TagMaker, fitted
from tagproto import records
from tagproto.calibration import identity

CALIBRATION: dict[str, int | bytes] = {
    "cell_zero_uv": 503_000,
    "cell_span_pa_per_mg_dl": 12_500,
    "calibrated_day": 20_605,
    "reference_mdeg_c": 25_000,
    "zero_nv_per_deg_c": 85_000,
    "span_ppm_per_deg_c": -6_000,
}
CALIBRATION["calibration_id"] = identity(CALIBRATION)
NAME = identity(CALIBRATION).hex()


def drifted() -> TagMaker:
    """A zero that moves by 7,000 ug/dL in a week, a clock that is 100 ppm fast, on a tag that was calibrated."""
    maker = TagMaker(cadence_s=600, rekeys=False)
    maker.boot()
    maker.event(records.CALIBRATED, **maker.signed(records.CALIBRATED, **CALIBRATION))
    maker.config |= CALIBRATION
    maker.certificate = maker.programme.tag_document(maker.tag_id, maker.public_key, identity(CALIBRATION))
    maker.documents.append(maker.certificate)
    maker.attest()
    maker.fit()
    for day in range(8):
        maker.live([1_000 * day] * 144)
    maker.attest(-round(maker.now_ms * 100 / 1_000_000))
    maker.seal()
    return maker


@pytest.fixture(scope="module")
def maker() -> TagMaker:
    return drifted()


def test_the_page_tells_of_the_instrument(maker: TagMaker) -> None:
    verified = check(maker)
    facts = Facts(maker.tag_id, maker.public_key, "A-1", verified.findings)
    page = render(facts, verified, verified.clock, evaluate(verified, verified.clock))
    assert f"{NAME} of 2026-06-01: zero 503000 uV, 12500 pA per mg/dL at 25 degrees C, +85.0 uV and -0.600 %" in page
    assert "g/dL in alcohol-free hours of 8 days; it moved by +0.00" in page
    assert "The tag&#39;s clock was fast by" in page
    assert "To be noted of baseline and instrument" in page
    assert "reason to calibrate the tag again" in page
    assert "either the crystal is bad" in page


def test_a_page_of_a_sound_instrument_has_nothing_to_note() -> None:
    quiet = fitted([0] * 10)
    verified = check(quiet)
    facts = Facts(quiet.tag_id, quiet.public_key, "A-1", verified.findings)
    page = render(facts, verified, verified.clock, evaluate(verified, verified.clock))
    assert "the parts&#39; own figures" in page
    assert "To be noted" not in page


def test_events_tell_of_it_too(maker: TagMaker, tmp_path: Path) -> None:
    bundle = bundle_of(maker, tmp_path)
    told = json.loads(run("events", bundle, "--json").out)
    assert told["calibration"] | {"calibration": NAME, "calibrated": "2026-06-01"} == told["calibration"]
    assert 6_000 < told["zero"]["drift_ug_dl"] < 9_000
    assert [day["day"] for day in told["zero"]["days"]] == list(range(8))
    (clock,) = told["clock_drifts"]
    assert clock["low_ppb"] < 100_000 < clock["high_ppb"]
    assert len(told["notes"]) == 2
    plain = run("events", bundle).out
    assert (
        "the tag has another calibration: zero 503000 uV, span 12500 pA for each mg/dL at 25 degC; by station" in plain
    )
    assert "zero 503.000 mV, +85.0 uV a degree" in plain
    assert plain.count("NOTE: ") == 2


def calibrated(maker: TagMaker) -> None:
    """A station gives the tag figures of its own, and what is in force behind that is said."""
    maker.event(records.CALIBRATED, **maker.signed(records.CALIBRATED, **CALIBRATION))
    maker.config |= CALIBRATION
    maker.event(records.CONFIG, **maker.config)


def page_of(maker: TagMaker) -> str:
    verified = check(maker)
    facts = Facts(maker.tag_id, maker.public_key, "A-1", verified.findings)
    return render(facts, verified, verified.clock, evaluate(verified, verified.clock))


def test_a_calibration_behind_the_fitting_is_not_its_own(tmp_path: Path) -> None:
    maker = fitted([0] * 10)
    maker.remove()
    calibrated(maker)
    maker.seal()
    (row,) = re.findall(r">Calibration</th><td>([^<]*)<", page_of(maker))
    assert row.startswith("nominal1, the parts&#39; own figures: zero 500000 uV")
    assert re.search(r"The tag was given another one later \(record \d+, 2026-06-15 15:1\d:\d\d UTC\)$", row)
    out = run("events", bundle_of(maker, tmp_path)).out
    assert "calibration nominal1: the parts' own figures, not measured on this tag" in out
    assert "given another one later, by record" in out
    told = json.loads(run("events", bundle_of(maker, tmp_path), "--json").out)
    assert [one["calibration"] for one in told["calibrations"]] == ["nominal1"]
    assert told["calibrated_later"]["utc"]["earliest"].startswith("2026-06-15T15:1")


def test_each_calibration_of_a_fitting_has_its_time(tmp_path: Path) -> None:
    maker = fitted([0] * 30)
    calibrated(maker)
    maker.live([0] * 30)
    # A restart repeats it.
    maker.event(records.CONFIG, **maker.config)
    maker.live([0] * 30)
    maker.seal()
    first, second = re.findall(r">Calibration</th><td>([^<]*)<", page_of(maker))
    assert re.match(r"2026-06-15 15:06:4\d UTC to 2026-06-15 15:36:4\d UTC: nominal1, the parts", first)
    assert re.match(rf"2026-06-15 15:36:4\d UTC to 2026-06-15 16:36:4\d UTC: {NAME} of 2026-06-01: ", second)
    assert "later" not in first + second
    told = json.loads(run("events", bundle_of(maker, tmp_path), "--json").out)
    assert [one["calibration"] for one in told["calibrations"]] == ["nominal1", NAME]
    assert told["calibrated_later"] is None
    out = run("events", bundle_of(maker, tmp_path)).out
    assert out.count("calibrated from 2026-06-15 15:") == 2
