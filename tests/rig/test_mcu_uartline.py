"""The emulated chip's UART at a pseudo-terminal: bytes at the rates that both sides set, and what is lost."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.bare_chip import BareChip
from support import read_exactly, wait_until
from taghil.line.faults import garbled
from taghil.mcu.uartline import UartLine
from taghil.terminal import set_baud

# RP2040 datasheet 4.2.8.
UART0 = 0x40034000
DR, FR, IBRD, FBRD, IMSC, RIS, ICR = 0x00, 0x18, 0x24, 0x28, 0x38, 0x3C, 0x44
TXFE, RXFF, TXFF, RXFE = 1 << 7, 1 << 6, 1 << 5, 1 << 4
TX_INTERRUPT, RX_INTERRUPT = 1 << 5, 1 << 4
FIFO = 32
BAUD = 115_200
DEADLINE_S = 10.0
# The divider's rate is 0.02 % off.
BYTE_US = 10e6 / BAUD
NEARLY_US, BARELY_US = BYTE_US * 0.999, BYTE_US * 0.002


class Board(BareChip):
    """A chip at a line. host: a descriptor of its other end."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.line = UartLine(folder / "port")
        self.line.connect(self.mcu)
        self.set_baud(BAUD)
        self.host = -1

    def set_baud(self, baud: int) -> None:
        """As MicroPython's driver does, whose UART has a clock of 48 MHz."""
        sixty_fourths = round(48_000_000 * 4 / baud)
        self.write(UART0 + IBRD, sixty_fourths // 64)
        self.write(UART0 + FBRD, sixty_fourths % 64)

    def open(self) -> None:
        self.host = os.open(self.line.link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        assert self.line.sees_open()
        self.line.set_open(True)

    def close(self) -> None:
        os.close(self.host)
        self.host = -1
        wait_until(lambda: not self.line.sees_open(), DEADLINE_S, "the line saw that nobody has it open")
        self.line.set_open(False)

    def say(self, data: bytes) -> None:
        for byte in data:
            self.write(UART0 + DR, byte)

    def flags(self) -> int:
        return self.read(UART0 + FR)

    def heard(self) -> bytes:
        """All that waits for the tag."""
        data = bytearray()
        while not self.flags() & RXFE:
            data.append(self.read(UART0 + DR))
        return bytes(data)

    def host_says(self, data: bytes) -> None:
        """The host writes at once; its own UART has taken all of it when this ends."""
        os.write(self.host, data)
        passed = self.line.rx_bytes + len(data)

        def taken() -> bool:
            self.line.pass_bytes()
            return self.line.rx_bytes == passed

        wait_until(taken, DEADLINE_S, "the line took what the host wrote")


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    board = Board(tmp_path)
    yield board
    if board.host >= 0:
        os.close(board.host)
    board.line.close()
    assert not os.path.lexists(board.line.link)


def test_what_the_tag_says_arrives_byte_by_byte(board: Board) -> None:
    board.open()
    board.say(b"ab")
    assert not board.flags() & TXFE
    board.run_us(NEARLY_US)
    assert not board.line.pass_bytes()
    board.run_us(BARELY_US)
    assert board.line.pass_bytes()
    assert read_exactly(board.host, 1) == b"a"
    board.run_us(NEARLY_US - BARELY_US)
    assert not board.line.pass_bytes()
    assert not board.flags() & TXFE
    board.run_us(2 * BARELY_US)
    assert board.line.pass_bytes()
    assert read_exactly(board.host, 1) == b"b"
    assert board.flags() & TXFE
    assert board.line.tx_bytes == 2


def test_the_fifo_has_32_places_and_tells_when_half_of_them_are_free(board: Board) -> None:
    board.open()
    board.write(UART0 + IMSC, TX_INTERRUPT)
    data = bytes(range(FIFO))
    board.say(data[:-1])
    assert not board.flags() & TXFF
    board.say(data[-1:])
    assert board.flags() & TXFF
    board.write(UART0 + ICR, TX_INTERRUPT)
    board.run_us(15.5 * BYTE_US)
    assert not board.read(UART0 + RIS) & TX_INTERRUPT
    board.run_us(BYTE_US)
    assert board.read(UART0 + RIS) & TX_INTERRUPT
    assert not board.flags() & TXFF
    board.run_us(16 * BYTE_US)
    board.line.pass_bytes()
    assert read_exactly(board.host, FIFO) == data


def test_what_a_host_says_arrives_byte_by_byte(board: Board) -> None:
    board.open()
    board.host_says(b"xyz")
    board.run_us(NEARLY_US)
    assert board.heard() == b""
    board.run_us(BARELY_US)
    assert board.read(UART0 + RIS) & RX_INTERRUPT
    assert board.heard() == b"x"
    board.run_us(2 * BYTE_US)
    assert board.heard() == b"yz"
    assert (board.line.rx_bytes, board.line.lost_bytes) == (3, 0)


def test_a_tag_that_does_not_read_loses_what_the_fifo_has_no_room_for(board: Board) -> None:
    board.open()
    data = bytes(range(FIFO + 8))
    board.host_says(data)
    board.run_us((FIFO - 0.5) * BYTE_US)
    assert not board.flags() & RXFF
    board.run_us(BYTE_US)
    assert board.flags() & RXFF
    assert board.line.lost_bytes == 0
    board.run_us(20 * BYTE_US)
    assert board.line.lost_bytes == 8
    assert board.heard() == data[:FIFO]


def test_nobody_hears_behind_a_closed_port(board: Board) -> None:
    board.say(b"lost")
    board.run_us(4.5 * BYTE_US)
    assert (board.line.dropped_bytes, board.line.tx_bytes) == (4, 0)
    board.open()
    board.say(b"1")
    board.run_us(1.5 * BYTE_US)
    # Not passed on yet when the host goes: nobody is to meet it later.
    board.close()
    board.open()
    board.say(b"2")
    board.run_us(1.5 * BYTE_US)
    board.line.pass_bytes()
    assert read_exactly(board.host, 1) == b"2"


def test_rates_that_differ_garble_both_ways(board: Board) -> None:
    board.open()
    assert set_baud(board.host, 9600)
    board.host_says(b"up")
    # At the host's rate.
    board.run_us(1.5e7 / 9600)
    assert board.heard() == garbled(b"u")
    board.run_us(1e7 / 9600)
    assert board.heard() == garbled(b"p")
    board.say(b"down")
    board.run_us(4.5 * BYTE_US)
    board.line.pass_bytes()
    assert read_exactly(board.host, 4) == garbled(b"down")
    board.set_baud(9600)
    board.say(b"well")
    board.run_us(4.5e7 / 9600)
    board.line.pass_bytes()
    assert read_exactly(board.host, 4) == b"well"


@pytest.mark.parametrize("baud", [9600, 115_200, 230_400, 460_800, 921_600])
def test_the_tags_rate_is_the_dividers(board: Board, baud: int) -> None:
    board.set_baud(baud)
    assert board.line.baud == pytest.approx(baud, rel=0.01)
    board.line.unplug()
    assert board.line.baud == 0
