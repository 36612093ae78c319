"""A real sync of an emulated tag over cables of every kind: the store then holds what the tag's flash does."""

from pathlib import Path

import pytest

from system.cabled import cabled
from taghil.line import Cable, Insert
from taghil.line.cable import TO_TAG
from taghil.line.command import BANNER

pytestmark = pytest.mark.slow

FAST = 921_600
JUNK = b"\x13junk\xff\x00\x07\x01"
HALF_A_FRAME = bytes((0x44, 0xC0, 0x07)) + bytes(range(1, 90))

CABLES = {
    "clean": Cable(FAST),
    "ber 1e-6": Cable(FAST, ber=1e-6),
    "ber 1e-5": Cable(FAST, ber=1e-5, seed=2),
    "ber 1e-4": Cable(FAST, ber=1e-4),
    "ber 1e-3": Cable(FAST, ber=1e-3),
    "drop 1e-5": Cable(FAST, drop=1e-5),
    "drop 1e-4": Cable(FAST, drop=1e-4),
    "latency 4 ms": Cable(FAST, latency_ms=4),
    "latency 50 ms": Cable(FAST, latency_ms=50),
    "latency and errors": Cable(FAST, latency_ms=50, ber=1e-4, drop=1e-4, seed=3),
    "cuts": Cable(FAST, cuts=((0.2, 0.5), (0.6, 1.4))),
    "one byte at a time": Cable(57_600, single=True),
    "garbage before": Cable(FAST, inserts=(Insert(JUNK, at=0), Insert(JUNK, at=0, way=TO_TAG))),
    "garbage between frames": Cable(
        FAST, inserts=(Insert(JUNK, frames=4), Insert(b"\x00\x00~\xc0", frames=5, way=TO_TAG))
    ),
    "half a frame": Cable(FAST, inserts=(Insert(HALF_A_FRAME, at=0, way=TO_TAG), Insert(HALF_A_FRAME, at=0))),
    "a prompt's banner": Cable(FAST, inserts=tuple(Insert(BANNER, at=at) for at in (0, 3000, 11_111))),
}  # fmt: skip


@pytest.mark.parametrize("name", CABLES)
def test_a_sync_over(name: str, lived: Path, kept: Path) -> None:
    cable = CABLES[name]
    with cabled(lived, kept, cable) as tag:
        document = tag.sync()
        tag.compare(document)
        counts = tag.line.counts()
        assert tag.tag.status()["lost_bytes"] == 0
    # The seeds are such that something happens even where little does.
    assert bool(cable.ber) == bool(counts["to_host"].flips)
    assert bool(cable.drop) == bool(counts["to_host"].drops)
    assert bool(cable.cuts) == bool(counts["to_host"].cut + counts["to_tag"].cut)
    assert bool(cable.inserts) == bool(counts["to_host"].inserted + counts["to_tag"].inserted)
