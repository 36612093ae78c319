"""Wearers whose tags are tampered with, through the emulated tag: it tells at once, the host judges the same again."""

from pathlib import Path

import pytest

from ankletag.evaluate import INTERFERENT, Evaluation, evaluate
from ankletag.models import Pace
from provisioned import whole_life
from rig.raised import RAISED, Raised
from taghil.vm.process import Emulator
from tagproto import records, seals

pytestmark = pytest.mark.slow
LIVE_S = 60.0


def lived(folder: Path, scenario: str, seed: int) -> tuple[Evaluation, list[records.Record], list[int]]:
    """A scenario from fitting to read-out: what the host says, the tag's TAMPER records, reasons of its seals."""
    with Emulator(folder, scenario=scenario, seed=seed) as tag:
        verified = whole_life(tag, Pace(60, 21_600), LIVE_S).verified
    told = [record for _, record in verified.events() if record.kind == records.TAMPER]
    reasons = [window.seal.seal.reason for window in verified.windows]
    assert [finding.code for finding in verified.findings if finding.severity == "against"] == []
    return evaluate(verified, verified.clock), told, reasons


@pytest.mark.parametrize(
    ("raised", "seed"),
    [pytest.param(raised, seed, id=f"{raised.scenario}-{seed}") for raised in RAISED for seed in raised.seeds],
)
def test_a_tag_that_is_tampered_with_tells(kept: Path, raised: Raised, seed: int) -> None:
    evaluation, told, reasons = lived(kept / "tag", raised.scenario, seed)
    assert evaluation.baseline is not None
    marked = {INTERFERENT} if evaluation.interferents else set()
    assert {loss.kind for loss in evaluation.losses} | marked == raised.kinds
    assert {record.body[0] for record in told} == raised.codes
    # What begins is sealed at once, and nothing that one side says is unknown to the other.
    assert reasons.count(seals.REASON_TAMPER) == sum(record.body[1] for record in told)
    assert evaluation.remarks == []


def test_sanitiser_is_told_apart_from_drinking(kept: Path) -> None:
    evaluation, told, _ = lived(kept / "tag", "sanitiser", 1)
    assert len(evaluation.interferents) >= 4
    assert (evaluation.drinking, evaluation.losses, told) == ([], [], [])
