"""Blocks of the flash that no longer hold what is written to them: the tag goes on, says so, and loses nothing."""

from pathlib import Path

import pytest

from provisioned import judged
from rig.cutting import PARTS, Life, check_kept, lines_of, part_of
from taghil.flash import At
from tagproto import layout, records

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# So small that the log comes by each block again.
FLASH_BLOCKS = 19
RING_BLOCKS = layout.Layout(FLASH_BLOCKS).ring_blocks
ROUNDS = 4
# Flash operations to a round; in the ring so many that the log comes by again.
OPERATIONS = {"settings": 400, "keys": 400, "journal": 400, "ring": 2800}


def flash_faults(life: Life) -> int:
    """How many faults of the flash stand in the synced log."""
    faults = [record for _, record in judged(life.store).events() if record.kind == records.FAULT]
    return sum(fault.values()["sense"] == records.SENSE_LOG for fault in faults)


def newest_block(life: Life, part: str) -> int:
    """The block of a part that was programmed last."""
    blocks = [line["block"] for line in lines_of(life.trace, "flash program")]
    return next(block for block in reversed(blocks) if part_of(block) == part)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("in_use", [False, True], ids=["from new", "in use"])
def test_a_weak_block_is_left_and_told_and_nothing_is_lost(kept: Path, part: str, in_use: bool) -> None:
    block, operations = PARTS[part][0], OPERATIONS[part]
    with Life(kept, 5, flash_blocks=FLASH_BLOCKS) as life:
        if not in_use:
            life.tag.weaken_block(block)
        life.fit()
        life.live(At(operations))
        life.sync()
        if in_use:
            block = newest_block(life, part)
            life.tag.weaken_block(block)
        for _ in range(ROUNDS):
            life.live(At(100), At(operations))
            life.sync()
        # Whatever was counted is there, and what was signed still holds.
        assert check_kept(life) > operations * ROUNDS / 2
        assert flash_faults(life) > 0
    if part == "ring":
        done = [(line["what"], line["block"]) for line in lines_of(life.trace, "flash program", "flash erase")]
        behind = done[len(done) - done[::-1].index(("flash program", block)) :]
        taken = [place for what, place in behind if what == "flash erase" and part_of(place) == "ring"]
        assert len(taken) >= RING_BLOCKS, "the log has come by again, and has left the block out"
