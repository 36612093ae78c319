"""A real sync of an emulated tag whose line is a UART: rates are agreed upon, and no byte is lost to its FIFO."""

import json
from pathlib import Path

import pytest

from provisioned import provisioned
from support import wait_until
from system.cabled import LIMIT_S, Cabled, cabled
from system.commandline import Cli
from system.conftest import StartTag
from taghil.line import Cable
from tagproto import messages

pytestmark = pytest.mark.slow

FIRST, HIGHEST = messages.FIRST_BAUD, 921_600


def highest_rate_of(tag: Cabled, port: str) -> int:
    """A sync; the highest rate that the tag had meanwhile. Its store is compared."""
    process = tag.begin(port=port)
    rates = {0}

    def ended() -> bool:
        rates.add(tag.tag.status()["baud"])
        return process.poll() is not None

    wait_until(ended, LIMIT_S, "the sync had ended")
    tag.compare(json.loads(tag.end(process)[0]))
    return max(rates)


def test_the_rate_goes_up_for_a_read_out_and_down_again(lived: Path, kept: Path) -> None:
    with cabled(lived, kept, line="uart") as tag:
        assert highest_rate_of(tag, tag.tag.port) == HIGHEST
        assert tag.tag.status()["baud"] == FIRST
        assert tag.tag.status()["lost_bytes"] == 0


@pytest.mark.parametrize(
    "cable", [Cable(0), Cable(0, ber=1e-5, seed=2), Cable(0, latency_ms=10)], ids=["clean", "ber 1e-5", "latency"]
)
def test_over_a_cable_of_any_rate(lived: Path, kept: Path, cable: Cable) -> None:
    with cabled(lived, kept, cable, line="uart") as tag:
        assert highest_rate_of(tag, tag.line.port) == HIGHEST
        assert tag.tag.status()["lost_bytes"] == 0


def test_a_cable_that_does_not_carry_the_higher_rate(lived: Path, kept: Path) -> None:
    """The tag changes, is not understood, and both fall back to the rate that worked."""
    with cabled(lived, kept, Cable(0, carries=FIRST), line="uart") as tag:
        assert highest_rate_of(tag, tag.line.port) == HIGHEST
        assert tag.tag.status()["baud"] == FIRST
        assert tag.tag.status()["lost_bytes"] == 0


def test_a_host_that_is_killed_at_the_higher_rate_finds_the_tag_again(lived: Path, kept: Path) -> None:
    with cabled(lived, kept, Cable(0, latency_ms=10), line="uart") as tag:
        process = tag.begin()
        wait_until(lambda: tag.tag.status()["baud"] == HIGHEST, LIMIT_S, "the rate had gone up")
        process.kill()
        tag.end(process, -9)
        # Which takes the tag three seconds of silence, or the virtual ones that pass while nobody is there.
        tag.compare(tag.sync())
        assert tag.tag.status()["lost_bytes"] == 0


def test_no_byte_is_lost_while_flash_is_written(start_tag: StartTag, kept: Path) -> None:
    """Documents and signed requests are longer than the FIFO, and a reading a second is programmed in between."""
    tag = start_tag(scenario="quiet", line="uart", pace="wall")
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A", "--cadence", "1")
    before = tag.status()["programs"]
    # A tag checks so many signatures in a row, and no more.
    for _ in range(2):
        cli.run("sync")
        cli.run("status")
    status = tag.status()
    assert status["programs"] - before > 10
    assert status["rx_bytes"] > 2000
    assert status["lost_bytes"] == 0
