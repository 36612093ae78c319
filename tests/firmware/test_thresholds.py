"""Thresholds and profiles, from SPEC.md: told, sealed at once, and followed by the cadence."""

import itertools
from typing import Any

import pytest

from firmware import talk
from firmware.conftest import TICKS
from firmware.talk import Values
from tagproto import messages, profiles, records, seals, tamper, thresholds

CELL, TEMP, PROX = 8100, 4352, 11_000
SOBER_MAX = 8576
STRICT: Values = {**talk.FITTING, "cadence_s": 30, "profile": profiles.STRICT}


def told(tag: Any) -> list[tuple[int, int, int]]:
    """(threshold, begun, value) of each record."""
    return [tuple(talk.values_of(record).values()) for record in talk.of_kind(tag, records.THRESHOLD)]  # type: ignore[misc]


def cadences(tag: Any) -> list[int]:
    return [talk.values_of(record)["cadence_s"] for record in talk.of_kind(tag, records.CONFIG)]


def spans_s(tag: Any) -> list[int]:
    """Whole seconds between neighbouring readings."""
    ticks = [record.ticks for record in talk.of_kind(tag, records.READING)]
    return [records.ticks_after(a, b) // 1000 for a, b in itertools.pairwise(ticks)]


@pytest.fixture
def worn(tag: Any) -> Any:
    """A tag that was just fitted."""
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag)
    tag.steps(10)
    return tag


def test_alcohol_is_sealed_with_the_reading_that_shows_it(worn: Any) -> None:
    worn.show(SOBER_MAX + 1, TEMP, PROX)
    worn.steps(2)
    assert told(worn) == []
    worn.steps(1)
    assert told(worn) == [(thresholds.ALCOHOL, 1, 20_035)]
    window = worn.read().windows[-1]
    assert window.seal.seal.reason == seals.REASON_THRESHOLD
    (record,) = talk.of_kind(worn, records.THRESHOLD)
    reading = talk.of_kind(worn, records.READING)[-1]
    assert window.seal.seal.first <= reading.number < record.number < window.seal.seal.first + window.seal.seal.count
    assert talk.ask(worn, messages.STATUS)["thresholds"] == 1 << thresholds.ALCOHOL
    assert worn.check() == []


def test_what_is_just_within_or_without_a_value_is_none(worn: Any) -> None:
    worn.show(SOBER_MAX, TEMP, PROX)
    worn.steps(30)
    worn.show(32_767, TEMP, PROX)
    worn.steps(10)
    worn.absent([0x49])
    worn.steps(10)
    assert told(worn) == []
    assert set(cadences(worn)) == {60}


def test_the_cadence_while_it_rises(worn: Any) -> None:
    """Half of the order's for an hour, and then no longer, though it lasts."""
    worn.show(SOBER_MAX + 1, TEMP, PROX)
    worn.steps(3)
    assert cadences(worn)[-2:] == [60, 30]
    before = len(spans_s(worn))
    worn.steps(124)
    assert set(spans_s(worn)[before + 1 :]) == {30, 60}
    assert cadences(worn)[-2:] == [30, 60]
    assert spans_s(worn)[-2:] == [60, 60]
    assert len([1 for span in spans_s(worn)[before:] if span == 30]) in range(118, 122)
    # A higher one: it rises again, until alcohol is over.
    worn.show(SOBER_MAX + 2, TEMP, PROX)
    worn.steps(1)
    assert cadences(worn)[-1] == 30
    worn.show(SOBER_MAX, TEMP, PROX)
    worn.steps(62)
    assert told(worn)[-1] == (thresholds.ALCOHOL, 0, 20_000)
    assert cadences(worn)[-1] == 60
    assert worn.check() == []


@pytest.mark.parametrize(("code", "rising"), [(profiles.STANDARD, 900), (profiles.DENSE, 900), (profiles.STRICT, 600)])
def test_each_profile_has_its_own(tag: Any, code: int, rising: int) -> None:
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag, {**talk.FITTING, "cadence_s": 1800, "profile": code})
    # The baseline, which asks for five minutes, comes first.
    tag.steps(12)
    assert cadences(tag)[-1] == 1800
    assert talk.ask(tag, messages.STATUS)["profile"] == code
    tag.show(SOBER_MAX + 9, TEMP, PROX)
    # The request in between has cost a turn.
    tag.steps(5)
    assert cadences(tag)[-1] == rising
    # The next one in the new time already: half an hour is long.
    assert spans_s(tag)[-1] == rising


def test_a_removal_and_a_boot_end_it(worn: Any) -> None:
    worn.show(SOBER_MAX + 1, TEMP, PROX)
    worn.steps(4)
    assert worn.state()["cadence_s"] == 30
    worn.reboot(1)
    assert worn.state()["cadence_s"] == 60
    worn.steps(5)
    assert worn.state()["cadence_s"] == 30
    talk.ask(worn, messages.REMOVE, {"reason": 1})
    assert worn.state()["cadence_s"] == 60
    assert talk.ask(worn, messages.STATUS)["thresholds"] == 0
    assert [begun for _, begun, _ in told(worn)] == [1, 1]
    assert worn.check() == []


def test_a_nearly_full_log_goes_slowly_though_it_rises(tag: Any) -> None:
    # So big that there is room for events when it is nearly full.
    tag.start(32, TICKS)
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag)
    tag.fill(30)
    tag.steps(2)
    assert tag.state()["cadence_s"] == 1800
    tag.show(SOBER_MAX + 1, TEMP, PROX)
    tag.steps(4)
    assert told(tag)[-1][:2] == (thresholds.ALCOHOL, 1)
    assert tag.state()["cadence_s"] == 1800
    assert tag.check() == []


def test_a_flood_waits_for_tokens(tag: Any) -> None:
    """Alcohol that comes and goes: what is told is told by a bucket of its own, and an end follows each beginning."""
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag, {**talk.FITTING, "cadence_s": 300})
    for _ in range(30):
        tag.show(SOBER_MAX + 1, TEMP, PROX)
        tag.steps(3)
        tag.show(CELL, TEMP, PROX)
        tag.steps(18)
    begun = [begun for _, begun, _ in told(tag)]
    assert begun == ([1, 0] * 30)[: len(begun)]
    # Fewer than there were: eight at once, and one in half an hour.
    assert 16 <= len(begun) < 59
    assert tag.check() == []


def test_skin_lost_is_told_sooner_under_the_strict_profile(tag: Any) -> None:
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag, STRICT)
    tag.steps(100)
    tag.show(CELL, TEMP, 0)
    tag.steps(2)
    assert talk.of_kind(tag, records.TAMPER) == []
    tag.steps(1)
    (record,) = talk.of_kind(tag, records.TAMPER)
    assert talk.values_of(record) == {"tamper": tamper.SKIN, "begun": 1, "age_s": 60}


def test_another_profile_counts_from_when_it_is_asked_for(tag: Any) -> None:
    tag.show(CELL, TEMP, PROX)
    talk.fit(tag, {**STRICT, "profile": profiles.STANDARD})
    tag.show(CELL, TEMP, 0)
    tag.steps(3)
    assert talk.of_kind(tag, records.TAMPER) == []
    talk.ask(tag, messages.CONFIGURE, STRICT)
    tag.steps(1)
    assert [talk.values_of(record)["tamper"] for record in talk.of_kind(tag, records.TAMPER)] == [tamper.SKIN]
    assert talk.values_of(talk.of_kind(tag, records.CONFIG)[-1])["profile"] == profiles.STRICT
    assert tag.check() == []


@pytest.mark.parametrize("wrong", [{"profile": 0}, {"profile": 4}, {"fix_interval_s": 59}, {"fix_interval_s": 345_601}])
def test_a_pace_that_no_tag_keeps(tag: Any, wrong: Values) -> None:
    assert talk.refused(tag, messages.FIT, {**talk.FITTING, **wrong}) == messages.ERROR_RANGE
    talk.fit(tag)
    assert talk.refused(tag, messages.CONFIGURE, {**talk.FITTING, **wrong}) == messages.ERROR_RANGE


def test_a_battery_that_nothing_measures_says_nothing(tag: Any) -> None:
    tag.battery(2000)
    tag.steps(5)
    assert told(tag) == [(thresholds.BATTERY, 1, 1999)]
    tag.battery(0)
    tag.steps(12)
    assert talk.ask(tag, messages.STATUS)["battery_mv"] == 0
    assert told(tag) == [(thresholds.BATTERY, 1, 1999)]
    assert tag.check() == []


def test_a_battery_at_its_end_is_sealed(tag: Any) -> None:
    tag.battery(2000)
    tag.steps(3)
    assert told(tag) == []
    tag.steps(2)
    assert told(tag) == [(thresholds.BATTERY, 1, 1999)]
    status = talk.ask(tag, messages.STATUS)
    assert (status["thresholds"], status["battery_mv"]) == (1 << thresholds.BATTERY, 1999)
    assert tag.read().windows[-1].seal.seal.reason == seals.REASON_THRESHOLD
    tag.battery(3000)
    tag.steps(4)
    assert [values[:2] for values in told(tag)] == [(thresholds.BATTERY, 1), (thresholds.BATTERY, 0)]
    assert tag.check() == []
