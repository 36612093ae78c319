"""A tag's first minutes on a leg, on every backend: fitted, read out, cut off, tampered with, restarted.

What needs days is in the neighbouring files; an emulated chip lives them slowly.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import AnkletagError, LinkLost
from ankletag.store import Store
from ankletag.sync import sync
from ankletag.transport import Through, Transport, open_port
from ankletag.verify import Verified
from provisioned import LASTING, clock_of, connect, judged, provisioned, station
from system.commandline import Cli
from taghil.vm.process import Emulator
from tagproto import records, seals

pytestmark = [pytest.mark.slow, pytest.mark.minutes]

StartTag = Callable[..., Emulator]
LIMIT_S = 30


def fitted(start_tag: StartTag, kept: Path, cut_at: int = 0) -> tuple[Emulator, Cli]:
    """A tag on a leg that lives for half an hour behind its fitting. cut_at: an operation from before the fitting."""
    tag = start_tag(scenario="quiet", days=0.02)
    provisioned(tag)
    # Told before: minutes are lived faster than a command is sent.
    tag.cut_power_at(cut_at)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A")
    return tag, cli


def stored(kept: Path) -> Verified:
    with Store(kept / "store.sqlite", create=False) as opened:
        return judged(opened)


def kinds(verified: Verified) -> list[str]:
    return [records.name(record.kind) for _, record in verified.events()]


def test_fitted_read_out_and_removed(start_tag: StartTag, kept: Path) -> None:
    tag, cli = fitted(start_tag, kept)
    tag.wait_lived(LIMIT_S)
    told = cli.json("status")
    assert told["fitted"] == 1
    cli.run("remove")
    verified = stored(kept)
    assert verified.against == []
    # One a minute, and the first at once.
    assert verified.readings >= 28
    assert "remove" in kinds(verified)


def test_a_read_out_that_is_cut_goes_on(start_tag: StartTag, kept: Path) -> None:
    tag, _ = fitted(start_tag, kept)
    tag.wait_lived(LIMIT_S)
    with Store(kept / "store.sqlite") as store:
        with pytest.raises(AnkletagError), Client(_Cut(open_port(tag.port), 900), station(LASTING)) as client:
            sync(client, store, clock_of(tag))
        with connect(tag) as client:
            assert sync(client, store, clock_of(tag)).absent == ()
    assert stored(kept).against == []


class _Cut(Through):
    """A cable that is pulled out after so many bytes from the tag."""

    def __init__(self, inner: Transport, after_bytes: int) -> None:
        super().__init__(inner)
        self._left = after_bytes

    def read(self, timeout_s: float) -> bytes:
        data = super().read(timeout_s)
        self._left -= len(data)
        if self._left < 0:
            self.close()
            raise LinkLost("The line was cut.", "Plug it in again.")
        return data


@pytest.mark.parametrize("operation", [42, 50])
def test_power_cut_while_flash_is_written(start_tag: StartTag, kept: Path, operation: int) -> None:
    # Behind the fitting, or in its last steps.
    tag, cli = fitted(start_tag, kept, operation)
    tag.wait("cut", LIMIT_S)
    tag.wait("boots", LIMIT_S, boots=2)
    tag.wait_lived(LIMIT_S)
    cli.run("sync")
    verified = stored(kept)
    assert verified.against == []
    assert kinds(verified).count("boot") == 2


def test_strap_and_case_are_sealed_at_once(start_tag: StartTag, kept: Path) -> None:
    tag, cli = fitted(start_tag, kept)
    tag.set(strap="open")
    tag.set(strap="closed")
    tag.set(case="open")
    tag.wait_lived(LIMIT_S)
    cli.run("sync")
    verified = stored(kept)
    assert verified.against == []
    assert {"strap", "case"} <= set(kinds(verified))
    assert {seals.REASON_STRAP, seals.REASON_CASE} <= {window.seal.seal.reason for window in verified.windows}


def test_a_part_that_fails_and_a_restart(start_tag: StartTag, kept: Path) -> None:
    tag = start_tag(scenario="quiet", days=0.02)
    tag.wait("idle", LIMIT_S)
    tag.fault("temp", "unplugged")
    tag.power_cycle()
    tag.wait("boots", LIMIT_S, boots=2)
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A")
    tag.wait_lived(LIMIT_S)
    tag.mend("temp", "unplugged")
    cli.run("sync")
    verified = stored(kept)
    assert verified.against == []
    assert kinds(verified).count("boot") == 2
    assert "fault" in kinds(verified)
