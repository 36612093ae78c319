"""SPEC.md's sections Baseline and Tamper, compared with the code."""

import re

from protocol import spec_tables as tables
from support import ROOT
from tagproto import battery, messages, profiles, tamper, thresholds

SPEC = (ROOT / "protocol" / "SPEC.md").read_text(encoding="utf-8")


def test_table_of_tampers() -> None:
    rows = re.findall(
        r"^\| (\d+) \| ([\w ]+) \| ([^|]+) \| (\d+) s \| (\d+) s \|$", tables.section(SPEC, "Tamper"), re.M
    )
    assert {int(code): (name, condition, int(begin), int(end)) for code, name, condition, begin, end in rows} == (
        tamper.RULES
    )
    assert tuple(tamper.RULES) == tamper.CODES
    assert {code: name for code, (name, *_) in tamper.RULES.items()} == tamper.NAMES


def test_conditions_name_the_thresholds() -> None:
    conditions = {code: rule[1] for code, rule in tamper.RULES.items()}
    assert conditions[tamper.SKIN] == f"infrared below {tamper.SKIN_BELOW_MV} mV"
    assert f"more than {tamper.OBSTRUCTION_MV} mV from" in conditions[tamper.OBSTRUCTION]
    assert f"not below {tamper.SKIN_BELOW_MV} mV" in conditions[tamper.OBSTRUCTION]
    cold, hot = tamper.COLD_MDEG_C // 1000, tamper.HOT_MDEG_C // 1000
    assert conditions[tamper.TEMPERATURE] == f"below {cold} or above {hot} degC"
    assert f"more than {tamper.LIQUID_MV} mV below" in conditions[tamper.LIQUID]
    assert f"more than {tamper.LIQUID_MDEG_C // 1000} degC from its mean of ten minutes" in conditions[tamper.LIQUID]
    assert tamper.SLOW_MS == 10 * 60 * 1000
    assert tamper.READINGS == 3


def test_numbers_of_the_baseline() -> None:
    text = tables.section(SPEC, "Baseline")
    assert tamper.BASELINE_READINGS == 10
    assert f"ten readings at least {tamper.BASELINE_APART_S} s apart" in text
    assert f"infrared not below {tamper.SKIN_BELOW_MV} mV" in text
    assert f"TAC not above {tamper.BASELINE_TAC_UG_DL:,} ug/dL" in text
    assert tamper.BASELINE_CADENCE_S == 5 * 60
    assert "the cadence is five minutes" in text


def test_the_bits_of_a_status_hold_every_class() -> None:
    fields = dict(messages.REPLIES[messages.STATUS])
    assert (fields["tampers"], fields["thresholds"]) == ("H", "H")
    assert max(tamper.CODES[-1], thresholds.CODES[-1]) < 16


def test_table_of_thresholds() -> None:
    text = tables.section(SPEC, "Thresholds")
    rows = re.findall(r"^\| (\d+) \| (\w+) \| ([^|]+) \| (\d+) s \| (\d+) s \|$", text, re.M)
    assert {int(code): (name, condition, int(begin), int(end)) for code, name, condition, begin, end in rows} == (
        thresholds.RULES
    )
    assert f"TAC above {tamper.BASELINE_TAC_UG_DL:,} ug/dL" in thresholds.RULES[thresholds.ALCOHOL][1]
    assert f"under {battery.LOW_DAYS} days" in thresholds.RULES[thresholds.BATTERY][1]
    assert f"is less than {thresholds.RISING_MS // 1000:,} s old" in text


def test_table_of_profiles() -> None:
    text = tables.section(SPEC, "Profiles")
    rows = re.findall(r"^\| (\d) \| (\w+) \| (\d+) \| (\d+) \| divided by (\d) \| (.*) \|$", text, re.M)
    said = {
        int(code): (name, int(cadence), int(seals), int(rising), {"as they stand": 1}.get(quick) or int(quick[-1]))
        for code, name, cadence, seals, rising, quick in rows
    }
    assert said == profiles.PROFILES
    assert f"no shorter than {profiles.RISING_CADENCE_S} s unless" in text
    assert "classes 1, 4 and 5 of tamper" in text
    assert tamper.QUICK == (1, 4, 5)
