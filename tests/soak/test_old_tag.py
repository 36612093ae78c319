"""Power cuts in a tag whose log is full, and then goes round for the second time."""

import json
from pathlib import Path

import pytest

from rig.cutting import PARTS, Life, check_kept, cuts_in, judged, lines_of, moment
from taghil.flash import ERASE, At
from tagproto import records

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# A third of a Pico's: in these days, with nothing acknowledged, the log fills to 90 %, slows down, and is full.
FLASH_BLOCKS = 96
DAYS = 160
LIVE_S = 600.0
CUTS_WHILE_FULL = 40
# Blocks that the log takes anew behind the acknowledgement.
NEW_BLOCKS = 20


def test_an_old_tag_loses_nothing_over_cuts_and_a_wrap(kept: Path) -> None:
    with Life(kept, 7, flash_blocks=FLASH_BLOCKS, days=DAYS, trace=None) as life:
        life.fit()
        life.tag.power_on()
        life.tag.wait_lived(LIVE_S)
    with Life(kept, 7, flash_blocks=FLASH_BLOCKS) as life:
        life.tag.power_off()
        # A full log is hardly written to, so each cut falls into a boot.
        life.live(*(At(life.draw.randint(1, 8)) for _ in range(CUTS_WHILE_FULL)))
        life.sync()
        check_kept(life)
        lost = [record for _, record in judged(life.store).events() if record.kind == records.LOST]
        assert lost, "a full log turns readings away, and says so"
        first_ring, taken = PARTS["ring"][0], set[int]()
        # Acknowledged now: blocks are erased as they are needed, the oldest first, and each of these erases is cut.
        while len(taken) < NEW_BLOCKS:
            life.live(At(life.draw.randint(1, 2), ERASE, *PARTS["ring"]), moment(life.draw))
            life.sync()
            taken |= {line["block"] for line in lines_of(life.trace, "flash erase") if line["block"] >= first_ring}
        kept_records = check_kept(life)
        print(f"{kept_records} records were counted, and all kept, over these cuts: {json.dumps(cuts_in(life.trace))}")
        assert first_ring in taken, "the log has begun its second round"
