"""The emulated chip's flash, spoken to as its boot ROM does: commands byte by byte behind a chip-select pin."""

from collections.abc import Callable

import pytest

from rig.bare_chip import BareChip
from taghil.chipimage import STORAGE_START
from taghil.flash import BLOCK, ERASE, PAGE, PROGRAM, At, Flash
from taghil.mcu.storage import LOG_START, Storage

# RP2040 datasheet 4.10.13 (SSI), 2.19.6.2 (IO_QSPI); W25Q16JV 8.1.2 (instructions).
SSI, SSIENR, DR0 = 0x18000000, 0x08, 0x60
SELECT_CTRL, SELECTED, FREE = 0x4001800C, 2 << 8, 3 << 8
XIP = 0x10000000
WRITE_ENABLE, WRITE_DISABLE, STATUS, PROGRAM_PAGE, ERASE_SECTOR, ERASE_LARGE, UNIQUE_ID = (
    0x06, 0x04, 0x05, 0x02, 0x20, 0xD8, 0x4B,
)  # fmt: skip
BLOCKS = 20
LARGE = 16 * BLOCK
ID = bytes(range(1, 9))
DATA = bytes(range(256))


class Board(BareChip):
    """A chip with a log of 20 blocks. stops: how often its run was ended; told: the operations that it told of."""

    def __init__(self, flash: Flash | None = None) -> None:
        super().__init__()
        self.log = flash or Flash(None, BLOCKS)
        self.stops = 0
        self.told: list[tuple[str, int, int]] = []
        self.mcu.flash[:] = b"\xff" * len(self.mcu.flash)
        self.storage = Storage(self.mcu, self.log, ID, self._stop)
        self.storage.on_operation = lambda *operation: self.told.append(operation)
        self.write(SSI + SSIENR, 1)
        self.write(SELECT_CTRL, FREE)

    def _stop(self) -> None:
        self.stops += 1

    def command(self, *sent: int) -> bytes:
        """One command; what came back for each byte."""
        self.write(SELECT_CTRL, SELECTED)
        came = []
        for byte in sent:
            self.write(SSI + DR0, byte)
            came.append(self.read(SSI + DR0))
        self.write(SELECT_CTRL, FREE)
        return bytes(came)

    def wait(self) -> float:
        """Asks until it is ready, as the boot ROM does behind each operation; us of the chip's time."""
        before_ns = self.mcu.clock.nanos
        while self.command(STATUS, 0)[1] & 1:
            continue
        return (self.mcu.clock.nanos - before_ns) / 1000

    def change(self, instruction: int, at: int, data: bytes = b"") -> float:
        """Write enable, a program or an erase, and the wait for its end; how long that was, in us."""
        self.command(WRITE_ENABLE)
        self.command(instruction, *at.to_bytes(3, "big"), *data)
        return self.wait()

    def mapped(self, at: int, n: int) -> bytes:
        """What the processor reads of the flash in its memory."""
        words = (self.read(XIP + address) for address in range(at, at + n, 4))
        return b"".join(word.to_bytes(4, "little") for word in words)

    def both(self, block: int, offset: int, n: int) -> bytes:
        """Bytes of the log, which both sides have alike."""
        mapped = self.mapped(LOG_START + block * BLOCK + offset, n)
        assert mapped == self.log.read(block, offset, n)
        return mapped


def test_a_page_is_programmed_in_the_log_and_in_memory() -> None:
    board = Board()
    waited_us = board.change(PROGRAM_PAGE, LOG_START + 3 * BLOCK + PAGE, DATA)
    assert waited_us == pytest.approx(400)
    assert board.storage.waited_ns == pytest.approx(400_000)
    assert board.both(3, 0, 3 * PAGE) == b"\xff" * PAGE + DATA + b"\xff" * PAGE
    assert board.told == [(PROGRAM, 3, PAGE)]


def test_programs_clear_bits_only() -> None:
    board = Board()
    for byte in (0xF0, 0x3C):
        board.change(PROGRAM_PAGE, LOG_START, bytes((byte,)) * PAGE)
    assert board.both(0, 0, PAGE) == b"\x30" * PAGE


def test_a_sector_is_erased_in_45_ms_and_no_other() -> None:
    board = Board()
    for block in (1, 2, 3):
        board.change(PROGRAM_PAGE, LOG_START + block * BLOCK, DATA)
    # Any address in it will do.
    assert board.change(ERASE_SECTOR, LOG_START + 2 * BLOCK + 5) == pytest.approx(45_000)
    assert [board.both(block, 0, PAGE) for block in (1, 2, 3)] == [DATA, b"\xff" * PAGE, DATA]
    assert board.told[-1] == (ERASE, 2, 0)


def test_time_that_has_passed_anyway_is_not_waited_for() -> None:
    board = Board()
    board.command(WRITE_ENABLE)
    board.command(ERASE_SECTOR, *LOG_START.to_bytes(3, "big"))
    board.run_us(30_000)
    assert board.wait() == pytest.approx(15_000)
    assert board.wait() == 0
    assert board.storage.waited_ns == pytest.approx(15_000_000)


def test_sixteen_sectors_are_erased_at_once_also_across_the_logs_start() -> None:
    board = Board()
    start = LOG_START - LOG_START % LARGE
    places = [start - BLOCK, start, LOG_START, start + LARGE - BLOCK, start + LARGE]
    for at in places:
        board.change(PROGRAM_PAGE, at, DATA)
    assert board.change(ERASE_LARGE, LOG_START) == pytest.approx(150_000)
    erased = [start <= at < start + LARGE for at in places]
    assert [board.mapped(at, PAGE) == b"\xff" * PAGE for at in places] == erased
    assert [board.mapped(at, PAGE) == DATA for at in places] == [not gone for gone in erased]
    assert board.both(0, 0, PAGE) == b"\xff" * PAGE
    assert board.log.erases == (start + LARGE - LOG_START) // BLOCK < LARGE // BLOCK


@pytest.mark.parametrize("at", [STORAGE_START, LOG_START - BLOCK, LOG_START + BLOCKS * BLOCK])
def test_what_lies_around_the_log_is_not_the_logs(at: int) -> None:
    board = Board()
    assert board.change(PROGRAM_PAGE, at, DATA) == pytest.approx(400)
    assert board.mapped(at, PAGE) == DATA
    board.change(PROGRAM_PAGE, at, b"\0" * PAGE)
    assert board.mapped(at, PAGE) == b"\0" * PAGE
    assert board.change(ERASE_SECTOR, at) == pytest.approx(45_000)
    assert board.mapped(at, PAGE) == b"\xff" * PAGE
    assert (board.log.operations, board.told) == (0, [])


def nothing(board: Board) -> None:
    """No instruction came before."""


def enabled_and_disabled(board: Board) -> None:
    board.command(WRITE_ENABLE)
    board.command(WRITE_DISABLE)


def spent(board: Board) -> None:
    board.change(PROGRAM_PAGE, STORAGE_START, DATA)


@pytest.mark.parametrize("before", [nothing, enabled_and_disabled, spent])
def test_nothing_is_written_without_write_enable(before: Callable[[Board], None]) -> None:
    board = Board()
    before(board)
    board.command(PROGRAM_PAGE, *LOG_START.to_bytes(3, "big"), *DATA)
    board.command(ERASE_SECTOR, *LOG_START.to_bytes(3, "big"))
    assert board.wait() == 0
    assert board.log.operations == 0
    assert board.both(0, 0, PAGE) == b"\xff" * PAGE


def test_a_chip_starts_with_the_log_as_it_was() -> None:
    flash = Flash(None, BLOCKS)
    flash.program(19, BLOCK - PAGE, DATA)
    assert Board(flash).both(19, BLOCK - PAGE, PAGE) == DATA


@pytest.mark.parametrize(
    ("instruction", "tear", "after"),
    [(PROGRAM_PAGE, "not done", DATA), (ERASE_SECTOR, "not done", DATA), (ERASE_SECTOR, "zeros", None)],
)
def test_a_cut_tears_the_operation_and_ends_the_run(instruction: int, tear: str, after: bytes | None) -> None:
    board = Board()
    board.change(PROGRAM_PAGE, LOG_START, DATA)
    board.log.cut_power_at(At(1, tear=tear))
    board.change(instruction, LOG_START, b"\0" * PAGE if instruction == PROGRAM_PAGE else b"")
    assert board.stops == 1
    cut = board.storage.cut
    assert cut is not None
    assert (cut.operation, cut.block, cut.tear) == (PROGRAM if instruction == PROGRAM_PAGE else ERASE, 0, tear)
    if after is not None:
        assert board.both(0, 0, PAGE) == after
    else:
        torn = board.both(0, 0, BLOCK)
        assert torn not in (b"\xff" * BLOCK, DATA + b"\xff" * (BLOCK - PAGE))
    # The processor may come to more instructions before it stops: they find no power.
    before, operations = board.log.image, board.log.operations
    for more in (PROGRAM_PAGE, ERASE_SECTOR, ERASE_LARGE):
        board.change(more, LOG_START + BLOCK, b"\0" * PAGE if more == PROGRAM_PAGE else b"")
    assert (board.log.image, board.log.operations) == (before, operations)
    assert board.stops == 1


def test_a_cut_among_sixteen_sectors_leaves_those_behind_it() -> None:
    board = Board()
    start = LOG_START - LOG_START % LARGE
    last = (start + LARGE - LOG_START) // BLOCK - 1
    board.change(PROGRAM_PAGE, LOG_START + last * BLOCK, DATA)
    board.log.cut_power_at(At(last, tear="not done"))
    board.change(ERASE_LARGE, LOG_START)
    assert board.storage.cut is not None
    assert board.storage.cut.block == last - 1
    assert (board.stops, board.log.erases) == (1, last)
    assert board.both(last, 0, PAGE) == DATA


def test_a_lost_operation_takes_its_time_and_does_nothing() -> None:
    board = Board()
    board.log.skip_operation(At(1))
    assert board.change(PROGRAM_PAGE, LOG_START, DATA) == pytest.approx(400)
    assert board.both(0, 0, PAGE) == b"\xff" * PAGE
    board.change(PROGRAM_PAGE, LOG_START, DATA)
    assert board.both(0, 0, PAGE) == DATA


def test_the_unique_id_comes_behind_four_bytes() -> None:
    assert Board().command(UNIQUE_ID, *bytes(12))[5:] == ID
