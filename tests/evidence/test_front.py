"""A log without its beginning: what a station had verified may be missing, what lies behind that may not."""

from pathlib import Path

import pytest

from evidence.lives import Evidence
from evidence.verdicts import Verdict, verdict
from host.logs import noisy
from host.tagmaker import TagMaker
from tagproto import seals


def receipted_late() -> tuple[TagMaker, int, int]:
    """A log whose receipt comes two hours of readings behind the seal that it is for; the first pages behind that seal
    and behind those readings."""
    maker = noisy()
    maker.attest()
    maker.seal(seals.REASON_ASKED, b"nonce")
    maker.end_page()
    behind_seal = len(maker.closed)
    maker.live([250] * 120, noise=5)
    maker.end_page()
    behind_readings = len(maker.closed)
    maker.receipt()
    maker.live([0] * 50, noise=5)
    maker.seal()
    return maker, behind_seal, behind_readings


MAKER, BEHIND_SEAL, BEHIND_READINGS = receipted_late()


def without_the_first(count: int, folder: Path) -> Verdict:
    raws = [raw for raw in MAKER.raw_pages() if int.from_bytes(raw[2:6], "little") >= count]
    evidence = Evidence(
        tag_id=MAKER.tag_id,
        public_key=MAKER.public_key,
        order_id=None,
        documents=MAKER.documents,
        raws=raws,
        authority=MAKER.programme.root.point,
        witnesses=[],
    )
    return verdict(evidence, folder)


@pytest.mark.parametrize("count", range(BEHIND_SEAL + 1, BEHIND_READINGS + 1))
def test_readings_that_no_station_has_verified_cannot_be_left_out(count: int, tmp_path: Path) -> None:
    said = without_the_first(count, tmp_path)
    assert "window-root" in said.against
    assert said.told == ["anchored"]


@pytest.mark.parametrize("count", range(BEHIND_SEAL - 3, BEHIND_SEAL + 1))
def test_what_a_station_has_verified_may_lie_elsewhere(count: int, tmp_path: Path) -> None:
    said = without_the_first(count, tmp_path)
    assert said.against == []
    assert "anchored" in said.told
