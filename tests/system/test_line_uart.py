"""A real sync of an emulated tag whose line is a UART: rates are agreed upon, and no byte is lost to its FIFO."""

import contextlib
import json
import time
from pathlib import Path

import pytest

from ankletag.transport import open_port
from provisioned import provisioned
from support import wait_until
from system.cabled import LIMIT_S, Cabled, cabled
from system.commandline import Cli
from system.conftest import StartTag
from taghil.line import Cable
from taghil.vm.process import Emulator
from tagproto import frames, messages
from tagproto.bad import Bad

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


class Talk:
    """Frames by hand over the tag's own port."""

    def __init__(self, tag: Emulator) -> None:
        self._port = open_port(tag.port)
        self._decoder = frames.Decoder()
        self._id = 0
        self._port.write(b"\x00")

    def ask(self, kind: int, body: bytes, wait_s: float) -> int:
        """The kind of the answer to a request; 0 where none comes."""
        self._id = (self._id + 1) & 0xFF
        self._port.write(frames.encode(kind, self._id, body))
        end_s = time.monotonic() + wait_s
        while (left_s := end_s - time.monotonic()) > 0:
            for frame in self._decoder.feed(self._port.read(left_s)):
                if not isinstance(frame, Bad) and frame.request_id == self._id:
                    return frame.kind
        return 0

    def speed_up(self) -> None:
        """To the highest rate."""
        assert self.ask(messages.RATE, HIGHEST.to_bytes(4, "little"), LIMIT_S) == messages.RATE | messages.REPLY
        assert self._port.set_baud(HIGHEST)

    def close(self) -> None:
        self._port.close()


LONG = bytes(i & 0xFF for i in range(500))
"""Takes 5 ms at the highest rate, and is no document."""


def test_no_byte_is_lost_while_flash_is_written(start_tag: StartTag, kept: Path) -> None:
    """Requests longer than the FIFO, each behind a listen, beside a reading a second and what is refused: all arrive.

    How much is lost where nobody listens is tried in tests/rig/test_emulated_lines.py.
    """
    tag = start_tag(scenario="quiet", line="uart", pace="wall")
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A", "--cadence", "1")
    cli.run("sync")
    before = tag.status()
    with contextlib.closing(Talk(tag)) as talk:
        talk.speed_up()
        status = before
        while status["programs"] < before["programs"] + 10 or status["rx_bytes"] < before["rx_bytes"] + 20_000:
            assert talk.ask(messages.LISTEN, b"", LIMIT_S) == messages.LISTEN | messages.REPLY
            assert talk.ask(messages.PRESENT, LONG, 5.0) == messages.ERROR
            status = tag.status()
        assert status["lost_bytes"] == 0
