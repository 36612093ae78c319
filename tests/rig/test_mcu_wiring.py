"""The emulated chip's pins in the world: what a driver reads and writes in registers, and when."""

from collections.abc import Callable

import pytest

from rig.bare_chip import EDGE_HIGH, EDGE_LOW, BareChip
from taghil.mcu.repairs import refused_transfers_end
from taghil.mcu.wiring import Wiring
from taghil.world.faults import HUNG, STUCK, Change
from taghil.world.parts import tmp117
from taghil.world.scenario import load
from taghil.world.world import World, of_scenario

UART_LINE, SDA, SCL, GNSS_POWER, MENB, CASE, STRAP, CABLE = 2, 4, 5, 10, 13, 14, 15, 24
# RP2040 datasheet 4.3.17 (I2C), 4.9.6 (ADC), 4.2.8 (UART).
I2C0 = 0x40044000
IC_TAR, IC_DATA_CMD, IC_RAW_INTR_STAT, IC_CLR_TX_ABRT, IC_ENABLE, IC_RXFLR = 0x04, 0x10, 0x34, 0x54, 0x6C, 0x78
RESTART, STOP, READ = 1 << 10, 1 << 9, 1 << 8
TX_ABRT, TX_EMPTY = 1 << 6, 1 << 4
ADC, ADC_RESULT, ADC_READY, ADC_START = 0x4004C000, 0x04, 1 << 8, 0b101
UART1, UARTFR, RXFE = 0x40038000, 0x18, 1 << 4
BYTE_US = 90
NOBODY = 0x50


class Board(BareChip):
    """A chip at a world where all is quiet, with inputs as the firmware's board sets them."""

    def __init__(self, scenario: str = "quiet", uart_line: bool = False) -> None:
        super().__init__()
        self.world = world_of(scenario)
        for number in (UART_LINE, SDA, SCL, CASE, STRAP, CABLE):
            self.pull_up(number)
        refused_transfers_end(self.mcu.i2c[0])
        self.wiring = Wiring(self.mcu, self.world, lambda: self.now_us, uart_line)
        for number in (CASE, STRAP):
            self.take_edges(number)

    def transfer(self, address: int, *commands: int) -> None:
        """Hands the controller a target and what it is to do there; the clock does not go meanwhile."""
        self.write(I2C0 + IC_ENABLE, 0)
        self.write(I2C0 + IC_TAR, address)
        self.write(I2C0 + IC_ENABLE, 1)
        for command in commands:
            self.write(I2C0 + IC_DATA_CMD, command)

    def read_id(self) -> bytes:
        """The register of TMP117 that says what it is; no bytes where it does not answer."""
        self.transfer(tmp117.ADDRESS, tmp117.ID, READ | RESTART, READ | STOP)
        self.run_us(5 * BYTE_US)
        return bytes(self.read(I2C0 + IC_DATA_CMD) & 0xFF for _ in range(self.read(I2C0 + IC_RXFLR)))

    def hold(self, what: str) -> None:
        """Something holds the bus's data line."""
        self.world.faults.apply(Change(0, "", what, True))
        self.wiring.take_levels()


def world_of(scenario: str) -> World:
    return of_scenario(load(scenario), 1)[0]


def test_a_register_is_read_in_ninety_microseconds_a_byte() -> None:
    board = Board()
    board.transfer(tmp117.ADDRESS, tmp117.ID, READ | RESTART, READ | STOP)
    # Address, pointer, address again, then the register's two bytes.
    board.run_us(4 * BYTE_US - 1)
    assert board.read(I2C0 + IC_RXFLR) == 0
    board.run_us(BYTE_US)
    assert board.read(I2C0 + IC_RXFLR) == 1
    board.run_us(1)
    assert board.read(I2C0 + IC_RXFLR) == 2
    assert [board.read(I2C0 + IC_DATA_CMD) & 0xFF for _ in range(2)] == [0x01, 0x17]


def test_a_part_takes_a_write_as_a_whole() -> None:
    board = Board()
    board.transfer(tmp117.ADDRESS, tmp117.HIGH_LIMIT, 0x12, 0x34 | STOP)
    board.run_us(4 * BYTE_US - 1)
    assert board.world.bus.read_mem(tmp117.ADDRESS, bytes((tmp117.HIGH_LIMIT,)), 2, 0) == b"\x60\x00"
    board.run_us(1)
    assert board.world.bus.read_mem(tmp117.ADDRESS, bytes((tmp117.HIGH_LIMIT,)), 2, 0) == b"\x12\x34"


def nobody(board: Board) -> int:
    return NOBODY


def silent(board: Board) -> int:
    board.world.faults.apply(Change(0, "temp", "silent", True))
    return tmp117.ADDRESS


@pytest.mark.parametrize("who", [nobody, silent])
def test_where_nobody_answers_the_transfer_ends(who: Callable[[Board], int]) -> None:
    board = Board()
    board.transfer(who(board), tmp117.ID, READ | RESTART, READ | STOP)
    board.run_us(BYTE_US - 1)
    assert not board.read(I2C0 + IC_RAW_INTR_STAT) & (TX_ABRT | TX_EMPTY)
    board.run_us(1)
    assert board.read(I2C0 + IC_RAW_INTR_STAT) & (TX_ABRT | TX_EMPTY) == TX_ABRT | TX_EMPTY
    assert board.read(I2C0 + IC_RXFLR) == 0
    board.world.faults.apply(Change(0, "temp", "silent", False))
    board.read(I2C0 + IC_CLR_TX_ABRT)
    assert board.read_id() == b"\x01\x17"


@pytest.mark.parametrize(("pin", "number"), [("strap", STRAP), ("case", CASE)])
def test_one_change_is_one_edge(pin: str, number: int) -> None:
    board = Board()
    for level, edge in ((1, EDGE_HIGH), (0, EDGE_LOW)):
        board.world.set_pin(pin, level)
        board.wiring.take_levels()
        assert board.level(number) == level
        assert board.take_edges(number) == edge
        board.wiring.take_levels()
        assert board.take_edges(number) == 0
    assert board.take_edges(STRAP + CASE - number) == 0


@pytest.mark.parametrize("levels", [(1, 0), (1, 0, 1), (1, 0, 1, 0)])
def test_a_pulse_between_two_looks_leaves_both_edges(levels: tuple[int, ...]) -> None:
    board = Board()
    for level in levels:
        board.world.set_pin("strap", level)
    board.wiring.take_levels()
    assert board.level(STRAP) == levels[-1]
    assert board.take_edges(STRAP) == EDGE_LOW | EDGE_HIGH
    board.wiring.take_levels()
    assert board.take_edges(STRAP) == 0


@pytest.mark.parametrize("clock", [BareChip.drive, BareChip.pull])
def test_nine_clocks_by_hand_free_a_bus_that_hangs(clock: Callable[[BareChip, int, int], None]) -> None:
    board = Board()
    assert board.level(SDA) == 1
    board.hold(HUNG)
    assert board.level(SDA) == 0
    assert board.read_id() == b""
    board.read(I2C0 + IC_CLR_TX_ABRT)
    clock(board, SCL, 1)
    for clocks in range(9):
        assert board.level(SDA) == 0, clocks
        clock(board, SCL, 0)
        clock(board, SCL, 1)
    assert board.level(SDA) == 1
    assert board.read_id() == b"\x01\x17"


def test_no_clocks_free_a_bus_that_is_held() -> None:
    board = Board()
    board.hold(STUCK)
    for _ in range(20):
        board.pull(SCL, 0)
        board.pull(SCL, 1)
    assert board.level(SDA) == 0
    assert board.read_id() == b""


def converted(board: Board, channel: int) -> int:
    board.write(ADC, channel << 12 | ADC_START)
    board.run_us(1)
    assert not board.read(ADC) & ADC_READY
    board.run_us(1)
    assert board.read(ADC) & ADC_READY
    return board.read(ADC + ADC_RESULT)


def test_the_converter_gives_the_battery_on_its_channel_only() -> None:
    board, same = Board(), world_of("quiet")
    assert converted(board, 1) == 0
    assert converted(board, 0) == same.converter.read_u16(same.supply.mv(0)) >> 4 > 1000


@pytest.mark.parametrize("uart_line", [False, True])
def test_the_line_is_told_by_a_pin_at_ground(uart_line: bool) -> None:
    assert Board(uart_line=uart_line).level(UART_LINE) == (not uart_line)


def test_a_cable_brings_power() -> None:
    board = Board()
    for plugged in (False, True, False):
        board.wiring.cable(plugged)
        assert board.level(CABLE) == plugged


def test_the_cell_is_reached_while_its_pin_is_low() -> None:
    board = Board()
    cell = board.world.lmp
    assert not cell.answers()
    for level in (0, 1):
        board.drive(MENB, level)
        assert cell.answers() == (not level)


def test_a_receiver_with_power_talks_at_9600_baud() -> None:
    board = Board("gnss")
    board.world.fit()

    def heard() -> bytes:
        data = bytearray()
        for _ in range(100):
            board.run_us(20_000)
            while not board.read(UART1 + UARTFR) & RXFE:
                data.append(board.read(UART1))
        return bytes(data)

    assert heard() == b""
    board.drive(GNSS_POWER, 1)
    sentences = heard()
    assert b"$G" in sentences
    assert len(sentences) <= 2 * 960
    board.drive(GNSS_POWER, 0)
    assert heard() == b""
