"""Power cuts at the flash operations of a tag's life: nothing that counted is lost, no number comes twice, the chain
verifies on the host, the key at hand signs and those before it are gone.

Every operation is cut in tests/soak; here one in eight. Settings and keys by themselves are cut everywhere.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware import talk
from firmware.explore import Explorer, distinct
from firmware.judge import secrets_left
from firmware.story import Key, Known, Story
from firmware.tear import Image, Operation, blank
from tagproto.layout import BLOCK_SIZE, KEY_BLOCKS, SETTINGS_BLOCKS, TRUST_BLOCKS

PARTS = 8
ONE_IN = 8
AGAIN_EVERY = 100


@pytest.mark.parametrize("part", range(PARTS))
def test_cuts_in_a_life_on_a_small_ring(explorer: Explorer, part: int) -> None:
    story, lived = explorer.record("small ring")
    assert lived["pages"] - lived["oldest_page"] > 7 * 16
    assert lived["oldest_page"] > 128
    assert lived["faults"] == 0
    tally = explorer.every_cut(story, part * ONE_IN, PARTS * ONE_IN, AGAIN_EVERY)
    tally.keep(f"some-{part}")
    assert tally.wrong == []
    assert tally.operations == lived["operations"] > 1500
    assert tally.states > 5 * tally.operations // (PARTS * ONE_IN)
    assert tally.second_states > 30


@pytest.mark.parametrize("part", range(2))
def test_cuts_in_a_life_of_signed_requests(explorer: Explorer, part: int) -> None:
    """Whom the tag obeys, its order and its pace are the old ones or the new ones, and the log says so."""
    story, lived = explorer.record("authority")
    assert lived["faults"] == 0
    tally = explorer.every_cut(story, part, 4, AGAIN_EVERY)
    tally.keep(f"authority-{part}")
    assert tally.wrong == []
    assert tally.operations > 100


def every_state(path: Path, story: Story, blocks: int, visit: Callable[[Image, Operation, str, Known], None]) -> int:
    """Visit each distinct flash that a cut of a small recording leaves; how many there were."""
    seen: set[bytes] = set()
    count = 0
    for number, (image, operation, known) in enumerate(story.tell(blank(blocks), Known())):
        for how, torn in distinct(image, operation, random.Random(number), seen):
            if torn is not None:
                count += 1
                path.write_bytes(torn.cells + torn.mask)
                visit(torn, operation, how, known.copy())
    return count


def test_a_cut_at_every_operation_of_the_settings(harness: Any, tmp_path: Path) -> None:
    recorded = tmp_path / "story"
    flash = tmp_path / "flash"
    done = harness.record_settings(str(recorded), 70)
    assert done["erases"] >= 4

    def visit(torn: Image, operation: Operation, how: str, known: Known) -> None:
        first, *again = harness.settings_come_back(str(flash), operation.index, torn.mode)
        received, fitted, order, *others = first
        assert received in known.states["received"], (operation, how)
        assert (fitted, int(order, 16)) == (bool(received & 1), received), (operation, how)
        calibration = [received.to_bytes(8, "big").hex(), -received, 5 * received, 6, -7, -8, -9]
        rest = [received, received + 1, 1 + received % 3, 3 * received, *calibration] if received else [0, 0, 1, 0]
        assert others == rest, (operation, how)
        for cut_in in (1, 2):
            twice = harness.settings_after_two_cuts(str(flash), operation.index, torn.mode, cut_in)
            assert twice[0] in known.states["received"], (operation, how, cut_in)
        assert again == [first] * 4 + [[1000, *first[1:]], [1001, *first[1:]]], (operation, how)

    states = every_state(flash, Story(recorded), SETTINGS_BLOCKS, visit)
    assert states > 5 * done["operations"]


def test_settings_of_an_older_firmware_have_no_baseline_and_no_calibration(harness: Any) -> None:
    found = harness.settings_of_older_firmware()
    assert found == {"seen": [11, True, bytes(16).hex(), 0, 0, 1, 0], "retired": [9], "ended_page": 13}


def test_a_cut_at_every_operation_of_the_keys(harness: Any, tmp_path: Path) -> None:
    recorded = tmp_path / "story"
    flash = tmp_path / "flash"
    done = harness.record_keys(str(recorded), 60)
    assert done["erases"] >= 3

    def visit(torn: Image, operation: Operation, how: str, known: Known) -> None:
        place = (operation, how)
        epoch, announced = known.states["epoch"], known.states["announced"]
        seen = harness.keys_come_back(str(flash), operation.index, torn.mode, epoch, announced)
        now = seen["first"]
        assert now["epoch"] == epoch, place
        # A cut may take the first key away before the log names it, and none after that.
        assert not (now["made"] and known.states["logged"]), place
        assert seen["again"] == [{**now, "made": False}] * 2, place
        assert seen["later"] == {"epoch": epoch + 1, "same": True, "made": False}, place
        data = flash.read_bytes()
        size = KEY_BLOCKS * BLOCK_SIZE
        assert secrets_left(known, epoch, data[:size], slice(None)) == [], place
        for key in seen["keys"]:
            known.see_key(Key(key[0], *map(bytes.fromhex, key[1:])))
        assert secrets_left(known, epoch + 1, data[2 * size : 3 * size], slice(None)) == [], place

    states = every_state(flash, Story(recorded), KEY_BLOCKS, visit)
    assert states > 5 * done["operations"]


def test_a_cut_at_every_operation_of_whom_it_obeys(harness: Any, tmp_path: Path) -> None:
    """The old state or the new one, whole, and no boot changes its mind."""
    recorded = tmp_path / "story"
    flash = tmp_path / "flash"
    done = harness.record_trust(str(recorded), 10)
    assert done["erases"] >= 4

    def visit(torn: Image, operation: Operation, how: str, known: Known) -> None:
        found = harness.trust_comes_back(str(flash), operation.index, torn.mode)
        assert found["seen"][0] in known.states["trust"], (operation, how)
        assert found["seen"] == found["seen"][:1] * 4, (operation, how)
        for cut_in in range(1, 6):
            twice = harness.trust_after_two_cuts(str(flash), operation.index, torn.mode, cut_in)
            assert twice in known.states["trust"], (operation, how, cut_in)
        for kept, changed, read in found["later"]:
            assert kept, (operation, how)
            assert read == changed, (operation, how)

    states = every_state(flash, Story(recorded), TRUST_BLOCKS, visit)
    assert states > 5 * done["operations"]


def test_a_cut_during_the_first_boot_leaves_one_key_record(tag: Any) -> None:
    """Shown for every operation by the workload; here for a boot that is followed by many."""
    key = tag.state()["public_key"]
    for _ in range(5):
        tag.reboot(2)
    assert tag.check() == []
    assert tag.state()["public_key"] == key
    assert tag.state()["boot"] == 6


def test_ticks_wrap_within_a_fitting(tag: Any) -> None:
    talk.fit(tag)
    before = tag.state()["ticks"]
    after = tag.steps(12)["ticks"]
    assert after < before
    assert tag.check() == []


@pytest.mark.parametrize("every", [3, 4, 7, 13])
def test_exceptions_out_of_flash_operations(tag: Any, every: int) -> None:
    """What fails between the log and what memory remembers of it ends in a reset; nothing that counted is lost."""
    talk.fit(tag)
    failed = 0
    for _ in range(12):
        failed += tag.failures(every, 10)["failures"]
        assert tag.check(failed) == []
    assert failed > 10
    assert tag.state()["next_number"] > 30
