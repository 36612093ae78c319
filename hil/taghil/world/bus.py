"""The I2C bus: what a part is, what it may ask of the wearer, and dispatch by address.

Both emulators use it: the unix port whole transfers (`write`, `read`), the emulated RP2040 the same, gathered between
start and stop.  A part that is absent or does not answer gives None or False: a NACK, which the firmware sees as EIO.
Times are virtual microseconds.
"""

from __future__ import annotations

from typing import Protocol


class Skin(Protocol):
    """What the parts sense at an instant of virtual time (us)."""

    def cell_na(self, now_us: int) -> float:
        """Current of the fuel cell in nA."""
        ...

    def temp_mdeg_c(self, now_us: int) -> float:
        """Temperature at the skin side in millidegrees Celsius."""
        ...

    def ir_v(self, now_us: int) -> float:
        """Proximity as volts, the unit that bracelets report."""
        ...


class Part(Protocol):
    """One target on the bus: a pointer byte, then register bytes, as all four parts do it."""

    def answers(self) -> bool:
        """Whether the part acknowledges its address now."""
        ...

    def write(self, data: bytes, now_us: int) -> None:
        """Takes a write transfer: the register pointer, then the register's bytes (none: sets the pointer only)."""
        ...

    def read(self, n: int, now_us: int) -> bytes:
        """Gives n bytes from the register that the pointer names."""
        ...


class Bus:
    """The parts by their 7-bit addresses."""

    def __init__(self, parts: dict[int, Part]) -> None:
        self.parts = parts
        """Those that can be reached now."""
        self._mounted = parts

    def write(self, addr: int, data: bytes, now_us: int) -> bool:
        """One write transfer; False is a NACK."""
        part = self.parts.get(addr)
        if part is None or not part.answers():
            return False
        part.write(data, now_us)
        return True

    def read(self, addr: int, n: int, now_us: int) -> bytes | None:
        """One read transfer; None is a NACK."""
        part = self.parts.get(addr)
        if part is None or not part.answers():
            return None
        return part.read(n, now_us)

    def read_mem(self, addr: int, pointer: bytes, n: int, now_us: int) -> bytes | None:
        """Writes the pointer, starts again and reads n bytes; None is a NACK."""
        part = self.parts.get(addr)
        if part is None or not part.answers():
            return None
        part.write(pointer, now_us)
        return part.read(n, now_us)

    def remove(self, addr: int) -> None:
        """Takes a part off the bus, as a broken joint does."""
        self._mounted.pop(addr, None)

    def put(self, addr: int, part: Part) -> None:
        """Puts a part onto the bus, in the place of the one that was there."""
        self._mounted[addr] = part

    def hold(self, stuck: bool) -> None:
        """Holds the data line low, so that nothing answers, or lets go of it."""
        self.parts = {} if stuck else self._mounted
