"""Flashing a tag that lives: it is asked first, and left alone as long as it holds what nobody has read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import Exit
from ankletag.flashing import unread_pages
from ankletag.transport import open_port
from provisioned import provisioned
from system.commandline import Cli, run_ankletag
from taghil.vm.process import Emulator

pytestmark = pytest.mark.slow

StartTag = Callable[..., Emulator]
DAY_S = 30


def unread(tag: Emulator) -> int:
    with Client(open_port(str(tag.port))) as client:
        return unread_pages(client.hello(), client.status())


def flash(tag: Emulator, *more: str) -> tuple[int, str]:
    done = run_ankletag("flash", "--port", str(tag.port), "--by-hand", "1", *more)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_a_tag_of_no_programme_may_be_flashed_and_one_with_unread_records_only_after_a_sync(
    start_tag: StartTag, kept: Path
) -> None:
    tag = start_tag(scenario="quiet", days=1)
    assert unread(tag) == 0
    code, said = flash(tag)
    assert (code, "hold its BOOTSEL button" in said) == (Exit.PORT_ABSENT, True), said
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A")
    tag.wait_lived(DAY_S)

    before = unread(tag)
    assert before > 10
    code, said = flash(tag)
    assert code == Exit.NOT_READ_OUT, said
    assert f"{before} pages of records that are not read out" in said
    assert "hold its BOOTSEL button" not in said
    # Given up in full, it is not asked about any longer; here nobody holds BOOTSEL.
    code, said = flash(tag, "--discard-evidence")
    assert code == Exit.PORT_ABSENT, said

    cli.run("sync")
    assert unread(tag) == 0
    code, said = flash(tag)
    assert (code, "hold its BOOTSEL button" in said) == (Exit.PORT_ABSENT, True), said
    # A removal leaves records of its own, which the command itself reads out.
    cli.run("remove", "--reason", "order-ended")
    assert unread(tag) == 0
