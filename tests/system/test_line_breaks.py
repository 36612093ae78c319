"""What breaks off a sync: a killed host, a tag that reboots or goes away, another host at the same tag."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.errors import Exit
from support import wait_until
from system.cabled import LIMIT_S, Cabled, cabled
from taghil.line import Cable, Line
from tagproto import frames, messages

pytestmark = pytest.mark.slow

SLOW = Cable(60_000)
"""Three seconds for the log: a sync can be met in its middle."""
MIDDLE = 7_000


def in_the_middle(tag: Cabled, *arguments: str) -> "subprocess.Popen[str]":
    """A sync that has stored pages and lacks others."""
    process = tag.begin(*arguments)
    tag.until_passed(process, MIDDLE)
    wait_until(lambda: len(tag.stored()) > 1, LIMIT_S, "pages were stored")
    assert process.poll() is None, process.communicate()
    return process


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl-C"])
def test_a_host_that_is_stopped_goes_on_from_its_store(lived: Path, kept: Path, how: signal.Signals) -> None:
    with cabled(lived, kept, SLOW) as tag:
        process = in_the_middle(tag)
        process.send_signal(how)
        tag.end(process, -signal.SIGKILL if how == signal.SIGKILL else Exit.STOPPED)
        between = tag.stored()
        document = tag.sync()
        tag.compare(document)
    assert 1 < len(between) < document["pages"] - 1
    # What was stored is not asked for again; the open page always is.
    assert document["new_pages"] <= document["pages"] - len(between) + 1


def power_cycle(tag: Cabled) -> None:
    tag.tag.power_cycle()


def off_for_a_while(tag: Cabled) -> None:
    tag.tag.power_off()
    # The host asks, and asks again.
    asked = tag.line.counts()["to_tag"].bytes
    wait_until(lambda: tag.line.counts()["to_tag"].bytes > asked + 20, LIMIT_S, "the host had asked for an answer")
    tag.tag.power_on()


def killed_emulator(tag: Cabled) -> None:
    """Its port goes, as USB does; and comes back."""
    tag.tag.kill()
    tag.tag.start()


@pytest.mark.parametrize("how", [power_cycle, off_for_a_while, killed_emulator])
def test_a_tag_that_restarts(lived: Path, kept: Path, how: Callable[[Cabled], None]) -> None:
    """The sync under way may end, with a sentence, or go on; the next one brings the rest."""
    with cabled(lived, kept, SLOW) as tag:
        process = in_the_middle(tag)
        boots = tag.tag.status()["boots"]
        how(tag)
        tag.tag.wait("boots", LIMIT_S, boots=boots + 1)
        _, err = tag.end(process, None)
        assert process.returncode in (Exit.OK, Exit.NO_ANSWER, Exit.TAG_REFUSED), err
        between = tag.stored()
        document = tag.sync()
        tag.compare(document)
    assert len(between) > 1
    # Beside what was missing: the page that was open, and those of the boot.
    assert document["new_pages"] <= document["pages"] - len(between) + 2


def test_a_second_host_at_the_same_port_is_told_and_the_first_is_not_disturbed(lived: Path, kept: Path) -> None:
    with cabled(lived, kept, SLOW) as tag:
        process = in_the_middle(tag)
        second = tag.begin()
        _, err = tag.end(second, Exit.PORT_BUSY)
        assert "open in another program" in err
        tag.compare(_document(tag.end(process)[0]))


def test_a_second_host_behind_another_cable_waits_for_the_first(lived: Path, kept: Path) -> None:
    with cabled(lived, kept, SLOW) as tag, Line(tag.tag.port, SLOW) as other:
        process = in_the_middle(tag)
        second = tag.begin("--store", str(kept / "second.sqlite"), port=other.port)
        tag.compare(_document(tag.end(process)[0]))
        _, err = tag.end(second, None)
        assert second.returncode in (Exit.OK, Exit.NO_ANSWER), err


def test_a_host_that_talks_in_between_and_takes_replies(lived: Path, kept: Path) -> None:
    """No lock holds whoever does not ask for one: it asks for the status and a new nonce, and takes what it gets."""
    asks = b"\x00"
    for n, (kind, values) in enumerate(
        [(messages.STATUS, {}), (messages.HELLO, {"version": 1, "entropy": bytes(16)})], 0x70
    ):
        asks += frames.encode(kind, n, messages.encode(kind, values))
    with cabled(lived, kept, SLOW) as tag:
        process = in_the_middle(tag)
        fd = os.open(tag.line.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        taken = 0
        end = time.monotonic() + LIMIT_S
        for _ in range(5):
            os.write(fd, asks)
            goal = taken + 20
            while taken < goal and process.poll() is None and time.monotonic() < end:
                if select.select([fd], [], [], 0.01)[0]:
                    try:
                        taken += len(os.read(fd, 100))
                    except BlockingIOError:
                        continue
        os.close(fd)
        tag.end(process, None)
        assert process.returncode in (Exit.OK, Exit.NO_ANSWER, Exit.TAG_REFUSED)
        assert taken
        tag.compare(tag.sync())


def _document(text: str) -> dict[str, object]:

    found: dict[str, object] = json.loads(text)
    return found
