"""Bits that read right most of the time: what a boot has taken for good must stay so, whatever is read later."""

from pathlib import Path

import pytest

from rig.cutting import PARTS, Life, check_kept
from taghil.flash import ERASE, PROGRAM, At
from taghil.nor.tears import BEGUN, NEARLY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROUNDS = 4
CUTS_A_ROUND = 6
READS = 16
# An erase that was hardly begun is seen by everyone.
KINDS = {PROGRAM: (BEGUN, NEARLY), ERASE: (NEARLY,)}
# Which of these operations are cut, counted from a boot; the first programs only firm what is there.
OPERATIONS = {
    "keys program": (3, 7),
    "journal program": (1, 20),
    "journal erase": (1, 1),
    "ring program": (2, 3),
    "ring erase": (1, 1),
    "settings program": (1, 3),
}


@pytest.mark.parametrize("cut", OPERATIONS)
def test_nothing_that_counts_is_left_to_chance(kept: Path, cut: str) -> None:
    part, only = cut.split()
    with Life(kept, 9) as life:
        life.fit()
        for _ in range(ROUNDS):
            draw = life.draw
            moments = [
                At(draw.randint(*OPERATIONS[cut]), only, *PARTS[part], draw.choice(KINDS[only]))
                for _ in range(CUTS_A_ROUND)
            ]
            if part == "settings":
                # They change when a station acknowledges.
                life.arm(*moments[:3])
            else:
                # Each is followed by a boot that is cut as well: what the first has taken for good, the second reads.
                life.live(*(at for moment in moments for at in (moment, At(draw.randint(1, 30)))))
            life.sync()
        assert check_kept(life) > 0
        first, *others = life.read_again(READS)
        assert [seq for seq in first for other in others if other.get(seq, first[seq]) != first[seq]] == []
