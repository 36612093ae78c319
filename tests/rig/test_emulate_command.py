"""`ankletag emulate` as a user meets it: what it prints, how it stops, what it refuses, and its prompt."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ankletag.errors import Exit
from support import wait_until
from taghil.flash import BLOCK, DEFAULT_BLOCKS
from taghil.vm.control import call

COMMAND = [sys.executable, "-c", "from ankletag.cli import main; main()", "emulate"]
DEADLINE_S = 30.0


def refused(*arguments: str) -> str:
    """Runs the command, which must refuse in one sentence and say what to do next; gives both."""
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert run.returncode == 2, run.stderr
    assert re.fullmatch(r"error: [^\n]+\.\n  next: [^\n]+\.\n", run.stderr), run.stderr
    assert not run.stdout
    return run.stderr


def test_ready_as_json_and_ctrl_c_keeps_the_state(kept: Path) -> None:
    state = kept / "state"
    with subprocess.Popen([*COMMAND, "--state", str(state), "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert set(ready) == {"port", "clock_file", "state"}
        assert Path(ready["port"]).exists()
        assert "utc_offset_ms" in json.loads(Path(ready["clock_file"]).read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE_S) == 0
    assert not os.path.lexists(ready["port"])
    assert json.loads((state / "world.json").read_text())["end"] == {"reason": "stopped"}
    assert (state / "flash.bin").stat().st_size == DEFAULT_BLOCKS * BLOCK
    assert not [path.name for path in state.iterdir() if path.suffix == ".log" and path.name != "vm.log"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--scenario", "paradise"),
            "paradise: neither a file nor a built-in scenario; `ankletag world list` names those",
        ),
        (("--replay", "absent.csv"), "absent.csv: cannot be read"),
        (("--pause-at", "sunset"), "no event is called 'sunset'"),
        (("--pause-at", "reading:x"), "'x' is not a count"),
        (("--pace", "trot"), "a pace is one of auto, free, wall"),
        (("--line", "parallel"), "a line is one of usb, uart"),
    ],
)
def test_wrong_arguments_are_one_sentence(kept: Path, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused("--state", str(kept / "state"), *arguments)


def test_a_wrong_scenario_file_is_told_as_every_command_tells_it(kept: Path) -> None:
    wrong = kept / "wrong.toml"
    wrong.write_text('about = "x"\nparadise = 1\n', encoding="utf-8")
    told = refused("--state", str(kept / "state"), "--scenario", str(wrong))
    assert "paradise" in told
    assert "next: docs/commands.md, Scenarios," in told


def test_the_hint_names_the_clock_for_all_that_sign(kept: Path) -> None:
    command = [*COMMAND, "--state", str(kept / "state")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as run:
        assert run.stdout is not None
        lines = list(iter(run.stdout.readline, "Ctrl-C stops the tag and keeps its state.\n"))
        run.send_signal(signal.SIGINT)
        assert run.wait(DEADLINE_S) == 0
    clock = f"--clock {kept / 'state' / 'clock.json'}"
    for command_name in ("provision", "fit", "sync"):
        assert any(line.startswith(f"  ankletag {command_name} ") and clock in line for line in lines)
    (told,) = [line for line in lines if "'station'" in line]
    assert "'authority', 'station' and 'calibrate' want " + clock in told


def test_a_vm_that_dies_ends_with_the_code_of_a_silent_tag(kept: Path) -> None:
    command = [*COMMAND, "--state", str(kept / "state"), "--heap", "20k"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert run.returncode == Exit.NO_ANSWER
    assert "MemoryError" in run.stderr
    assert not run.stdout


class Screen:
    """A terminal with the command in it."""

    def __init__(self, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)
        self.text = ""

    def until(self, mark: str) -> None:
        """Reads until a mark is on the screen."""
        deadline = time.monotonic() + DEADLINE_S
        while mark not in self.text:
            assert select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))[0], self.text
            self.text += os.read(self.master, 4096).decode("utf-8", "replace")
        self.text = self.text.split(mark, 1)[1]

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_repl_ctrl_c_leads_to_the_prompt_with_the_app_in_scope(kept: Path) -> None:
    screen = Screen("--state", str(kept / "state"), "--repl")
    try:
        screen.until("Ctrl-D there stops the tag")
        # The firmware waits: Ctrl-C falls into a call to the world, and the next call must not take its reply.
        call(kept / "state" / "control.sock", {"do": "wait", "until": "idle", "deadline_s": DEADLINE_S}, DEADLINE_S)
        screen.type("\x03")
        screen.until(">>> ")
        screen.type("tag.settings.fitted, board.unique_id == board.unique_id, len(board.entropy(5))\r")
        screen.until("(False, True, 5)")
        # What is typed before the prompt is there is lost: the VM switches the terminal and drops its input.
        screen.until(">>> ")
        screen.type("before = board.clock.now_ms(); board.clock.now_ms() >= before\r")
        screen.until("True")
        screen.until(">>> ")
        screen.type("\x04")
        assert screen.process.wait(DEADLINE_S) == 0
    finally:
        screen.close()


def test_pause_at_says_so_and_enter_goes_on(kept: Path) -> None:
    screen = Screen("--state", str(kept / "state"), "--pause-at", "key", "--pace", "wall")
    try:
        screen.until("time stops at 'key'")
        screen.type("\r")
        wait_until(lambda: _records(kept) > 2, DEADLINE_S, "the tag had gone on")
        screen.type("\x03")
        screen.until("state is kept in")
        assert screen.process.wait(DEADLINE_S) == 0
    finally:
        screen.close()


def _records(kept: Path) -> int:
    return int(call(kept / "state" / "control.sock", {"do": "status"}, DEADLINE_S)["records"])
