"""The tag is found by asking; between several nothing is guessed, and what is no tag is said in a line."""

import os
import pty
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ankletag.errors import Exit, OtherVersion, PortAbsent, PortBusy, TagSilent, UsageError
from ankletag.find import Found, FoundTag, find, id_beginning
from ankletag.store import Store
from ankletag.transport import Port, Transport, open_port
from host.commandline import run
from host.fakeline import Pipe, TerminalTag
from host.faketag import FakeTag
from host.tagmaker import fitted
from provisioned import station_folder
from support import wait_until
from tagproto import messages

DEADLINE_S = 30
QUICK_S = 0.02


@pytest.fixture
def tags(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[TerminalTag]]:
    """Two tags at ports where they are looked for."""
    with ExitStack() as stack:
        both = [stack.enter_context(TerminalTag(FakeTag(fitted([0], seed=seed)))) for seed in (1, 2)]
        monkeypatch.setenv("ANKLETAG_PORTS", " ".join(tag.port for tag in both))
        yield both


@pytest.fixture
def silent() -> Iterator[str]:
    """A port that takes all and says nothing."""
    master, slave = pty.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def number(tag: TerminalTag) -> str:
    return tag.tag.maker.tag_id.hex()


def test_the_only_tag_is_taken_and_said(tags: list[TerminalTag], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANKLETAG_PORTS", tags[0].port)
    outcome = run("log")
    assert outcome.code == Exit.OK
    assert outcome.err.splitlines() == [f"found tag {number(tags[0])} on {tags[0].port}, fitted"]


@pytest.mark.slow
def test_what_is_no_tag_is_told_in_a_line_each(
    tags: list[TerminalTag], silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANKLETAG_PORTS", f"/dev/absent {silent} {tags[0].port}")
    outcome = run("log", "--json")
    assert outcome.code == Exit.OK
    first, second, third = outcome.err.splitlines()
    assert first == "no tag on /dev/absent: There is no port /dev/absent."
    assert second.startswith(f"no tag on {silent}: The tag on {silent} does not answer")
    assert third.startswith(f"found tag {number(tags[0])}")


def test_between_two_nothing_is_guessed(tags: list[TerminalTag]) -> None:
    outcome = run("log")
    assert outcome.code == Exit.USAGE
    assert outcome.out == ""
    assert outcome.err.splitlines() == [
        f"found tag {number(tags[0])} on {tags[0].port}, fitted",
        f"found tag {number(tags[1])} on {tags[1].port}, fitted",
        f"error: There are 2 tags: {number(tags[0])}, {number(tags[1])}.",
        "  next: Name one with --tag; where two have one number, with --port.",
    ]
    # Nobody was asked for more than who it is and how it is.
    for tag in tags:
        assert set(tag.tag.requests) == {messages.HELLO, messages.STATUS}


@pytest.mark.parametrize("digits", [4, 9, 16])
def test_a_tag_by_its_number_or_the_beginning_of_it(tags: list[TerminalTag], digits: int) -> None:
    for tag in tags:
        outcome = run("status", "--tag", number(tag)[:digits].upper(), "--json")
        assert outcome.code == Exit.OK
        assert number(tag) in outcome.out


@pytest.mark.parametrize("command", ["status", "log", "sync", "remove"])
def test_a_tag_that_is_not_there(tags: list[TerminalTag], command: str, tmp_path: Path) -> None:
    own = ["--station", str(station_folder(tmp_path / "station")), "--store", str(tmp_path / "store.sqlite")]
    outcome = run(command, "--tag", "00112233", *(own if command in ("sync", "remove") else []))
    assert outcome.code == Exit.PORT_ABSENT
    assert "Tag 00112233 was not found." in outcome.err
    for tag in tags:
        assert f"{number(tag)} on {tag.port}" in outcome.err


def test_the_port_that_was_named_must_have_the_tag_that_was(tags: list[TerminalTag]) -> None:
    one, two = tags
    assert run("log", "--port", one.port, "--tag", number(one)).code == Exit.OK
    outcome = run("log", "--port", one.port, "--tag", number(two))
    assert outcome.code == Exit.PORT_ABSENT
    assert f"{number(one)} on {one.port}" in outcome.err
    # Without a tag the port alone is asked, and nobody else.
    two.tag.requests.clear()
    assert run("log", "--port", one.port).code == Exit.OK
    assert two.tag.requests == []


@pytest.mark.parametrize("wrong", ["", "abc", "xyz1", "0" * 17, "12 34", "\uff11\uff12\uff13\uff14"])
def test_what_is_no_number(wrong: str) -> None:
    with pytest.raises(UsageError, match="is no tag's id"):
        id_beginning(wrong)
    outcome = run("log", "--port", "/dev/absent", "--tag", wrong)
    assert outcome.code == Exit.USAGE


def test_tags_in_the_store_by_the_beginning_of_their_number(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        store.see_tag(bytes.fromhex("aabbccdd00000001"), 1)
        store.see_tag(bytes.fromhex("aabbccee00000002"), 2)
    outcome = run("verify", "--store", path, "--tag", "aabbcc")
    assert outcome.code == Exit.USAGE
    assert "knows 2 such tags" in outcome.err
    assert "aabbccee00000002" in outcome.err
    assert "aabbccee00000002" in run("verify", "--store", path, "--tag", "aabbccee").out


def test_no_port_at_all() -> None:
    with pytest.raises(PortAbsent, match=r"charge-only"):
        find([]).matching(None)


def test_several_ports_and_no_tag(silent: str, tmp_path: Path) -> None:
    found = find([Port(str(tmp_path / "none")), Port(silent, "Board in FS mode")], reply_s=QUICK_S)
    assert found.tags == ()
    with pytest.raises(PortAbsent) as error:
        found.matching(None)
    assert "No tag answered on 2 ports." in error.value.cause
    assert "There is no port" in error.value.cause
    assert f"{silent} (Board in FS mode): " in error.value.cause


def test_one_port_without_a_tag(silent: str) -> None:
    with pytest.raises(PortAbsent, match="No tag answered on 1 port"):
        find([Port(silent)], reply_s=QUICK_S).matching(None)


def test_the_only_port_is_busy_or_of_another_version(tags: list[TerminalTag]) -> None:
    """Then that is what is wrong, with its own exit code."""
    held = open_port(tags[0].port)
    with pytest.raises(PortBusy):
        find([Port(tags[0].port)]).matching(None)
    held.close()
    tags[0].tag.version = 9
    with pytest.raises(OtherVersion, match="version 9"):
        find([Port(tags[0].port)]).matching(None)


def test_ports_are_asked_all_at_once() -> None:
    """Each waits in its opening until all of them are opened: one behind the other would never end."""
    meeting = threading.Barrier(5, timeout=DEADLINE_S)
    made = [FakeTag(fitted([0], seed=seed)) for seed in range(1, 6)]

    def opener(name: str) -> Pipe:
        meeting.wait()
        return Pipe(made[int(name)])

    found = find([Port(str(index)) for index in range(5)], opener)
    assert [tag.tag_id for tag in found.tags] == [tag.maker.tag_id for tag in made]
    assert found.others == ()


def test_ports_that_hang_share_one_patience(tags: list[TerminalTag], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ankletag.find._PATIENCE_S", 2.0)
    opens = threading.Event()
    waits: list[float] = []
    join = threading.Thread.join

    def noted(thread: threading.Thread, timeout: float | None = None) -> None:
        assert timeout is not None
        waits.append(timeout)
        join(thread, timeout)

    def opener(name: str) -> Transport:
        if name.startswith("hangs"):
            opens.wait(DEADLINE_S)
        return open_port(name)

    monkeypatch.setattr(threading.Thread, "join", noted)
    hanging = [Port(f"hangs{index}", "") for index in range(3)]
    found = find([*hanging, Port(tags[0].port, "")], opener)
    opens.set()
    assert [tag.port.name for tag in found.tags] == [tags[0].port]
    assert [error.cause for _, error in found.others] == [f"{port.name} did not open in time." for port in hanging]
    # The first one took it all.
    assert waits[1:] == [0.0, 0.0, 0.0]


def test_a_tag_that_is_asked_twice_is_as_before(tags: list[TerminalTag]) -> None:
    maker = tags[0].tag.maker
    before = maker.raw_pages()
    for _ in range(2):
        assert [tag.tag_id for tag in find([Port(tags[0].port)]).tags] == [maker.tag_id]
    assert maker.raw_pages() == before
    assert tags[0].tag.refused == []


def test_two_that_have_one_number_are_told_apart_by_their_ports() -> None:
    twins = tuple(FoundTag(Port(name), bytes(8), False) for name in ("ttyACM0", "ttyACM1"))
    found = Found(twins, ((Port("ttyACM2"), TagSilent("It says nothing.", "Wake it.")),))
    assert found.matching("0000") == list(twins)


class Screen:
    """A command at a terminal of its own, as a user sits before one."""

    def __init__(self, *words: str) -> None:
        self.pid, self.master = pty.fork()
        if not self.pid:
            os.execv(sys.executable, [sys.executable, "-c", "from ankletag.cli import main; main()", *words])
        self.text = ""

    def until(self, words: str) -> None:
        def seen() -> bool:
            if select.select([self.master], [], [], 0)[0]:
                try:
                    self.text += os.read(self.master, 4096).decode("utf-8", "replace")
                except OSError:
                    return words in self.text
            return words in self.text

        wait_until(seen, DEADLINE_S, f"the screen says {words!r}")

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def end(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        os.close(self.master)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_at_a_terminal_the_choice_is_asked_for(tags: list[TerminalTag]) -> None:
    screen = Screen("status")
    screen.until("which one [1-2]")
    assert f"1  tag {number(tags[0])} on {tags[0].port}, fitted" in screen.text
    screen.type("3\n")
    screen.until("Type a number from 1 to 2, or Ctrl-C to stop.")
    screen.text = ""
    screen.type("two\n")
    screen.until("Type a number from 1 to 2")
    screen.type("2\n")
    screen.until("unreceipted")
    assert screen.end() == Exit.OK
    assert f"tag_id             {number(tags[1])}" in screen.text


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_ctrl_c_instead_of_a_choice(tags: list[TerminalTag]) -> None:
    screen = Screen("status")
    screen.until("which one [1-2]")
    screen.type("\x03")
    screen.until("stopped, nothing lost")
    assert screen.end() == Exit.STOPPED
    assert "Traceback" not in screen.text
