"""An RP2040 without a program: a test writes and reads its registers as a driver does, and says how its clock goes.

Addresses and bits: RP2040 datasheet 2.3.1.7 (SIO), 2.19.6 (IO_BANK0, PADS_BANK0).
"""

from rp2040py.rp2040 import RP2040
from rp2040py.utils.logging import ConsoleLogger, LogLevel

IO_BANK0, PADS_BANK0, SIO = 0x40014000, 0x4001C000, 0xD0000000
EDGE_LOW, EDGE_HIGH = 4, 8
_INTR, _GPIO_IN, _OUT_SET, _OUT_CLR, _OE_SET, _OE_CLR = 0xF0, 0x04, 0x14, 0x18, 0x24, 0x28
_FUNCTION_SIO = 5
# Input enabled, pull-up, 4 mA, Schmitt trigger.
_PULLED_UP = 0x5A


class BareChip:
    """`mcu` is rp2040py's."""

    def __init__(self) -> None:
        self.mcu = RP2040()
        self.mcu.logger = ConsoleLogger(LogLevel.ERROR)

    def write(self, address: int, value: int) -> None:
        self.mcu.write_uint32(address, value)

    def read(self, address: int) -> int:
        return self.mcu.read_uint32(address)

    def run_us(self, us: float) -> None:
        self.mcu.clock.tick(us * 1000)

    @property
    def now_us(self) -> int:
        return int(self.mcu.clock.nanos) // 1000

    def pull_up(self, number: int) -> None:
        """Makes a pin an input, as `Pin(number, Pin.IN, Pin.PULL_UP)` does."""
        self.write(PADS_BANK0 + 4 + 4 * number, _PULLED_UP)
        self.write(IO_BANK0 + 8 * number + 4, _FUNCTION_SIO)

    def level(self, number: int) -> int:
        """What the processor reads at an input."""
        return self.read(SIO + _GPIO_IN) >> number & 1

    def take_edges(self, number: int) -> int:
        """EDGE_LOW and EDGE_HIGH since the last call, cleared as an interrupt's handler does."""
        register, shift = IO_BANK0 + _INTR + number // 8 * 4, number % 8 * 4
        edges = self.read(register) >> shift & (EDGE_LOW | EDGE_HIGH)
        self.write(register, edges << shift)
        return edges

    def drive(self, number: int, level: int) -> None:
        """As an output that pushes and pulls."""
        self.write(IO_BANK0 + 8 * number + 4, _FUNCTION_SIO)
        self.write(SIO + (_OUT_SET if level else _OUT_CLR), 1 << number)
        self.write(SIO + _OE_SET, 1 << number)

    def pull(self, number: int, level: int) -> None:
        """As an open drain: pulls low or lets go."""
        self.write(IO_BANK0 + 8 * number + 4, _FUNCTION_SIO)
        self.write(SIO + _OUT_CLR, 1 << number)
        self.write(SIO + (_OE_CLR if level else _OE_SET), 1 << number)
