"""NOR flash in RAM with what a power cut leaves: bits that read anew each time until they are programmed or erased."""

import errno
import hashlib

BLOCK = 4096
PAGE = 256
_ERASED = b"\xff" * BLOCK
_STABLE = bytes(PAGE)
_ALL_STABLE = bytes(BLOCK)
_ALL = (1 << 8 * PAGE) - 1

# How unstable bits read: either way, mostly as before the torn operation, mostly as after it; or for so many reads of
# a page as after it and from then on as before it (FADE + how many), or the other way round (RISE + how many).
EVEN = 0
OLD = 1
NEW = 2
FADE = 10
RISE = 20
_LEAN = 4


class PowerCut(BaseException):
    """The power went at a flash operation; the flash holds what it held before, and takes nothing any more."""


class Flash:
    """MicroPython's extended block device; reads and programs stay within a block.

    Unstable bits are held as they were before the torn operation. before(erase, page, data) is called ahead of every
    operation. cut_in: at the so manieth operation from now the power goes; `pending` is that operation then. stuck:
    page -> bits that a program leaves at 1; worn: block -> a page of it and the bits of that page that an erase leaves
    at 0.
    """

    def __init__(self, blocks, file=None, seed=0, mode=EVEN):
        """file: where `save` has put a flash of so many blocks; without one all is erased."""
        self.blocks = blocks
        # A block that is erased takes no memory.
        self._cells = [None] * blocks
        self.before = None
        self.cut_in = 0
        self.pending = None
        self.programs = 0
        self.erases = 0
        self.stuck = {}
        self.worn = {}
        self.unstable = {}
        self._mode = mode
        self._seed = seed
        self._draws = 0
        self._reads = {}
        if file is not None:
            for block in range(blocks):
                cells = file.read(BLOCK)
                self._cells[block] = None if cells == _ERASED else bytearray(cells)
            for block in range(blocks):
                mask = file.read(BLOCK)
                if mask != _ALL_STABLE:
                    self._unsettle(block * BLOCK // PAGE, mask)

    def _unsettle(self, first, mask):
        """Unstable bits of a block's pages."""
        for page in range(BLOCK // PAGE):
            bits = mask[page * PAGE : (page + 1) * PAGE]
            if bits != _STABLE:
                self.unstable[first + page] = int.from_bytes(bits, "little")

    def save(self, file):
        """All cells, then as much that has the unstable bits."""
        for cells in self._cells:
            file.write(_ERASED if cells is None else cells)
        pages = BLOCK // PAGE
        unsettled = {page // pages for page in self.unstable}
        for block in range(self.blocks):
            if block not in unsettled:
                file.write(_ALL_STABLE)
                continue
            for page in range(block * pages, (block + 1) * pages):
                bits = self.unstable.get(page)
                file.write(_STABLE if bits is None else bits.to_bytes(PAGE, "little"))

    # Reading

    def readblocks(self, block, buf, offset=0):
        cells = self._cells[block]
        buf[:] = memoryview(_ERASED if cells is None else cells)[offset : offset + len(buf)]
        if self.unstable:
            first = (block * BLOCK + offset) // PAGE
            for page in range(first, first + len(buf) // PAGE):
                if page in self.unstable:
                    at = (page - first) * PAGE
                    value = int.from_bytes(buf[at : at + PAGE], "little") ^ (self._turned(page) & self.unstable[page])
                    buf[at : at + PAGE] = value.to_bytes(PAGE, "little")

    def _turned(self, page):
        """Bits that read as after the torn operation, this time."""
        if self._mode >= FADE:
            reads = self._reads[page] = self._reads.get(page, 0) + 1
            if self._mode >= RISE:
                return 0 if reads <= self._mode - RISE else _ALL
            return _ALL if reads <= self._mode - FADE else 0
        bits = self._draw()
        if self._mode == OLD:
            for _ in range(_LEAN):
                bits &= self._draw()
        elif self._mode == NEW:
            for _ in range(_LEAN):
                bits |= self._draw()
        return bits

    def _draw(self):
        out = b""
        for _ in range(PAGE // 32):
            self._draws += 1
            out += hashlib.sha256(b"%d.%d" % (self._seed, self._draws)).digest()
        return int.from_bytes(out, "little")

    # Programming and erasing

    def _begin(self, erase, page, data):
        if self.pending is not None:
            raise PowerCut()
        if self.cut_in:
            self.cut_in -= 1
            if not self.cut_in:
                self.pending = (erase, page, None if erase else bytes(data))
                raise PowerCut()
        if self.before is not None:
            self.before(erase, page, data)

    def writeblocks(self, block, buf, offset):
        if len(buf) != PAGE or offset % PAGE:
            raise OSError(errno.EINVAL)
        page = (block * BLOCK + offset) // PAGE
        self._begin(False, page, buf)
        self.programs += 1
        data = int.from_bytes(buf, "little") | self.stuck.get(page, 0)
        self._store(page, self._value(page) & data)
        bits = self.unstable.get(page, 0) & data
        if bits:
            self.unstable[page] = bits
        else:
            self.unstable.pop(page, None)

    def _value(self, page):
        cells = self._cells[page * PAGE // BLOCK]
        at = page * PAGE % BLOCK
        return _ALL if cells is None else int.from_bytes(cells[at : at + PAGE], "little")

    def _store(self, page, value):
        block = page * PAGE // BLOCK
        if self._cells[block] is None:
            self._cells[block] = bytearray(_ERASED)
        at = page * PAGE % BLOCK
        self._cells[block][at : at + PAGE] = value.to_bytes(PAGE, "little")

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return BLOCK
        if op == 6:
            self._erase(arg)
            return 0
        return None

    def _erase(self, block):
        first = block * BLOCK // PAGE
        self._begin(True, first, None)
        self.erases += 1
        self._cells[block] = None
        for page in range(first, first + BLOCK // PAGE):
            self.unstable.pop(page, None)
        if block in self.worn:
            page, bits = self.worn[block]
            self._store(page, _ALL & ~bits)

    def cut_off(self):
        """After a power cut: the erase that it fell into took its block, and unstable bits read as before for good."""
        if self.pending is not None and self.pending[0]:
            self._cells[self.pending[1] * PAGE // BLOCK] = None
        self.pending = None
        self.cut_in = 0
        self._mode = FADE

    def flip(self, page, bit):
        """Turn a bit over, as a particle or age does."""
        self._store(page, self._value(page) ^ 1 << bit)
