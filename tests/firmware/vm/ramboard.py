"""A board in RAM for the MicroPython VM: a clock that never waits, parts by register, a link in buffers."""

import errno
import hashlib

PERIOD = 1 << 30


class Clock:
    def __init__(self, ticks):
        self.ticks = ticks

    def ticks_ms(self):
        return self.ticks % PERIOD

    def sleep_ms(self, n):
        self.ticks += n


class Parts:
    """The I2C bus: what the drivers ask for, with values that wander; `absent` addresses do not answer.

    registers: what else is read; held: those that no write changes, and values that do not wander.
    """

    def __init__(self):
        self.absent = set()
        self.registers = dict(_REGISTERS)
        self.held = {}
        # A part holds the data line: for so many clocks still.
        self.hung = 0
        self.turn = 0

    def readfrom_mem_into(self, address, register, buf):
        if self.hung or address in self.absent:
            raise OSError(errno.EIO)
        self.turn += 1
        turn = self.turn
        place = address, register
        found = self.held.get(place) or self.registers.get(place)
        if found is not None:
            buf[:] = found
        elif address == 0x49:
            buf[:] = (8000 + turn * 37 % 64).to_bytes(2, "big")
        elif address == 0x4A:
            buf[:] = (4352 + turn * 11 % 4).to_bytes(2, "big")
        else:
            buf[:] = (11000 + turn * 7 % 16).to_bytes(2, "little")

    def writeto_mem(self, address, register, buf):
        if self.hung or address in self.absent:
            raise OSError(errno.EIO)
        if address in _KEEPS:
            self.registers[address, register] = bytes(buf)


# Registers as they are after power-on; a conversion is always over.
_REGISTERS = {
    (0x48, 0x00): b"\x01",
    (0x48, 0x01): b"\x01",
    (0x48, 0x10): b"\x03",
    (0x48, 0x11): b"\x20",
    (0x48, 0x12): b"\x00",
    (0x49, 0x01): b"\x85\x83",
    (0x4A, 0x01): b"\x20\x00",
    (0x4A, 0x0F): b"\x01\x17",
    (0x60, 0x03): b"\x01\x00",
    (0x60, 0x0C): b"\x86\x01",
}
# Parts that read back what was written.
_KEEPS = (0x48, 0x49, 0x60)


class Input:
    def __init__(self):
        self.level = 0
        self.edges = 0

    def value(self):
        return self.level

    def take_edges(self):
        edges, self.edges = self.edges, 0
        return edges

    def change(self, level):
        self.edges += 1
        self.level = level


class Port:
    """The link's bytes; takes `room` bytes between two looks at the watchdog.

    rate: the highest baud, 0 for none; rates: those it was set to.
    """

    input_bytes = 512
    room_bytes = 512

    def __init__(self, clock):
        self._clock = clock
        self.incoming = b""
        self.outgoing = b""
        self.room = self.left = 1 << 20
        self.rate = 0
        self.rates = []

    def read_into(self, buf):
        count = min(len(buf), len(self.incoming))
        memoryview(buf)[:count] = self.incoming[:count]
        self.incoming = self.incoming[count:]
        return count

    def write(self, buf):
        taken = bytes(memoryview(buf)[: self.left])
        self.left -= len(taken)
        self.outgoing += taken
        return len(taken)

    def set_baud(self, baud):
        # What was written before must have gone out at the rate before.
        self.rates.append((baud, len(self.outgoing), self._clock.ticks_ms()))


class Converter:
    """Of the battery: `mv` behind a divider of two, at 3.3 V."""

    def __init__(self):
        self.mv = 3000

    def read_u16(self):
        return self.mv * 65535 // 6600


class Receiver:
    """A GNSS receiver that says `told` each time that it is listened to while it has power."""

    def __init__(self):
        self.told = b""
        self._at = 0
        self.on = 0
        # Of each change: whether it went on, and the ticks.
        self.switched = []
        self.clock = None

    def power(self, on):
        self.on = on
        self.switched.append((on, self.clock.ticks_ms()))

    def read_into(self, buf):
        part = self.told[self._at : self._at + len(buf)] if self.on else b""
        memoryview(buf)[: len(part)] = part
        # A read that is not full ends a turn.
        self._at = self._at + len(part) if len(part) == len(buf) else 0
        return len(part)


class Reset(SystemExit):
    """The board was reset."""


class Board:
    """What a board gives to the firmware. trace(kind, data) collects records (1) and seals (2) as they count."""

    def __init__(self, flash, ticks, cause=1, trace=None, seed=0):
        self.unique_id = b"TAG00001"
        self.reset_cause = cause
        self.flash = flash
        self.clock = Clock(ticks)
        self.i2c = Parts()
        self.strap = Input()
        self.case = Input()
        self.battery = Converter()
        self.battery_full_mv = 6600
        self.gnss = Receiver()
        self.gnss.clock = self.clock
        self.link = Port(self.clock)
        # False: turns take no time, whoever drives the board moves the clock.
        self.idles = True
        self.trace = trace
        self._seed = seed
        self._draws = 0
        self.trace_readings = trace is not None
        # A watchdog, once somebody has asked for it: resets what was not fed for so long.
        self.watchdog_ms = 0
        self._fed = True
        self._hungry_ms = 0

    def free_bus(self):
        self.i2c.hung = max(0, self.i2c.hung - 9)

    def menb(self, level):
        pass

    def wait(self, deadline_ticks, want_write):
        if self.link.incoming or want_write or not self.idles:
            return
        left = (deadline_ticks - self.clock.ticks + PERIOD // 2) % PERIOD - PERIOD // 2
        if left > 0:
            self.clock.ticks += left if self._fed or not self.watchdog_ms else self._starved(left)
        self._fed = False

    def _starved(self, left):
        """How much of a wait the watchdog allows."""
        left = min(left, self.watchdog_ms - self._hungry_ms)
        self._hungry_ms += left
        if self._hungry_ms >= self.watchdog_ms:
            raise Reset()
        return left

    def entropy(self, n):
        self._draws += 1
        return hashlib.sha256(b"%d.%d" % (self._seed, self._draws)).digest()[:n]

    def feed(self):
        # Once a turn, and while a signature is made.
        self._fed = True
        self._hungry_ms = 0
        self.link.left = self.link.room

    def reset(self):
        raise Reset()
