"""Flashing: what a board holds is asked first; what is written is whole or does not start; the board says so."""

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from littlefs import UserContext

from ankletag.errors import PortAbsent, UsageError
from ankletag.flashing import (
    Firmware,
    Flashed,
    Flashing,
    NotFlashed,
    NotReadOut,
    Patience,
    Wanted,
    firmware_to_flash,
    load_micropython,
)
from ankletag.flashing.drives import Drive, disk_gone, drives
from ankletag.flashing.stage import Stage
from ankletag.image import (
    BLOCK_BYTES,
    IMAGE_BLOCKS,
    STORAGE_BLOCKS,
    build_image,
    firmware_digest,
    read_image,
    write_uf2,
)
from ankletag.image.board import IMAGE_ADDRESS, MICROPYTHON_BANNER
from ankletag.image.geometry import FLASH_ADDRESS, file_system
from ankletag.transport import Transport, open_port
from host.fakeboard import INFO, FakeBoard
from host.faketag import FakeTag
from host.tagmaker import TagMaker, fitted
from support import wait_until

IMAGE_BYTES = IMAGE_BLOCKS * BLOCK_BYTES
QUICK = Patience(by_hand_s=10, taken_s=10, back_s=10, again_s=0.2)
LOG = bytes(range(256)) * 16


def firmware(words: str = "new") -> Firmware:
    """A small one, of some ten blocks."""
    files = {"boot.py": words.encode() * 100, "tag.pack": words.encode() * 10_000}
    image = build_image(files)
    return Firmware("1.2.3", False, image, firmware_digest(files), len(read_image(image).blocks))


NEW = firmware()
MICROPYTHON = {FLASH_ADDRESS: MICROPYTHON_BANNER.ljust(8 * BLOCK_BYTES, b"m")}


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBoard]:
    """A new board, without power."""
    maker = TagMaker()
    maker.boot()
    with FakeBoard(tmp_path, FakeTag(maker, provisioned=False)) as made:
        monkeypatch.setenv("ANKLETAG_PORTS", str(made.port))
        yield made


@pytest.fixture
def worn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBoard]:
    """A tag that was fitted and lived, with its log, and runs an older firmware."""
    with FakeBoard(tmp_path, FakeTag(fitted(range(400), seed=3))) as made:
        monkeypatch.setenv("ANKLETAG_PORTS", str(made.port))
        made.flash[:IMAGE_BYTES] = firmware("old").image
        made.flash[IMAGE_BYTES : IMAGE_BYTES + len(LOG)] = LOG
        yield made


def powered(board: FakeBoard) -> FakeBoard:
    board.start()
    wait_until(board.port.exists, 10, "the board's port is there")
    return board


def flash(board: FakeBoard, **wanted: object) -> Flashed:
    options = {"firmware": NEW, "port": str(board.port), "patience": QUICK, **wanted}
    return Flashing(Wanted(**options), lambda words: None, lambda done, total: None).run()  # type: ignore[arg-type]


# At the prompt


def test_a_new_board_at_its_prompt_gets_the_image_and_says_so(board: FakeBoard) -> None:
    result = flash(powered(board))
    assert board.image == NEW.image
    assert (result.tag_id, result.way, result.discarded) == (board.tag.maker.tag_id, "prompt", False)
    assert board.tag.firmware == NEW.digest
    assert result.blocks_written == len(board.programmed)
    assert board.micropython is None


def test_the_head_is_erased_first_and_written_last(board: FakeBoard) -> None:
    board.flash[:IMAGE_BYTES] = firmware("old").image
    board.held = True
    powered(board)
    board.held = False
    flash(board)
    assert board.erased[:2] == [0, 1]
    assert board.programmed[-2:] == [1, 0]


@pytest.mark.parametrize("operations", [*range(8), 12, 15, 20])
def test_a_cable_that_is_pulled_leaves_the_old_or_the_new_or_nothing_that_mounts(
    board: FakeBoard, operations: int
) -> None:
    old = firmware("old")
    board.flash[:IMAGE_BYTES] = old.image
    board.held = True
    board.operations_left = operations
    with pytest.raises(NotFlashed, match="stopped answering") as raised:
        flash(powered(board))
    assert board.digest() in (None, old.digest if not board.erased[1:] else None, NEW.digest)
    assert "MicroPython is intact" in raised.value.cause
    assert "Run the command again" in raised.value.action

    board.operations_left = None
    wait_until(lambda: not board.port.exists(), 10, "the old port is gone")
    powered(board)
    board.held = False
    before = len(board.programmed)
    flash(board)
    assert board.image == NEW.image
    again = set(board.programmed[:before]) & set(board.programmed[before:])
    assert again <= {0, 1}, "what was there is not written anew"


def test_a_block_that_does_not_hold_is_found_and_nothing_mounts(board: FakeBoard) -> None:
    board.weak = max(read_image(NEW.image).blocks)
    with pytest.raises(NotFlashed, match=f"block {board.weak} does not read back"):
        flash(powered(board))
    assert board.digest() is None


def test_what_is_there_already_is_not_written_again(board: FakeBoard) -> None:
    board.flash[:IMAGE_BYTES] = NEW.image
    board.held = True
    powered(board)
    board.held = False
    assert flash(board).blocks_written == 0
    assert board.erased == []


def test_a_log_at_the_prompt_is_left_alone(worn: FakeBoard) -> None:
    worn.held = True
    before = bytes(worn.flash)
    with pytest.raises(NotReadOut, match=r"it has a log.*Nothing was written") as raised:
        flash(powered(worn))
    assert "--discard-evidence" in raised.value.action
    assert bytes(worn.flash) == before


@pytest.mark.parametrize("formatted", [False, True])
def test_a_tag_whose_flashing_was_broken_off_gets_its_image_and_keeps_its_log(worn: FakeBoard, formatted: bool) -> None:
    worn.held = True
    worn.flash[: 2 * BLOCK_BYTES] = b"\xff" * 2 * BLOCK_BYTES
    if formatted:
        # As MicroPython does with what does not mount.
        made = UserContext(len(worn.flash))
        file_system(made, STORAGE_BLOCKS).format()
        worn.flash[: 2 * BLOCK_BYTES] = made.buffer[: 2 * BLOCK_BYTES]
    powered(worn)
    worn.held = False
    result = flash(worn)
    assert worn.image == NEW.image
    assert bytes(worn.flash[IMAGE_BYTES : IMAGE_BYTES + len(LOG)]) == LOG
    assert (result.way, result.discarded) == ("prompt", False)


def test_a_log_at_the_prompt_is_erased_where_it_is_given_up(worn: FakeBoard) -> None:
    worn.held = True
    powered(worn)
    worn.held = False
    result = flash(worn, discard=True)
    assert result.discarded
    assert worn.image == NEW.image
    assert bytes(worn.flash[IMAGE_BYTES:]).strip(b"\xff") == b""


@pytest.mark.parametrize(
    ("mpy", "version", "why"),
    [
        (5, (1, 28), r"\.mpy files of version 5"),
        (6, (1, 24), "it is version 1.24, and the tag needs 1.25 or newer"),
        (6, (1, 9), "it is version 1.9, "),
    ],
)
def test_a_micropython_that_does_not_do_is_said(board: FakeBoard, mpy: int, version: tuple[int, int], why: str) -> None:
    board.mpy, board.version = mpy, version
    with pytest.raises(NotFlashed, match=why) as raised:
        flash(powered(board))
    assert "--micropython" in raised.value.action
    assert board.erased == []


@pytest.mark.parametrize(("mpy", "replace"), [(5, False), (6, True)])
def test_a_micropython_is_replaced_through_bootsel(board: FakeBoard, mpy: int, replace: bool) -> None:
    board.mpy = mpy
    result = flash(powered(board), micropython=MICROPYTHON, replace=replace, drive=board.drive)
    assert (result.way, result.micropython_written) == ("bootsel", True)
    assert board.micropython == MICROPYTHON[FLASH_ADDRESS]
    assert board.image == NEW.image


def test_a_micropython_that_is_only_at_hand_is_not_written(board: FakeBoard) -> None:
    assert not flash(powered(board), micropython=MICROPYTHON).micropython_written
    assert board.files == []


@pytest.mark.slow
def test_who_does_not_come_back_is_no_success(board: FakeBoard) -> None:
    board.held = True
    with pytest.raises(NotFlashed, match="no tag answered within 1 s") as raised:
        flash(powered(board), patience=Patience(back_s=1))
    assert "GP3" in raised.value.action


# In BOOTSEL


def test_a_board_in_bootsel_is_refused_unless_all_is_given_up(worn: FakeBoard) -> None:
    worn.bootsel()
    with pytest.raises(NotReadOut, match="Nobody can say") as raised:
        flash(worn, port=None, drive=worn.drive, micropython=MICROPYTHON)
    assert "--discard-evidence" in raised.value.action
    assert worn.files == []
    assert Drive(worn.drive).there


def test_a_board_in_bootsel_gets_everything_in_one_file(worn: FakeBoard) -> None:
    worn.bootsel()
    result = flash(worn, port=None, drive=worn.drive, micropython=MICROPYTHON, discard=True)
    (pieces,) = worn.files
    assert set(pieces) == {FLASH_ADDRESS, IMAGE_ADDRESS}
    assert worn.image == NEW.image
    assert bytes(worn.flash[IMAGE_BYTES:]).strip(b"\xff") == b""
    assert (result.way, result.micropython_written, result.discarded) == ("bootsel", True, True)


def test_bootsel_needs_a_micropython(board: FakeBoard) -> None:
    board.bootsel()
    with pytest.raises(UsageError, match="may have no MicroPython") as raised:
        flash(board, port=None, drive=board.drive, discard=True)
    assert "ANKLETAG_UF2" in raised.value.action
    assert board.files == []


def test_a_drive_that_takes_nothing_is_no_success(tmp_path: Path, board: FakeBoard) -> None:
    drive = tmp_path / "dead"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text(INFO)
    with pytest.raises(NotFlashed, match="is still there after 1 s"):
        flash(board, port=None, drive=drive, micropython=MICROPYTHON, discard=True, patience=Patience(taken_s=1))


def test_a_copy_that_may_be_broken_off_says_how_the_log_is_kept() -> None:
    stage = Stage()
    stage.drive(erases_log=False, with_micropython=False)
    assert "its log and keys are as they were" in stage.stopped().cause
    assert "`ankletag firmware` makes" in stage.stopped().action
    stage.drive(erases_log=False, with_micropython=True)
    assert "--micropython UF2" in stage.stopped().action
    stage.drive(erases_log=True, with_micropython=True)
    assert "run the command again" in stage.stopped().action


def test_a_board_that_was_sent_into_bootsel_and_shows_no_drive_is_no_success(board: FakeBoard, tmp_path: Path) -> None:
    board.mpy = 5
    # Mounted where nobody looks.
    board.drive = tmp_path / "elsewhere"
    with pytest.raises(NotFlashed, match=r"no new drive .*the board is in BOOTSEL") as raised:
        flash(powered(board), micropython=MICROPYTHON, patience=Patience(taken_s=1))
    assert "plug it in again" in raised.value.action


def test_a_drive_that_cannot_be_written_to_is_no_success(tmp_path: Path, board: FakeBoard) -> None:
    drive = tmp_path / "broken"
    (drive / "ankletag.uf2").mkdir(parents=True)
    (drive / "INFO_UF2.TXT").write_text(INFO)
    with pytest.raises(NotFlashed, match="took no file: Is a directory"):
        flash(board, port=None, drive=drive, micropython=MICROPYTHON, discard=True, patience=Patience(taken_s=1))


def test_another_firmware_than_was_written_is_no_success(board: FakeBoard) -> None:
    board.bootsel()
    wrong = Firmware("1", False, NEW.image, b"notthis!", 10)
    with pytest.raises(NotFlashed, match=f"runs firmware {NEW.digest.hex()}, and {b'notthis!'.hex()} was written"):
        flash(board, firmware=wrong, port=None, drive=board.drive, micropython=MICROPYTHON, discard=True)


# A tag that runs


def test_a_tag_with_unread_records_is_left_alone(worn: FakeBoard) -> None:
    before = bytes(worn.flash)
    with pytest.raises(NotReadOut, match=r"pages of records that are not read out") as raised:
        flash(powered(worn), drive=worn.drive)
    assert "ankletag sync" in raised.value.action
    assert bytes(worn.flash) == before


def test_an_order_that_is_not_receipted_is_left_alone(worn: FakeBoard) -> None:
    worn.tag.received = len(worn.tag.maker.closed)
    worn.tag.ended_page = worn.tag.received + 1
    with pytest.raises(NotReadOut, match="1 page of records"):
        flash(powered(worn))


@pytest.mark.parametrize(
    ("at_hand", "asked", "pieces"),
    [
        (None, False, {IMAGE_ADDRESS}),
        (MICROPYTHON, False, {IMAGE_ADDRESS}),
        (MICROPYTHON, True, {FLASH_ADDRESS, IMAGE_ADDRESS}),
    ],
)
def test_a_tag_that_was_read_out_waits_for_bootsel_and_keeps_its_log(
    worn: FakeBoard, at_hand: dict[int, bytes] | None, asked: bool, pieces: set[int]
) -> None:
    worn.tag.received = len(worn.tag.maker.closed)
    said: list[str] = []

    def say(words: str) -> None:
        said.append(words)
        if "hold its BOOTSEL button" in words:
            worn.replug(worn.bootsel)

    powered(worn)
    wanted = Wanted(NEW, at_hand, asked, port=str(worn.port), drive=worn.drive, patience=QUICK)
    result = Flashing(wanted, say, lambda done, total: None).run()
    assert any("hold its BOOTSEL button" in words for words in said)
    assert set(worn.files[0]) == pieces
    assert worn.image == NEW.image
    assert bytes(worn.flash[IMAGE_BYTES : IMAGE_BYTES + len(LOG)]) == LOG, "the log is never in the file"
    assert (result.tag_id, result.discarded, result.micropython_written) == (worn.tag.maker.tag_id, False, asked)


def test_a_developers_tag_may_come_to_its_prompt_instead(worn: FakeBoard) -> None:
    worn.tag.received = len(worn.tag.maker.closed)

    def say(words: str) -> None:
        if "GP3 held to ground" in words:
            worn.held = True
            worn.replug(worn.start)
        if words.startswith("found board"):
            worn.held = False

    powered(worn)
    result = Flashing(Wanted(NEW, port=str(worn.port), patience=QUICK), say, lambda done, total: None).run()
    assert (result.way, result.tag_id) == ("prompt", worn.tag.maker.tag_id)
    assert worn.image == NEW.image
    assert bytes(worn.flash[IMAGE_BYTES : IMAGE_BYTES + len(LOG)]) == LOG


@pytest.mark.parametrize("adapter", [False, True])
def test_a_tag_that_is_replugged_before_anybody_looks_is_found_at_its_prompt(worn: FakeBoard, adapter: bool) -> None:
    worn.tag.received = len(worn.tag.maker.closed)
    worn.adapter = adapter

    def say(words: str) -> None:
        if "GP3 held to ground" in words:
            before = worn.starts
            worn.held = True
            worn.replug(worn.start)
            wait_until(lambda: worn.starts > before, 10, "the board is back before this returns")
        if words.startswith("found board"):
            worn.held = False

    powered(worn)
    # A port that is new is asked at once: only an adapter's, which looks the same, has to be asked again.
    patience = replace(QUICK, again_s=0.2 if adapter else 60.0)
    result = Flashing(Wanted(NEW, port=str(worn.port), patience=patience), say, lambda done, total: None).run()
    assert (result.way, result.tag_id) == ("prompt", worn.tag.maker.tag_id)
    assert worn.image == NEW.image


@pytest.mark.slow
def test_a_port_that_is_busy_at_first_is_asked_again(worn: FakeBoard) -> None:
    worn.tag.received = len(worn.tag.maker.closed)
    taken: list[Transport] = []

    def say(words: str) -> None:
        if "GP3 held to ground" in words:
            before = worn.starts
            worn.held = True
            worn.replug(worn.start)
            wait_until(lambda: worn.starts > before, 10, "the board is back")
            # As ModemManager does.
            taken.append(open_port(str(worn.port)))
            threading.Timer(1.0, taken[0].close).start()
        if words.startswith("found board"):
            worn.held = False

    powered(worn)
    result = Flashing(Wanted(NEW, port=str(worn.port), patience=QUICK), say, lambda done, total: None).run()
    assert (result.way, result.tag_id) == ("prompt", worn.tag.maker.tag_id)


def test_another_board_at_its_prompt_is_not_taken_for_the_tag(worn: FakeBoard) -> None:
    worn.tag.received = len(worn.tag.maker.closed)
    before = bytes(worn.flash)

    def say(words: str) -> None:
        if "GP3 held to ground" in words:
            worn.held = True
            worn.tag.maker.tag_id = b"another!"
            worn.replug(worn.start)

    powered(worn)
    wanted = Wanted(NEW, port=str(worn.port), patience=Patience(by_hand_s=2))
    with pytest.raises(PortAbsent, match="No board came up"):
        Flashing(wanted, say, lambda done, total: None).run()
    assert bytes(worn.flash) == before


def test_nobody_holds_bootsel(worn: FakeBoard) -> None:
    worn.tag.received = len(worn.tag.maker.closed)
    with pytest.raises(PortAbsent, match="No board came up in BOOTSEL within 1 s; nothing was written"):
        flash(powered(worn), patience=Patience(by_hand_s=1))


def test_another_protocol_version_cannot_be_known(worn: FakeBoard) -> None:
    worn.tag.version = 99
    with pytest.raises(NotReadOut, match=r"Nobody can say.*protocol version 99") as raised:
        flash(powered(worn))
    assert "an ankletag that speaks version 99" in raised.value.action


@pytest.mark.slow
def test_a_silent_board_cannot_be_known(worn: FakeBoard) -> None:
    worn.tag.meddle = lambda kind, values: None
    with pytest.raises(NotReadOut, match=r"Nobody can say.*does not answer"):
        flash(powered(worn))


# Which board


@pytest.mark.slow
def test_between_two_boards_nothing_is_guessed(
    board: FakeBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    maker = TagMaker(seed=7)
    maker.boot()
    with FakeBoard(folder, FakeTag(maker, provisioned=False)) as second:
        powered(board), powered(second)
        monkeypatch.setenv("ANKLETAG_PORTS", f"{board.port} {second.port}")
        with pytest.raises(UsageError, match=r"There are 2 boards: .*; ") as raised:
            flash(board, port=None)
        assert "--tag" in raised.value.action
        assert board.erased == second.erased == []
        flash(board, port=None, tag=maker.tag_id.hex()[:6])
        assert second.image == NEW.image
        assert board.erased == []


def test_no_board_is_a_sentence(monkeypatch: pytest.MonkeyPatch, board: FakeBoard, tmp_path: Path) -> None:
    monkeypatch.setenv("ANKLETAG_PORTS", " ")
    with pytest.raises(PortAbsent, match="No board was found"):
        flash(board, port=None)
    with pytest.raises(PortAbsent, match="There is no port"):
        flash(board)
    with pytest.raises(PortAbsent, match="There is no drive"):
        flash(board, port=None, drive=tmp_path / "gone")
    with pytest.raises(UsageError, match="no drive of an RP2040"):
        flash(board, port=None, drive=tmp_path)


def test_drives_are_found_where_systems_mount_them(tmp_path: Path) -> None:
    places = ["media/anna/RPI-RP2", "run/media/anna/RPI-RP2", "Volumes/RPI-RP2", "srv/my drive"]
    places += ["srv/nfs", "media/other"]
    for place in places:
        (tmp_path / place).mkdir(parents=True)
        if "other" not in place:
            (tmp_path / place / "INFO_UF2.TXT").write_text(INFO)
    (tmp_path / "media/other/INFO_UF2.TXT").write_text("Board-ID: SAMD21\n")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/mounts").write_text(
        "/dev/sdb1 /srv/my\\040drive vfat rw 0 0\nhost:/x /srv/nfs nfs4 rw 0 0\nshort\n"
    )
    assert [drive.path for drive in drives(root=tmp_path)] == sorted(tmp_path / place for place in places[:4])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")
def test_a_disk_that_went_away_is_known_though_it_is_still_mounted(tmp_path: Path) -> None:
    assert not disk_gone(os.makedev(8, 17), tmp_path), "where the system does not tell"
    disks = tmp_path / "sys/dev/block"
    disks.mkdir(parents=True)
    assert disk_gone(os.makedev(8, 17), tmp_path)
    assert not disk_gone(os.makedev(0, 44), tmp_path), "no disk"
    (disks / "8:17").touch()
    assert not disk_gone(os.makedev(8, 17), tmp_path)


def test_a_micropython_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_micropython(tmp_path / "none.uf2")
    path = tmp_path / "m.uf2"
    path.write_bytes(write_uf2(MICROPYTHON))
    assert load_micropython(path) == MICROPYTHON


@pytest.mark.slow
def test_the_firmware_names_itself_as_the_image_will(tmp_path: Path) -> None:
    made = firmware_to_flash(developer=False)
    assert firmware_digest(read_image(made.image).files) == made.digest
    assert 0 < made.blocks_used <= IMAGE_BLOCKS
    assert firmware_to_flash(developer=True).digest != made.digest
