"""A board in RAM for the MicroPython VM: NOR flash that can be torn, a clock that never waits, parts by register."""

import errno

PERIOD = 1 << 30
BLOCK = 4096
_ERASED = b"\xff" * BLOCK

# What a torn operation has done to the bytes that it was to change.
TORN = ("nothing", "half", "all but the last byte")


class Flash:
    """MicroPython's extended block device. before(flash, erase, address, data): called ahead of every operation."""

    def __init__(self, blocks, cells=None):
        self.blocks = blocks
        self.cells = bytearray(_ERASED * blocks) if cells is None else bytearray(cells)
        self.before = None
        self.programs = 0
        self.erases = 0
        # Cells that cannot be programmed any more: address -> bits that stay set.
        self.stuck = {}

    def readblocks(self, block, buf, offset=0):
        at = block * BLOCK + offset
        buf[:] = memoryview(self.cells)[at : at + len(buf)]

    def writeblocks(self, block, buf, offset):
        if len(buf) != 256 or offset % 256:
            raise OSError(errno.EINVAL)
        at = block * BLOCK + offset
        if self.before is not None:
            self.before(self, False, at, buf)
        self.programs += 1
        self._program(at, buf, 256)

    def _program(self, at, buf, count):
        """Clear the bits of the first `count` bytes that are not 0xFF."""
        cells = self.cells
        for i in range(256):
            if buf[i] != 0xFF:
                if not count:
                    break
                count -= 1
                cells[at + i] &= buf[i] | self.stuck.get(at + i, 0)

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return BLOCK
        if op == 6:
            at = arg * BLOCK
            if self.before is not None:
                self.before(self, True, at, None)
            self.erases += 1
            self.cells[at : at + BLOCK] = _ERASED
            return 0
        return None

    def torn(self, erase, at, data, how):
        """A copy of this flash after a power cut in the operation, one of TORN."""
        copy = Flash(self.blocks, self.cells)
        if how == "nothing":
            return copy
        if erase:
            count = BLOCK // 2 if how == "half" else BLOCK - 1
            copy.cells[at : at + count] = _ERASED[:count]
        else:
            count = sum([1 for byte in data if byte != 0xFF])
            copy._program(at, data, count // 2 if how == "half" else count - 1)
        return copy


class Clock:
    def __init__(self, ticks):
        self.ticks = ticks

    def ticks_ms(self):
        return self.ticks % PERIOD

    def sleep_ms(self, n):
        self.ticks += n


class Parts:
    """The I2C bus: what the drivers ask for, with values that wander; `absent` addresses do not answer."""

    def __init__(self):
        self.absent = set()
        self.turn = 0

    def readfrom_mem_into(self, address, register, buf):
        if address in self.absent:
            raise OSError(errno.EIO)
        self.turn += 1
        turn = self.turn
        fixed = _FIXED.get((address, register))
        if fixed is not None:
            buf[:] = fixed
        elif address == 0x49:
            buf[:] = (8000 + turn * 37 % 64).to_bytes(2, "big")
        elif address == 0x4A:
            buf[:] = (4352 + turn * 11 % 4).to_bytes(2, "big")
        else:
            buf[:] = (11000 + turn * 7 % 16).to_bytes(2, "little")

    def writeto_mem(self, address, register, buf):
        if address in self.absent:
            raise OSError(errno.EIO)


# Registers that tell the drivers 'here, configured, ready'.
_FIXED = {
    (0x48, 0x01): b"\x01",
    (0x48, 0x00): b"\x01",
    (0x48, 0x10): b"\x18",
    (0x48, 0x11): b"\x80",
    (0x48, 0x12): b"\x03",
    (0x49, 0x01): b"\x85\x83",
    (0x4A, 0x01): b"\x20\x00",
    (0x4A, 0x0F): b"\x01\x17",
    (0x60, 0x0C): b"\x86\x01",
}


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
    """The link's bytes; takes `room` bytes a turn."""

    def __init__(self):
        self.incoming = b""
        self.outgoing = b""
        self.room = self.left = 1 << 20

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


class Reset(SystemExit):
    """The board was reset."""


class Board:
    """What a board gives to the firmware. trace(kind, data) collects records (1) and seals (2) as they count."""

    def __init__(self, flash, ticks, cause=1, trace=None):
        self.unique_id = b"TAG00001"
        self.reset_cause = cause
        self.flash = flash
        self.clock = Clock(ticks)
        self.i2c = Parts()
        self.strap = Input()
        self.case = Input()
        self.link = Port()
        # False: turns take no time, whoever drives the board moves the clock.
        self.idles = True
        self.trace = trace
        self.trace_readings = trace is not None

    def menb(self, level):
        pass

    def wait(self, deadline_ticks, want_write):
        self.link.left = self.link.room
        if self.link.incoming or want_write or not self.idles:
            return
        left = (deadline_ticks - self.clock.ticks + PERIOD // 2) % PERIOD - PERIOD // 2
        if left > 0:
            self.clock.ticks += left

    def entropy(self, n):
        return bytes(n)

    def feed(self):
        pass

    def reset(self):
        raise Reset()
