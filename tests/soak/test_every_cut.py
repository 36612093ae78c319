"""A power cut at every flash operation of a tag's life on a small ring, torn in every way; and cut again, now and then,
at every operation of coming up. tests/firmware does so for some of the operations.
"""

from pathlib import Path

import pytest

from firmware.conftest import BLOCKS
from firmware.explore import Explorer
from micropython_vm import Vm

PARTS = 16
SIGNED_PARTS = 8
AGAIN_EVERY = 100

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_cut(vm: Vm, tmp_path: Path, part: int) -> None:
    explorer = Explorer(vm, tmp_path, BLOCKS)
    story, _ = explorer.record("small ring")
    tally = explorer.every_cut(story, part, PARTS, AGAIN_EVERY)
    tally.keep(f"every-{part}")
    assert tally.wrong == []
    assert tally.states > 5 * story.operations // PARTS
    assert tally.second_states > 200


@pytest.mark.parametrize("part", range(SIGNED_PARTS))
def test_every_cut_of_signed_requests(vm: Vm, tmp_path: Path, part: int) -> None:
    """Provisioning, lists, a new root, two orders: cut again at every operation of coming up, one in ten times."""
    explorer = Explorer(vm, tmp_path, BLOCKS)
    story, _ = explorer.record("authority")
    tally = explorer.every_cut(story, part, SIGNED_PARTS, 10)
    tally.keep(f"signed-{part}")
    assert tally.wrong == []
    assert tally.states > 5 * story.operations // SIGNED_PARTS
    assert tally.second_states > 100
