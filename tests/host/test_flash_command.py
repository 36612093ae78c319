"""`ankletag flash` as a user runs it: words, codes, JSON, Ctrl-C."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.errors import Exit
from ankletag.image import firmware_image, read_image, write_uf2
from ankletag.image.board import MICROPYTHON_BANNER
from ankletag.image.geometry import FLASH_ADDRESS
from host.commandline import ANKLETAG, run
from host.fakeboard import FakeBoard
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import TagMaker, fitted
from support import wait_until

pytestmark = pytest.mark.slow
LIMIT_S = 60


@pytest.fixture(autouse=True)
def _no_micropython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANKLETAG_UF2", raising=False)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[FakeBoard]:
    """A new board at its prompt."""
    maker = TagMaker()
    maker.boot()
    with FakeBoard(tmp_path, FakeTag(maker, provisioned=False)) as made:
        made.start()
        wait_until(made.port.exists, 10, "the board's port is there")
        yield made


def test_a_new_board_is_flashed_in_words(board: FakeBoard) -> None:
    outcome = run("flash", "--port", board.port)
    assert outcome.code == Exit.OK, outcome.err
    image = firmware_image()
    assert board.image == image
    used = len(read_image(image).blocks)
    first, second, third = outcome.out.splitlines()
    assert first.startswith(f"tag {board.tag.maker.tag_id.hex()} on {board.port} runs ankletag ")
    assert first.endswith(f"firmware {board.digest().hex()}")  # type: ignore[union-attr]
    assert second.startswith(f"image: {used} of 40 blocks, {40 - used} free")
    assert third.startswith("log: kept")


def test_the_developers_image_says_what_it_is_and_json_is_one_document(board: FakeBoard) -> None:
    outcome = run("flash", "--port", board.port, "--developer", "--json")
    assert outcome.code == Exit.OK, outcome.err
    assert board.image == firmware_image(developer=True)
    document = json.loads(outcome.out)
    assert document["firmware"] == board.digest().hex()  # type: ignore[union-attr]
    assert (document["developer"], document["way"], document["evidence_discarded"]) == (True, "prompt", False)


def test_the_word_that_gives_up_evidence_has_to_be_typed_in_full(board: FakeBoard) -> None:
    image = firmware_image(developer=True)
    board.flash[: len(image)] = image
    board.flash[-4096:] = bytes(4096)
    before = bytes(board.flash)
    for beginning in ("--discard", "--discard-evidenc", "--d"):
        assert run("flash", "--port", board.port, beginning).code == Exit.USAGE
    assert run("flash", "--port", board.port).code == Exit.NOT_READ_OUT
    assert bytes(board.flash) == before
    outcome = run("flash", "--port", board.port, "--discard-evidence")
    assert outcome.code == Exit.OK, outcome.err
    assert outcome.out.splitlines()[-1].startswith("log: erased")


def test_a_tag_with_unread_records_is_refused_with_its_own_code(tmp_path: Path) -> None:
    with FakeBoard(tmp_path, FakeTag(fitted(range(400)))) as board:
        board.flash[: len(firmware_image())] = firmware_image()
        board.start()
        wait_until(board.port.exists, 10, "the board's port is there")
        outcome = run("flash", "--port", board.port)
    assert outcome.code == Exit.NOT_READ_OUT
    assert "not read out" in outcome.err
    assert outcome.out == ""


def test_the_environment_names_a_micropython_for_a_board_that_needs_one(
    board: FakeBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.uf2"
    micropython = MICROPYTHON_BANNER.ljust(4096, b"m")
    path.write_bytes(write_uf2({FLASH_ADDRESS: micropython}))
    board.mpy = 5
    assert run("flash", "--port", board.port).code == Exit.FLASHING
    monkeypatch.setenv("ANKLETAG_UF2", str(path))
    outcome = run("flash", "--port", board.port, "--drive", board.drive)
    assert outcome.code == Exit.OK, outcome.err
    assert board.micropython == micropython


@pytest.mark.parametrize("content", [None, b"no UF2"])
def test_an_environment_that_names_no_micropython_stops_no_board_that_needs_none(
    board: FakeBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "m.uf2"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("ANKLETAG_UF2", str(path))
    assert run("flash", "--port", board.port, "--micropython", path).code == Exit.USAGE
    fits, board.mpy = board.mpy, 5
    assert run("flash", "--port", board.port).code == Exit.FLASHING
    board.mpy = fits
    outcome = run("flash", "--port", board.port)
    assert outcome.code == Exit.OK, outcome.err
    assert f"ANKLETAG_UF2 is passed over: {path}" in outcome.err


@pytest.mark.parametrize("operations", [0, 1, 25])
def test_ctrl_c_says_what_state_the_board_is_in(board: FakeBoard, operations: int) -> None:
    command = subprocess.Popen(
        [*ANKLETAG, "flash", "--port", str(board.port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def interrupt() -> None:
        if len(board.erased) + len(board.programmed) == operations:
            command.send_signal(signal.SIGINT)

    board.on_operation = interrupt
    out, err = command.communicate(timeout=LIMIT_S)
    assert command.returncode == Exit.STOPPED, err
    assert "part of the image only" in err
    assert "Run the command again" in err
    assert "Traceback" not in err
    assert out == ""
    board.on_operation = lambda: None
    assert run("flash", "--port", board.port).code == Exit.OK
    assert board.image == firmware_image()


def test_ctrl_c_while_somebody_is_waited_for_says_that_nothing_was_written(tmp_path: Path) -> None:
    tag = FakeTag(fitted([0]))
    tag.received = len(tag.maker.closed)
    with TerminalTag(tag) as terminal:
        command = subprocess.Popen(
            [*ANKLETAG, "flash", "--port", terminal.port], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert command.stderr is not None
        for line in command.stderr:
            if "hold its BOOTSEL button" in line:
                command.send_signal(signal.SIGINT)
                break
        _, err = command.communicate(timeout=LIMIT_S)
    assert command.returncode == Exit.STOPPED
    assert "Nothing was written to the board" in err
