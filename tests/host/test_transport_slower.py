"""A transport for a tag whose seconds are longer."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ankletag.errors import UsageError
from ankletag.stationclock import late_clock, read_clock
from ankletag.transport import Transport, open_port
from ankletag.transport.slower import SlowerTransport


class _Still(Transport):
    """A line on which nothing comes, and which says how long it was waited for."""

    name = "still"

    def __init__(self) -> None:
        self.waited_s: list[float] = []

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    def read(self, timeout_s: float) -> bytes:
        self.waited_s.append(timeout_s)
        return b""

    def close(self) -> None:
        """Nothing is open."""


def test_waits_are_longer_and_the_clock_goes_slower() -> None:
    inner = _Still()
    line = SlowerTransport(inner, 8.0)
    assert line.read(0.5) == b""
    assert inner.waited_s == [4.0]
    before_s, wall_s = line.now_s(), time.monotonic()
    while time.monotonic() < wall_s + 0.2:
        line.read(0)
    assert line.now_s() - before_s == pytest.approx((time.monotonic() - wall_s) / 8, rel=0.2)


def test_a_clock_file_that_goes_slower(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    path.write_text(json.dumps({"utc_offset_ms": 5000, "slower": 8, "from_ms": 1_000_000}))
    clock = replace(read_clock(path), source=lambda offset_ms: 1_080_000 + offset_ms)
    # 80 s have passed here, 10 there.
    assert clock.now_ms() == 1_000_000 + 5000 + 10_000
    late = late_clock(path, lambda offset_ms: 1_000_000 + offset_ms)
    assert late.now_ms() == 1_005_000


@pytest.mark.parametrize(
    "more",
    [{"slower": 0.5}, {"slower": "8"}, {"slower": True}, {"slower": 8}, {"from_ms": -1}, {"from_ms": "now"}],
)
def test_a_clock_file_that_says_nothing_of_its_pace(tmp_path: Path, more: dict[str, object]) -> None:
    path = tmp_path / "clock.json"
    path.write_text(json.dumps({"utc_offset_ms": 0, **more}))
    with pytest.raises(UsageError):
        read_clock(path)


@pytest.mark.parametrize(
    "name", ["slower:", "slower:8", "slower:8:", "slower:x:loop://", "slower:0.5:loop://", "slower:1e9:loop://"]
)
def test_what_says_nothing_is_a_sentence(name: str) -> None:
    with pytest.raises(UsageError):
        open_port(name)


def test_it_is_opened_by_name() -> None:
    line = open_port("slower:2:loop://")
    line.write(b"x")
    assert line.read(1) == b"x"
    line.close()
