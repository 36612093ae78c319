"""The MicroPython that an emulated chip needs: what is told to who has none, or another file."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from ankletag.errors import Exit
from ankletag.image import write_uf2
from ankletag.image.board import MICROPYTHON_BANNER
from taghil.mcu.micropython import VARIABLE, slower, uf2_path
from taghil.vm.config import Config
from taghil.vm.process import Emulator, EmulatorDied, EmulatorError

FLASH, FILES = 0x10000000, 0x100A0000
COMMAND = [sys.executable, "-c", "from ankletag.cli import main; main()", "emulate", "--chip"]


def micropython(path: Path, at: int = FLASH, code: bytes = b"") -> Path:
    """A UF2 that could be one."""
    path.write_bytes(write_uf2({at: code.ljust(4096, b"\0") + MICROPYTHON_BANNER.ljust(4096, b"\0")}))
    return path


def told(given: str | None) -> str:
    """The one line that refuses a file, which says what to bring and where it is."""
    with pytest.raises(EmulatorError) as refused:
        uf2_path(given)
    text = str(refused.value)
    assert "\n" not in text
    assert "RPI_PICO" in text
    assert "micropython.org" in text
    return text


def test_no_file_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for nothing in (None, ""):
        monkeypatch.delenv(VARIABLE, raising=False)
        assert VARIABLE in told(nothing)
        assert "--uf2" in told(nothing)
        monkeypatch.setenv(VARIABLE, "")
        assert VARIABLE in told(nothing)


def test_a_file_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    text = tmp_path / "firmware.txt"
    text.write_text("MicroPython", encoding="utf-8")
    large = micropython(tmp_path / "large.uf2", FILES)
    for path in (tmp_path / "absent.uf2", tmp_path, text, large):
        assert str(path) in told(str(path))
        monkeypatch.setenv(VARIABLE, str(path))
        assert str(path) in told(None)
        monkeypatch.delenv(VARIABLE)


def test_what_is_given_goes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = micropython(tmp_path / "one.uf2"), micropython(tmp_path / "other.uf2")
    monkeypatch.setenv(VARIABLE, str(one))
    assert uf2_path() == one
    assert uf2_path(str(other)) == other
    monkeypatch.chdir(tmp_path)
    # Processes that are started elsewhere find it all the same.
    assert uf2_path("other.uf2") == other


def test_a_second_takes_as_long_as_the_installation_makes_it() -> None:
    assert slower() in (12, 32)


def test_a_chip_that_never_comes_to_rest_is_told_and_what_to_bring(tmp_path: Path) -> None:
    # Resets itself by the watchdog (RP2040 datasheet 4.7.6), at once and again: ldr, ldr, str, and to itself.
    code = struct.pack("<4H2I", 0x4801, 0x4902, 0x6001, 0xE7FE, 0x40058000, 1 << 31)
    path = micropython(tmp_path / "resets.uf2", code=code)
    run = subprocess.run(
        [*COMMAND, "--state", str(tmp_path / "state"), "--uf2", str(path)],
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == Exit.NO_ANSWER, run.stderr
    assert "was reset 8 times in a row and never came to rest" in run.stderr
    assert "next: Bring a MicroPython of 1.25 or newer for the board RPI_PICO" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_file_that_vanished_is_told_at_the_next_boot(tmp_path: Path) -> None:
    # Waits for an interrupt, and again: wfi, and back to it.
    path = micropython(tmp_path / "rests.uf2", code=struct.pack("<2H", 0xBF30, 0xE7FD))

    def boot_again(tag: Emulator, boots: int) -> None:
        tag.power_cycle()
        tag.wait("boots", 20, boots=boots)

    with Emulator(tmp_path / "state", uf2=str(path)) as tag:
        boot_again(tag, 2)
        assert tag.status()["ready_us"] >= 0
        path.unlink()
        with pytest.raises(EmulatorError, match=r"^[^\n]+rests\.uf2 cannot be read[^\n]+$") as gone:
            boot_again(tag, 3)
    with pytest.raises(EmulatorError, match=r"^[^\n]+rests\.uf2 cannot be read[^\n]+$") as absent:
        Emulator(tmp_path / "state", uf2=str(path)).start()
    assert not isinstance(gone.value, EmulatorDied)
    assert not isinstance(absent.value, EmulatorDied)


def test_files_of_the_tag_that_do_not_do_are_told_in_a_sentence(tmp_path: Path) -> None:
    source = """
import sys
from ankletag.image import ImageError
from taghil.vm.__main__ import main
def make(folder, config, ready_fd):
    raise ImageError("The tag's file x.py does not compile.", "Install ankletag again.")
sys.exit(main(make))
"""
    (tmp_path / "given.json").write_text(Config("", "", "").to_json(), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", source, str(tmp_path), "given.json", "-1", "-1"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (2, "The tag's file x.py does not compile. Install ankletag again\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), f"an emulated RP2040 needs a MicroPython .* with --uf2 or {VARIABLE}"),
        (("--uf2", "absent.uf2"), "absent.uf2 cannot be read"),
        (("--repl",), "--repl and --pause-at look into the VM: they do not go with --chip"),
        (("--pause-at", "strap"), "--repl and --pause-at look into the VM: they do not go with --chip"),
        (("--flash-blocks", "64"), "--flash-blocks and --heap do not go with --chip"),
        (("--heap", "200k"), "--flash-blocks and --heap do not go with --chip"),
    ],
)
def test_the_command_refuses_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    state = tmp_path / "state"
    run = subprocess.run(
        [*COMMAND, "--state", str(state), *arguments],
        capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert run.returncode == Exit.USAGE == 2, run.stderr
    assert re.fullmatch(r"error: [^\n]+\.\n  next: [^\n]+\.\n", run.stderr), run.stderr
    assert re.search(sentence, run.stderr), run.stderr
    assert not run.stdout
    assert not state.exists()
