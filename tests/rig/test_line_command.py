"""`ankletag hil line` as a user meets it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.errors import Exit
from support import wait_until
from taghil.terminal import Terminal

COMMAND = [sys.executable, "-m", "ankletag", "hil", "line"]
LIMIT_S = 30.0


@pytest.fixture
def tag() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


@pytest.mark.parametrize("as_json", [True, False])
def test_it_carries_bytes_until_ctrl_c_and_tells_what_passed(tag: Terminal, kept: Path, as_json: bool) -> None:
    link = kept / "cable"
    command = [*COMMAND, "--port", tag.slave_name, "--baud", "921600", "--latency", "1", "--link", str(link)]
    command += ["--json"] if as_json else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert (json.loads(said)["port"] if as_json else said.strip()) == str(link)
        fd = os.open(link, os.O_RDWR | os.O_NOCTTY)
        wait_until(tag.sees_open, LIMIT_S, "the tag's port was open")
        tag.write(b"from the tag")
        came = b""
        while len(came) < 12:
            came += os.read(fd, 64)
        assert came == b"from the tag"
        process.send_signal(signal.SIGINT)
        told = process.stdout.read()
        assert process.wait(LIMIT_S) == 0
        os.close(fd)
    if as_json:
        assert json.loads(told)["to_host"] == {"bytes": 12, "flips": 0, "drops": 0, "inserted": 0, "cut": 0}
    else:
        assert "to the host: 12 bytes, 0 bits flipped" in told
    assert not os.path.lexists(link)


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--cut", "5"], Exit.USAGE, "START:STOP"),
        (["--cut", "5:3"], Exit.USAGE, "a cut ends behind its begin"),
        (["--ber", "2"], Exit.USAGE, "a bit error rate lies between 0 and 1"),
        (["--port", "nowhere"], Exit.PORT_ABSENT, "nowhere cannot be opened"),
        (["--port", "/dev"], Exit.PORT_ABSENT, "/dev is no serial port"),
        (["--link", "/no/such/folder/x"], Exit.USAGE, "cannot be made"),
    ],
)
def test_what_cannot_be_is_a_sentence(tag: Terminal, arguments: list[str], status: int, sentence: str) -> None:
    command = [*COMMAND, "--port", tag.slave_name, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert run.returncode == status, run.stderr
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert not run.stdout


def test_a_link_that_leads_to_another_port_is_left_alone(tag: Terminal, kept: Path) -> None:
    port = kept / "port"
    port.symlink_to(tag.slave_name)
    ended = subprocess.run(
        [*COMMAND, "--port", str(port), "--link", str(port)], capture_output=True, text=True, timeout=LIMIT_S
    )
    assert ended.returncode == Exit.USAGE
    assert f"{port} cannot be made: File exists." in ended.stderr
    assert os.readlink(port) == tag.slave_name


def test_a_link_that_a_killed_line_left_is_taken_over(tag: Terminal, kept: Path) -> None:
    link = kept / "cable"
    link.symlink_to(kept / "gone")
    command = [*COMMAND, "--port", tag.slave_name, "--link", str(link)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == str(link)
        assert link.exists()
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT_S) == 0
    assert not os.path.lexists(link)
