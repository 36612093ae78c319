"""Whatever happens to a tag, in whatever order, against a plain list of what counted.

Records and events, seals, receipts, orders, lists and roots, power cuts that leave unstable bits, reboots, pages with
a flipped bit, cells and blocks that fail: every record that counted is there with the same bytes, or lies in a page
that is named as bad.
"""

import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ankletag.verify import Verified
from firmware.conftest import TICKS, Tag
from firmware.story import Known
from firmware.tear import Image, Operation
from firmware.verdict import verify
from tagproto import records
from tagproto.layout import Layout

pytestmark = pytest.mark.slow

BLOCKS = 17
SIZE = BLOCKS * 4096
# When the last blocks of a ring are bad ones, none can take their place: what comes then is lost, and that is told.
# Two may be bad, and a step takes up to 40 pages.
SPARE_PAGES = 2 * 16 + 40
JOURNAL = range(Layout(BLOCKS).journal_first, Layout(BLOCKS).ring_first)
# What a page that cannot be read may cost beside its records; also where a host has stored it, when the tag has booted
# without it. Nothing comes twice.
CONSEQUENCES = {
    "page-bad", "record-gap", "window-root", "seal-gap", "seal-chain", "seal-late", "boot-gap", "key-unknown",
    "epoch-gap",
}  # fmt: skip


class Model:
    """The tag, a host that stores what it reads, and what must be true of both."""

    def __init__(self, tag: Tag, folder: Path) -> None:
        self.tag = tag
        self.flash = folder / "flash"
        self.known = Known()
        self.stored: list[bytes] = []
        self.flipped: set[int] = set()
        # (first page, last page) in which a record lies, as read while all its pages could be read.
        self.places: dict[int, tuple[int, int]] = {}
        self.public_key = bytes.fromhex(tag.start(BLOCKS, TICKS)["public_key"])
        self.failed: set[int] = set()
        self.read()

    def count(self, counted: list[Any]) -> None:
        for kind, data in counted:
            self.known.count(kind, bytes.fromhex(data))

    def read(self) -> tuple[Verified, list[bytes]]:
        found = self.tag.read_out()
        self.count(found["counted"])
        pages = [bytes.fromhex(page) for page in found["pages"]]
        verified = verify([*self.stored, *pages], self.public_key)
        for item in verified.items:
            self.places[item.value.number] = (item.seq, item.end_seq)
        return verified, pages

    # Steps

    def do(self, name: str, *arguments: Any, cut: tuple[int, int, int] | None = None) -> Any:
        """A step; `cut` is (operation from now, which tear, seed). A cut is followed by a boot."""
        if name not in ("reboot", "acknowledge") and self.failed and self.tag.state()["free_pages"] < SPARE_PAGES:
            return None
        done = self.tag.step(str(self.flash), cut[0] if cut else 0, name, *arguments)
        self.count(done["counted"])
        if done["cut"] is None:
            return done["gave"]
        assert cut
        index, data = done["cut"]
        operation = Operation(index, None if data is None else bytes.fromhex(data))
        cells = self.flash.read_bytes()
        tears = list(Image(cells[:SIZE], cells[SIZE:]).torn(operation, random.Random(cut[2])))
        torn = tears[cut[1] % len(tears)][1]
        self.flash.write_bytes(torn.cells + torn.mask)
        self.known.cuts += 1
        self.tag.come_up(str(self.flash), BLOCKS, cut[2], torn.mode)
        self.compare()
        return None

    def sync(self) -> None:
        """Seal, read, store, acknowledge, as a host does that is never cut off."""
        self.do("seal")
        verified, pages = self.read()
        self.stored = list(dict.fromkeys([*self.stored, *pages]))
        state = self.tag.state()
        # A station does not acknowledge what it could not read.
        if not self.bad_pages(verified):
            self.do("acknowledge", state["open_page"], max(0, state["seals"] - 1))

    def flip(self, where: int, bit: int) -> None:
        state = self.tag.state()
        if state["open_page"] > state["oldest_page"]:
            self.read()
            seq = state["oldest_page"] + where % (state["open_page"] - state["oldest_page"])
            # A page with two wrong bits may not even tell its own number.
            if seq not in self.flipped and self.tag.flip(seq, bit):
                self.flipped.add(seq)

    def fail(self, block: int, worn: bool) -> None:
        """A block goes bad; no more than two, so that there is a ring at all, and one of the four of the journal: with
        two good ones a restart has no third to go to."""
        if block in JOURNAL and self.failed & set(JOURNAL):
            return
        if len(self.failed) < 2 and self.tag.state()["free_pages"] >= SPARE_PAGES:
            self.failed.add(block)
            if worn:
                self.tag.wear_out(block)
            else:
                self.tag.stick(block)

    # What must hold

    def bad_pages(self, verified: Verified) -> set[int]:
        sentences = [finding.sentence for finding in verified.against if finding.code == "page-bad"]
        return {int(found[1]) for sentence in sentences if (found := re.search(r"[Pp]age (\d+)", sentence))}

    def compare(self) -> None:
        """Every record that was ever counted, with what can be read now and what the host has stored."""
        before = dict(self.places)
        verified, _ = self.read()
        bad = self.bad_pages(verified)
        assert bad <= self.flipped
        codes = {finding.code for finding in verified.against}
        assert codes <= (CONSEQUENCES if self.flipped else set()), verified.against
        there = [record.number for record in verified.records()]
        assert there == sorted(set(there))
        assert self.known.repeated == []
        found = {record.number: record.canonical() for record in verified.records()}
        for number, data in self.known.records.items():
            if number in found:
                assert found[number] == data
            else:
                first, last = before[number]
                # A boot's record is in one piece with what stands before it.
                first -= data[0] == records.BOOT
                assert bad & set(range(first, last + 1)), f"record {number} of pages {first} to {last} is gone"
        assert len(found.keys() - self.known.records.keys()) <= self.known.cuts


CUT = st.none() | st.tuples(st.integers(1, 12), st.integers(0, 7), st.integers(0, 999))
STEPS = st.one_of(
    st.tuples(st.just("events"), st.integers(1, 9), st.integers(0, 230), CUT),
    st.tuples(st.just("events"), st.just(30), st.just(230), CUT),
    st.tuples(st.just("live"), st.integers(1, 70), CUT),
    st.tuples(st.sampled_from(["fit", "remove", "seal", "calibrate", "self-test"]), CUT),
    st.tuples(st.sampled_from(["fit other", "list", "rotate"]), CUT),
    st.tuples(st.just("configure"), st.sampled_from([60, 120, 1800]), CUT),
    st.tuples(st.just("toggle"), st.sampled_from(["strap", "case"]), CUT),
    st.tuples(st.just("reboot"), st.integers(1, 3), CUT),
    st.tuples(st.just("sync")),
    st.tuples(st.just("sync")),
    st.tuples(st.just("flip"), st.integers(0, 200), st.integers(0, 2047)),
    st.tuples(st.just("fail"), st.integers(0, BLOCKS - 1), st.booleans()),
)


def live(tag: Tag, folder: Path, steps: list[Any]) -> None:
    """Take these steps with a new tag, and compare it with the model wherever it has come up, and at last."""
    model = Model(tag, folder)
    for step in steps:
        if step[0] in ("sync", "flip", "fail"):
            getattr(model, step[0])(*step[1:])
        else:
            model.do(*step[:-1], cut=step[-1])
    model.compare()
    model.do("reboot", 2)
    model.compare()


@given(steps=st.lists(STEPS, min_size=5, max_size=30))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens(harness: Tag, tmp_path: Path, steps: list[Any]) -> None:
    live(harness, tmp_path, steps)
