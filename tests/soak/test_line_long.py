"""Twenty days over cables that do everything wrong at once, read out by hosts that are killed again and again."""

import json
import random
import time
from pathlib import Path

import pytest

from ankletag.errors import Exit
from system.cabled import LIMIT_S, cabled, live
from taghil.line import Cable, Insert
from taghil.line.command import BANNER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DAYS = 20


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    live(folder, DAYS)
    return folder


@pytest.mark.parametrize("seed", range(1, 4))
@pytest.mark.parametrize("line", ["usb", "uart"])
def test_twenty_days_over_the_worst_cable_in_the_building(lived: Path, kept: Path, line: str, seed: int) -> None:
    draw = random.Random(seed)
    starts = sorted(draw.uniform(0.2, 12) for _ in range(3))
    cable = Cable(
        baud=460_800 if line == "usb" else 0,
        latency_ms=draw.choice([0, 4, 50]),
        ber=10 ** draw.uniform(-5.5, -3.8),
        drop=10 ** draw.uniform(-5.5, -3.8),
        cuts=tuple((start, start + draw.uniform(0.05, 0.8)) for start in starts),
        inserts=(Insert(BANNER, at=draw.randrange(20_000)), Insert(b"\x00\xff\x01junk", frames=draw.randrange(20, 90))),
        seed=seed,
    )
    with cabled(lived, kept, cable, line) as tag:
        end_s = time.monotonic() + 4 * LIMIT_S
        restarted = False
        for _ in range(3):
            process = tag.begin()
            goal = tag.passed() + draw.randrange(1_000, 30_000)
            while process.poll() is None and tag.passed() < goal:
                assert time.monotonic() < end_s
            if draw.random() < 0.5:
                tag.tag.power_cycle()
                restarted = True
            else:
                process.kill()
            tag.end(process, None)
            assert process.returncode in (-9, Exit.OK, Exit.NO_ANSWER, Exit.TAG_REFUSED)
        process = tag.begin()
        tag.until_passed(process, 1)
        lost = tag.tag.status()["lost_bytes"]
        # A tag that starts holds still for nobody: a long request that meets this is lost, and is repeated.
        assert restarted or lost == 0
        tag.compare(json.loads(tag.end(process, None)[0]))
        assert process.returncode == Exit.OK
        assert tag.tag.status()["lost_bytes"] == lost
