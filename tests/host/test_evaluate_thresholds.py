"""Thresholds and self-tests as the tag recorded them, and alcohol judged again from sealed readings."""

import json
import re
from pathlib import Path

import pytest

from ankletag.evaluate import SKIN
from ankletag.report import Facts, render
from ankletag.selftest import names
from host.commandline import bundle_of, run
from host.logs import check, judged
from host.tagmaker import TagMaker
from host.tampering import hours, monitored, passed
from tagproto import profiles, records, thresholds

DRUNK = 30_000


def drunk(told_at: int = 3, ended_at: int = 30, value: int = DRUNK) -> TagMaker:
    """Three minutes above the limit, an hour, half an hour below it; told behind so many readings of each."""
    maker = monitored()
    for minute in range(1, 61):
        maker.live([DRUNK])
        if minute == told_at:
            passed(maker, thresholds.ALCOHOL, True, value)
    for minute in range(1, 61):
        maker.live([0])
        if minute == ended_at:
            passed(maker, thresholds.ALCOHOL, False)
    maker.seal()
    return maker


def test_alcohol_that_both_know_of_is_no_remark() -> None:
    found = judged(drunk())
    assert [(one.name, one.value, one.ended) for one in found.thresholds] == [("alcohol", DRUNK, True)]
    assert found.remarks == []


@pytest.mark.parametrize(
    ("maker", "sentences"),
    [
        (
            drunk(0, 0),
            [
                "By the readings, alcohol began with record 54; the tag recorded nothing of it.",
                "By the readings, alcohol ended with record 141; the tag recorded nothing of it.",
            ],
        ),
        (
            drunk(2),
            [
                "By the readings, alcohol began with record 54; the tag recorded nothing of it.",
                "The tag recorded that alcohol began; its readings do not show it.",
            ],
        ),
    ],
)
def test_what_only_one_side_knows_of_differs(maker: TagMaker, sentences: list[str]) -> None:
    assert [_without_numbers(remark.sentence) for remark in judged(maker).remarks] == [
        _without_numbers(sentence) for sentence in sentences
    ]


def _without_numbers(sentence: str) -> str:
    return re.sub(r"\d+", "N", sentence)


def test_a_battery_is_listed_and_no_reading_speaks_against_it() -> None:
    maker = monitored()
    passed(maker, thresholds.BATTERY, True, 2310)
    hours(maker, 1)
    maker.seal()
    found = judged(maker)
    assert [(one.name, one.value, one.ended) for one in found.thresholds] == [("battery", 2310, False)]
    assert found.remarks == []


def test_a_battery_that_was_changed_at_a_restart_is_low_until_then() -> None:
    maker = monitored()
    passed(maker, thresholds.BATTERY, True, 2730)
    hours(maker, 1)
    maker.boot()
    hours(maker, 1)
    # A second restart ends nothing that has ended.
    maker.boot()
    maker.seal()
    (low,) = judged(maker).thresholds
    assert low.ended
    assert check(maker).record(low.last_item).boot == 1
    # Told again, it begins again: nobody knows of the time between.
    passed(maker, thresholds.BATTERY, True, 2500)
    maker.seal()
    assert [(one.value, one.ended) for one in judged(maker).thresholds] == [(2730, True), (2500, False)]


def test_skin_is_lost_sooner_under_the_strict_profile() -> None:
    for profile, lost in ((profiles.STANDARD, 0), (profiles.STRICT, 1)):
        maker = monitored()
        maker.pace(30, 3600, profile)
        maker.live([0] * 4, prox=0)
        hours(maker, 1)
        maker.seal()
        assert len(judged(maker).losses_of(SKIN)) == lost


def test_a_profile_that_nobody_knows_hurries_nothing() -> None:
    maker = monitored()
    maker.pace(30, 3600, 200)
    maker.live([0] * 4, prox=0)
    maker.seal()
    assert judged(maker).losses_of(SKIN) == []


def test_self_tests_are_listed_where_something_failed(tmp_path: Path) -> None:
    maker = drunk()
    maker.event(records.SELF_TEST, asked=0, ran=511, failed=0)
    maker.event(records.SELF_TEST, asked=1, ran=2047, failed=records.TEST_CELL | records.TEST_SIGNATURE)
    maker.seal()
    verified = check(maker)
    found = judged(maker)
    assert [one.failed for one in found.failed_tests] == [records.TEST_CELL | records.TEST_SIGNATURE]
    page = " ".join(render(Facts(maker.tag_id, maker.public_key, None, []), verified, verified.clock, found).split())
    assert "1 time: alcohol sensor, signatures" in page
    assert "Did the tag tell at once of TAC above its limit?" in page
    bundle = bundle_of(maker, tmp_path)
    out = run("events", str(bundle)).out
    for words in (
        "TAC above the limit: 0.030 g/dL by the code alone",
        "TAC no longer above the limit: 0.000 g/dL by the code alone",
        "told by the tag at once, alcohol: ",
        " all is well",
        "for a station: FAILED: alcohol sensor, signatures",
        "SELF-TEST FAILED at ",
    ):
        assert words in out
    document = json.loads(run("events", str(bundle), "--json").out)
    assert [(one["threshold"], one["value"], one["ended"]) for one in document["thresholds"]] == [
        ("alcohol", DRUNK, True)
    ]
    assert [one["failed"] for one in document["self_tests_failed"]] == [["alcohol sensor", "signatures"]]


def test_a_test_that_this_version_does_not_know_has_its_number() -> None:
    assert names(0x8001) == ["hashing", "test 0x8000"]
