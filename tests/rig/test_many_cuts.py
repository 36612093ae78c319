"""A tag of full size through power cuts by the hundred: what it counted is in the evidence, once, byte for byte."""

import json
from pathlib import Path

import pytest

from provisioned import judged
from rig.cutting import PARTS, Life, check_kept, cuts_in, moment
from taghil.flash import At
from taghil.nor.tears import OF_PROGRAM
from tagproto import records

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROUNDS = 9
CUTS_A_ROUND = 8
CUTS_A_SESSION = 3
CUTS = 100


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_cuts_lose_nothing(kept: Path, seed: int) -> None:
    with Life(kept, seed) as life:
        life.arm(*(At(life.draw.randint(1, 20)) for _ in range(CUTS_A_SESSION)))
        life.fit()
        for number in range(ROUNDS):
            life.live(*(moment(life.draw) for _ in range(CUTS_A_ROUND)))
            life.arm(*(At(life.draw.randint(1, 12)) for _ in range(CUTS_A_SESSION)))
            life.sync()
            if number % 3 == 2:
                check_kept(life)
        missing = CUTS - cuts_in(life.trace)["all"]
        if missing > 0:
            life.live(*(moment(life.draw) for _ in range(missing)))
            life.sync()
        kept_records = check_kept(life)
    counts = cuts_in(life.trace)
    print(f"seed {seed}: {kept_records} records were counted, and all kept, over these cuts: {json.dumps(counts)}")
    assert counts["all"] >= CUTS
    # The draw has left out no part of the flash and no way to tear.
    assert {name.split()[0] for name in counts} >= PARTS.keys()
    assert {"journal erase", "ring erase", *OF_PROGRAM} <= counts.keys()


def test_operations_that_never_reach_the_chip_are_done_again(kept: Path) -> None:
    with Life(kept, 3) as life:
        life.fit()
        life.tag.skip_operation(*(At(life.draw.randint(2, 60)) for _ in range(100)), At(1, "erase"), At(9, "erase"))
        life.live(At(6000))
        assert life.tag.status()["lost_operations"] == 102
        life.sync()
        check_kept(life)
        faults = [record for _, record in judged(life.store).events() if record.kind == records.FAULT]
        assert faults == [], "what is done again is no fault"
