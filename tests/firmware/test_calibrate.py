"""A tag takes another calibration from a station, from SPEC.md: From codes to values."""

import random
from pathlib import Path
from typing import Any

import pytest

from firmware import talk
from firmware.conftest import BLOCKS, TICKS
from firmware.talk import CALIBRATION, Values, calibration
from firmware.tear import Image, Operation
from tagproto import messages, records, thresholds

CELL, TEMP, PROX = 8577, 4352, 11_000


def against(tag: Any) -> list[str]:
    """What speaks against the evidence, beside that no certificate names the calibration."""
    return [found for found in tag.check() if not found.startswith("calibration-differs")]


def in_force(tag: Any) -> dict[str, Any]:
    """Calibration of the last CONFIG record."""
    values = talk.values_of(talk.of_kind(tag, records.CONFIG)[-1])
    return {name: values[name] for name, _ in records.CALIBRATION}


def test_it_is_recorded_as_it_was_signed_and_in_force_behind_it(tag: Any) -> None:
    assert in_force(tag)["calibration_id"] == b"nominal1"
    assert talk.ask(tag, messages.STATUS)["calibration_id"] == b"nominal1"
    values = talk.signed(tag, messages.CALIBRATE, CALIBRATION)
    number = int(str(talk.ask(tag, messages.CALIBRATE, values)["number"]))
    (record,) = talk.of_kind(tag, records.CALIBRATED)
    assert (record.number, record.values()) == (number, values)
    assert talk.of_kind(tag, records.CONFIG)[-1].number == number + 1
    assert in_force(tag) == CALIBRATION
    tag.reboot(2)
    assert talk.ask(tag, messages.STATUS)["calibration_id"] == CALIBRATION["calibration_id"]
    talk.fit(tag)
    assert in_force(tag) == CALIBRATION
    assert against(tag) == []


def test_the_tag_judges_by_it(tag: Any) -> None:
    """36 mV over the zero are alcohol by the nominal figures, and none with twice their span."""
    tag.show(CELL, TEMP, PROX)
    talk.ask(tag, messages.CALIBRATE, calibration(cell_zero_uv=500_000, cell_span_pa_per_mg_dl=30_000))
    talk.fit(tag)
    tag.steps(60)
    assert talk.of_kind(tag, records.THRESHOLD) == []
    assert len(talk.of_kind(tag, records.BASELINE)) == 1
    talk.ask(tag, messages.REMOVE, {"reason": 1})
    talk.ask(tag, messages.CALIBRATE, calibration(cell_zero_uv=500_000, cell_span_pa_per_mg_dl=7500))
    talk.fit(tag)
    tag.steps(5)
    (record,) = talk.of_kind(tag, records.THRESHOLD)
    assert talk.values_of(record) == {"threshold": thresholds.ALCOHOL, "begun": 1, "value": 40_069}
    assert against(tag) == []


def test_not_while_it_is_fitted(tag: Any) -> None:
    talk.fit(tag)
    assert talk.refused(tag, messages.CALIBRATE, CALIBRATION) == messages.ERROR_STATE
    talk.ask(tag, messages.REMOVE, {"reason": 1})
    talk.ask(tag, messages.CALIBRATE, CALIBRATION)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cell_span_pa_per_mg_dl": 0},
        {"reference_mdeg_c": -40_001},
        {"reference_mdeg_c": 85_001},
        {"span_ppm_per_deg_c": 20_001},
        {"span_ppm_per_deg_c": -20_001},
    ],
)
def test_figures_that_no_cell_has(tag: Any, wrong: Values) -> None:
    assert talk.refused(tag, messages.CALIBRATE, calibration(**wrong)) == messages.ERROR_RANGE
    assert in_force(tag)["calibration_id"] == b"nominal1"
    assert talk.of_kind(tag, records.CALIBRATED) == []


def test_a_name_that_is_not_that_of_the_figures(tag: Any) -> None:
    """Or a station could have what a region certified mean other figures."""
    for name in (b"nominal1", b"cal-2026", calibration(calibrated_day=1)["calibration_id"]):
        assert talk.refused(tag, messages.CALIBRATE, {**CALIBRATION, "calibration_id": name}) == messages.ERROR_RANGE
    assert in_force(tag)["calibration_id"] == b"nominal1"


@pytest.mark.parametrize(
    "limit",
    [
        {"cell_span_pa_per_mg_dl": 1, "cell_zero_uv": -(2**31), "zero_nv_per_deg_c": 2**31 - 1},
        {"reference_mdeg_c": -40_000, "span_ppm_per_deg_c": -20_000},
        {"reference_mdeg_c": 85_000, "span_ppm_per_deg_c": 20_000},
    ],
)
def test_figures_at_their_limits_stop_nothing(tag: Any, limit: Values) -> None:
    talk.ask(tag, messages.CALIBRATE, calibration(**limit))
    talk.fit(tag)
    tag.steps(5)
    assert tag.state()["faults"] == 0
    assert len(talk.of_kind(tag, records.READING)) >= 5
    assert against(tag) == []


def test_it_is_rationed(tag: Any) -> None:
    for _ in range(8):
        talk.ask(tag, messages.CALIBRATE, CALIBRATION)
    assert talk.refused(tag, messages.CALIBRATE, CALIBRATION) == messages.ERROR_BUSY
    assert against(tag) == []


def test_a_cut_at_every_operation_leaves_the_old_one_or_the_new_one(harness: Any, tmp_path: Path) -> None:
    """With the record that says who gave it, and a config record behind that, once the tag is up again."""
    flash = tmp_path / "flash"
    seen = set()
    for operation in range(1, 40):
        harness.start(BLOCKS, TICKS)
        done = harness.step(str(flash), operation, "calibrate")
        if done["cut"] is None:
            break
        index, data = done["cut"]
        cells = flash.read_bytes()
        size = BLOCKS * 4096
        cut = Operation(index, data and bytes.fromhex(data))
        torn = list(Image(cells[:size], cells[size:]).torn(cut, random.Random(operation)))
        image = torn[operation % len(torn)][1]
        flash.write_bytes(image.cells + image.mask)
        harness.come_up(str(flash), BLOCKS, operation, image.mode)
        log = [records.parse(bytes.fromhex(record)) for record in harness.log()["records"]]
        calibrated = [record.number for record in log if record.kind == records.CALIBRATED]
        configs = [record for record in log if record.kind == records.CONFIG]
        identity = talk.ask(harness, messages.STATUS)["calibration_id"]
        assert (identity != b"nominal1") == bool(calibrated), operation
        assert configs[-1].values()["calibration_id"] == identity, operation
        seen.add(identity)
    assert len(seen) == 2
    assert operation > 4
