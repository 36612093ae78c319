"""A tag with a cell of its own in a gas chamber, calibrated by commands as a laboratory types them."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from ankletag.errors import Exit
from ankletag.evaluate import evaluate
from ankletag.store import Store
from ankletag.verify import Given, Verified, verify_pages
from host.programmes import REGION, Outcome, run
from support import ROOT
from taghil.vm.process import Emulator
from taghil.world.scenario import load
from tagproto import records

pytestmark = pytest.mark.slow

LIVE_S = 60.0
STEPS = ROOT / "docs/calibration-steps.toml"


class Laboratory:
    """A provisioned tag in the chamber, its authority and its station."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority, self.store = folder / "authority", folder / "store.sqlite"
        self.station = folder / "station"
        self.tag = Emulator(folder / "tag", scenario="chamber")

    def set_up(self) -> None:
        self.tag.start()
        clock = ("--clock", self.tag.clock_file)
        run("authority", "init", self.authority, "--name", "Programme", *clock)
        run("authority", "region", self.authority, REGION, *clock)
        enrol = self.certifying
        run("station", "enrol", "Laboratory", *enrol, "--station", self.station, *clock)
        run("provision", *enrol, "--port", self.tag.port, "--store", self.store, *clock)

    @property
    def certifying(self) -> tuple[object, ...]:
        return ("--authority", self.authority, "--region", REGION)

    def at_tag(self, *words: object, code: int = Exit.OK) -> Outcome:
        line = ("--port", self.tag.port, "--store", self.store, "--station", self.station)
        return run(*words, *line, "--clock", self.tag.clock_file, code=code)

    def fitted(self) -> bool:
        return bool(run("status", "--port", self.tag.port, "--json").json["fitted"])

    def live(self, days: float) -> None:
        """Until so long behind the first fitting; the chamber goes on holding its last gas."""
        self.tag.stop()
        self.tag = Emulator(self._folder / "tag", scenario="chamber", days=days).start()
        self.tag.wait_lived(LIVE_S)

    def verified(self) -> Verified:
        with Store(self.store, create=False) as store:
            (tag_id,) = store.tag_ids()
            given = Given((), store.documents())
            return verify_pages(store.pages(tag_id), store.pinned_key(tag_id), tag_id, given)


@pytest.fixture
def lab(kept: Path) -> Generator[Laboratory, None, None]:
    lab = Laboratory(kept)
    try:
        lab.set_up()
        yield lab
    finally:
        lab.tag.stop()


def test_a_tag_is_calibrated_and_then_reads_what_is_there(kept: Path, lab: Laboratory) -> None:
    begun = lab.at_tag("calibrate", "begin", "--steps", STEPS, "--json").json
    assert [step["gas_ug_dl"] for step in begun["steps"]] == [0, 20_000, 80_000] * 2
    lab.tag.wait_lived(LIVE_S)

    done = lab.at_tag("calibrate", "finish", "--steps", STEPS, *lab.certifying, "--json").json
    cell = load("chamber").cell
    assert done["cell_zero_uv"] == pytest.approx(cell.zero_uv, abs=30)
    assert done["cell_span_pa_per_mg_dl"] == pytest.approx(cell.span_na_per_mg_dl * 1000, rel=0.002)
    assert done["zero_nv_per_deg_c"] == pytest.approx(cell.zero_uv_per_deg_c * 1000, abs=4_000)
    assert done["span_ppm_per_deg_c"] == pytest.approx(cell.span_percent_per_deg_c * 10_000, abs=200)
    assert all(abs(step["residual_ug_dl"]) < 100 for step in done["steps"])
    assert done["calibrated"] == "2026-03-02"
    assert done["findings"] == []

    lab.live(0.35)
    lab.at_tag("fit", "--order", "A-1")
    lab.live(0.5)
    lab.at_tag("sync")
    verified = lab.verified()
    assert verified.against == []
    evaluation = evaluate(verified, verified.clock)
    assert evaluation.config is not None
    assert evaluation.config.calibration.calibration_id.hex() == done["calibration"]
    assert len(evaluation.readings) > 100
    # What the chamber still holds, within the noise of the parts: 60 ug/dL rms.
    assert [one.tac_ug_dl for one in evaluation.readings] == pytest.approx([80_000] * len(evaluation.readings), abs=400)

    # The store, and a bundle at an expert's, give the same figures.
    again = run("calibrate", "show", "--steps", STEPS, "--store", lab.store, "--json").json
    bundle = kept / "out" / "evidence.zip"
    run("report", "--store", lab.store, "--order", begun["order"], "--out", kept / "out")
    expert = ("calibrate", "show", bundle, "--steps", STEPS, "--order", begun["order"])
    shown = run(*expert, "--authority", lab.authority / "root.cose", "--json").json
    checked = [sys.executable, ROOT / "protocol/verify_evidence.py", bundle, "--authority", lab.authority / "root.cose"]
    assert subprocess.run(checked, capture_output=True, text=True, check=True).stdout.endswith("\nHOLDS\n")
    for repeated in (again, shown):
        assert repeated.pop("held")
        assert repeated == {name: done[name] for name in repeated}


def test_a_calibration_that_does_not_hold_changes_nothing(kept: Path, lab: Laboratory) -> None:
    finish = ("calibrate", "finish", "--steps", STEPS, *lab.certifying)
    assert "calibrate begin" in lab.at_tag(*finish, code=Exit.USAGE).err
    lab.at_tag("calibrate", "begin", "--steps", STEPS)
    assert "wait for that" in lab.at_tag(*finish, code=Exit.EVIDENCE_REFUSED).err
    lab.tag.wait_lived(LIVE_S)
    other = kept / "steps.toml"
    other.write_text(STEPS.read_text(encoding="utf-8").replace("mg_dl = 20", "mg_dl = 30"), encoding="utf-8")
    said = lab.at_tag("calibrate", "finish", "--steps", other, *lab.certifying, code=Exit.EVIDENCE_REFUSED).err
    assert "does not fit to the others" in said
    assert lab.fitted()
    # With the right timetable the same readings do; done twice it is done once.
    assert "the tag has its calibration" in lab.at_tag(*finish).out
    lab.live(0.5)
    assert "the tag has its calibration" in lab.at_tag(*finish).out
    told = [record for _, record in lab.verified().events() if record.kind == records.CALIBRATED]
    assert len(told) == 1


def test_a_tag_on_a_wearer_is_not_taken_off_to_be_calibrated(lab: Laboratory) -> None:
    lab.at_tag("calibrate", "begin", "--steps", STEPS)
    lab.tag.wait_lived(LIVE_S)
    lab.at_tag("remove")
    lab.live(0.35)
    lab.at_tag("fit", "--order", "A-1")
    said = lab.at_tag("calibrate", "finish", "--steps", STEPS, *lab.certifying, code=Exit.USAGE).err
    assert "fitted for another order" in said
    assert lab.fitted()
