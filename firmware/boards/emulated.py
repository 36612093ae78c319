"""The emulated tag: every part is a call to the server that owns the world and its time.

The calls are described in hil/taghil/vm/bus.py.  Buffers are made once: a reading takes some twelve requests, and 120
days of one-minute readings must not be spent on the heap.
"""

import errno
import os
import struct
import sys

_HEAD = "<bIBB"
_HEAD_LEN = 7
_TICKS_MASK = 0x3FFFFFFF
# Most data bytes of one call: compiled from source the heap is in pieces, and 4 KiB in one do not always fit.
_CHUNK = 1024
_BLOCK = 4096
_PAGE = 256

_READ_MEM = 1
_WRITE_MEM = 2
_PIN_OUT = 3
_SLEEP = 4
_WAIT = 5
_LINK_READ = 6
_LINK_WRITE = 7
_FLASH_READ = 8
_FLASH_PROGRAM = 9
_FLASH_ERASE = 10
_ENTROPY = 11
_TRACE = 12
_RESET = 13
_TICKS = 14
_LINK_BAUD = 15
_BATCH = 16
_ADC_READ = 17
_GNSS_READ = 18

# A batch goes over the pipe in one piece; in front of what was posted stand its op and its length.
_BATCH_MAX = 512
_BATCH_HEAD = 3
# In the levels: every part answers.
_ALL_ANSWER = 8
_TICKS_REQUEST = bytes((_TICKS,))
_FREE_BUS = bytes((_PIN_OUT, 2, 1))
# Without being fed for so long, the watchdog resets the tag.
_WATCHDOG_MS = 8000
_NEVER_FED = -(1 << 40)
_WATCHDOG_CAUSE = 2
_ASKED_CAUSE = 3
# A shorter sleep, as for a conversion, may be posted.
_LONG_SLEEP_MS = 1000


class _World:
    """The two pipes, and what every reply tells: ticks, pin levels, edges."""

    def __init__(self, numbers):
        read_fd, write_fd = numbers.split(",")
        self._readinto = open(int(read_fd), "rb").readinto
        self.write = open(int(write_fd), "wb").write
        self.reply = bytearray(_HEAD_LEN + _CHUNK)
        self.view = memoryview(self.reply)
        self._views = {}
        self._owed = 0
        self._batch = bytearray(_BATCH_MAX)
        self._batch[0] = _BATCH
        self._batch_view = memoryview(self._batch)
        # Where what is posted ends.
        self._end = _BATCH_HEAD
        self.ticks = 0
        self.levels = 0
        self.menb_low = False
        # Since the watchdog was fed; it is there from the first time on.
        self.hungry_ms = _NEVER_FED
        # A call was made since the link was last read: its reply's levels say whether bytes wait.
        self.fresh = False
        self.strap_edges = 0
        self.case_edges = 0

    def _view_of(self, n):
        view = self._views.get(n)
        if view is None:
            view = self.view[:n]
            if len(self._views) < 24:
                self._views[n] = view
        return view

    def post(self, request):
        """A request whose reply nobody needs: it goes with the next call."""
        if self._end + len(request) >= _BATCH_MAX:
            self.flush()
        end = self._end + len(request)
        self._batch_view[self._end : end] = request
        self._end = end

    def flush(self):
        """Sends what is posted."""
        if self._end > _BATCH_HEAD:
            self.call(b"")

    def _with_posted(self, request):
        """What was posted and this request in one."""
        end = self._end + len(request)
        if end > _BATCH_MAX:
            self.flush()
            return request
        batch = self._batch
        length = self._end - _BATCH_HEAD
        batch[1] = length & 0xFF
        batch[2] = length >> 8
        self._batch_view[self._end : end] = request
        self._end = _BATCH_HEAD
        return self._batch_view[:end]

    def call(self, request, n=0):
        """Sends one request, takes the reply of n data bytes into `reply`.  Raises OSError with the server's errno."""
        if self._owed:
            # Ctrl-C fell between a request and its reply (only with `--repl`).  A call ends the wait that may still
            # be under way; then the stale reply is taken, and the one of that call.
            owed, self._owed = self._owed, 0
            self.write(_TICKS_REQUEST)
            self._take(owed)
            self._take(_HEAD_LEN)
        if self._end > _BATCH_HEAD:
            request = self._with_posted(request)
        self._owed = n = _HEAD_LEN + n
        self.write(request)
        # The commonest lengths are in the table after the first call; readinto fills the view or meets the end.
        view = self._views.get(n) or self._view_of(n)
        if self._readinto(view) != n:
            self._gone()
        self._owed = 0
        self.fresh = True
        status, self.ticks, self.levels, edges = struct.unpack_from(_HEAD, view)
        if edges:
            self.strap_edges += edges & 15
            self.case_edges += edges >> 4
        if status:
            raise OSError(-status)

    def more(self, n):
        """Takes n further data bytes of a reply that says its own length; returns a view of them."""
        view = self._view_of(n)
        if self._readinto(view) != n:
            self._gone()
        return view

    def starve(self, ms):
        """So long passes, or has passed, without the watchdog being fed."""
        self.hungry_ms += ms
        if self.hungry_ms >= _WATCHDOG_MS:
            self.reset(_WATCHDOG_CAUSE)

    def reset(self, cause):
        """The server ends this VM; reading meets the end of the pipe whichever comes first."""
        self.flush()
        self.write(bytes((_RESET, cause)))
        self.more(1)
        sys.exit(0)

    def _take(self, n):
        if self._readinto(self._view_of(n)) != n:
            self._gone()

    def _gone(self):
        # The server ended: nothing is left to talk to, and nobody to tell.
        sys.exit(0)


class _Clock:
    def __init__(self, world):
        self._world = world
        self._sleep = bytearray(5)
        self._sleep[0] = _SLEEP

    def ticks_ms(self):
        return self._world.ticks

    def now_ms(self):
        """Ticks asked anew, for a loop that waits for host time to pass without another call."""
        self._world.call(_TICKS_REQUEST)
        return self._world.ticks

    def sleep_ms(self, n):
        if n > 0:
            struct.pack_into("<I", self._sleep, 1, n)
            world = self._world
            world.starve(n)
            if n < _LONG_SLEEP_MS:
                world.post(self._sleep)
                world.ticks = (world.ticks + n) & _TICKS_MASK
            else:
                world.call(self._sleep)


class _I2C:
    def __init__(self, world):
        self._world = world
        self._call = world.call
        self._reply = world.reply
        self._read = bytearray(4)
        self._read[0] = _READ_MEM

    def readfrom_mem_into(self, addr, reg, buf):
        request = self._read
        request[1] = addr
        request[2] = reg
        n = len(buf)
        request[3] = n
        self._call(request, n)
        if n == 2:
            buf[0] = self._reply[7]
            buf[1] = self._reply[8]
        else:
            for i in range(n):
                buf[i] = self._reply[_HEAD_LEN + i]

    def writeto_mem(self, addr, reg, buf):
        world = self._world
        request = bytes((_WRITE_MEM, addr, reg, len(buf))) + buf
        # While all parts answer none refuses a write; the potentiostat answers while it is spoken to only.
        if world.levels & _ALL_ANSWER and not world.menb_low:
            world.post(request)
        else:
            world.call(request)


class _Out:
    """An output pin, called with its level."""

    def __init__(self, world, number):
        self._world = world
        self._request = bytearray((_PIN_OUT, number, 0))

    def __call__(self, level):
        self._request[2] = level
        self._world.post(self._request)
        if not self._request[1]:
            self._world.menb_low = not level


class _Strap:
    def __init__(self, world):
        self._world = world

    def value(self):
        return self._world.levels & 1

    def take_edges(self):
        edges = self._world.strap_edges
        self._world.strap_edges = 0
        return edges


class _Case:
    def __init__(self, world):
        self._world = world

    def value(self):
        return (self._world.levels >> 1) & 1

    def take_edges(self):
        edges = self._world.case_edges
        self._world.case_edges = 0
        return edges


class _Link:
    """input_bytes, room_bytes, rate: what the line takes whatever the tag does, in one go, and its highest baud."""

    def __init__(self, world, input_bytes, room_bytes, rate):
        self._world = world
        self.input_bytes = input_bytes
        self.room_bytes = room_bytes
        self.rate = rate
        # Made once: behind some days the heap may have no piece left that holds a data frame.
        self._out = bytearray(3 + _CHUNK)
        self._out[0] = _LINK_WRITE
        self._out_view = memoryview(self._out)

    def set_baud(self, baud):
        """Another rate for both directions, once what was written has gone out.  Raises OSError for a wrong one."""
        self._world.call(struct.pack("<BI", _LINK_BAUD, baud))

    def read_into(self, buf):
        world = self._world
        if world.fresh and not world.levels & 4:
            world.fresh = False
            return 0
        n = min(len(buf), _CHUNK)
        world.call(struct.pack("<BH", _LINK_READ, n), 2)
        world.fresh = False
        n = world.reply[_HEAD_LEN] | world.reply[_HEAD_LEN + 1] << 8
        if n:
            memoryview(buf)[:n] = world.more(n)
        return n

    def write(self, buf):
        n = min(len(buf), _CHUNK)
        world = self._world
        struct.pack_into("<H", self._out, 1, n)
        self._out_view[3 : 3 + n] = memoryview(buf)[:n]
        world.call(self._out_view[: 3 + n], 2)
        return world.reply[_HEAD_LEN] | world.reply[_HEAD_LEN + 1] << 8


class _Adc:
    """The converter behind the battery's divider."""

    def __init__(self, world):
        self._world = world
        self._request = bytes((_ADC_READ,))

    def read_u16(self):
        world = self._world
        world.call(self._request, 2)
        return world.reply[_HEAD_LEN] | world.reply[_HEAD_LEN + 1] << 8


class _Gnss:
    """A receiver on a UART, and the switch of its power."""

    def __init__(self, world):
        self._world = world

    def power(self, on):
        self._world.call(bytes((_PIN_OUT, 1, on)))

    def read_into(self, buf):
        world = self._world
        world.call(struct.pack("<BH", _GNSS_READ, min(len(buf), _CHUNK)), 2)
        n = world.reply[_HEAD_LEN] | world.reply[_HEAD_LEN + 1] << 8
        if n:
            memoryview(buf)[:n] = world.more(n)
        return n


class _Flash:
    """MicroPython's extended block device over the NOR image that the server keeps."""

    def __init__(self, world, blocks):
        self._world = world
        self._blocks = blocks
        self._program = bytearray(7 + _PAGE)
        self._program_view = memoryview(self._program)

    def readblocks(self, block, buf, offset=0):
        done = 0
        size = len(buf)
        to = memoryview(buf)
        while done < size:
            n = min(size - done, _BLOCK - offset, _CHUNK)
            world = self._world
            world.call(struct.pack("<BHHH", _FLASH_READ, block, offset, n), n)
            to[done : done + n] = world.view[_HEAD_LEN : _HEAD_LEN + n]
            done += n
            offset += n
            if offset >= _BLOCK:
                block += 1
                offset = 0

    def writeblocks(self, block, buf, offset=None):
        if offset is None:
            # The simple protocol: whole blocks, erased first.
            if len(buf) % _BLOCK:
                raise OSError(errno.EINVAL)
            for i in range(len(buf) // _BLOCK):
                self.ioctl(6, block + i)
            offset = 0
        if offset % _PAGE or len(buf) % _PAGE:
            raise OSError(errno.EINVAL)
        source = memoryview(buf)
        for start in range(0, len(buf), _PAGE):
            struct.pack_into("<BHHH", self._program, 0, _FLASH_PROGRAM, block, offset, _PAGE)
            self._program_view[7:] = source[start : start + _PAGE]
            # Whoever programs reads back.
            self._world.post(self._program)
            offset += _PAGE
            if offset >= _BLOCK:
                block += 1
                offset = 0

    def ioctl(self, op, arg):
        if op == 4:
            return self._blocks
        if op == 5:
            return _BLOCK
        if op == 6:
            self._world.call(struct.pack("<BH", _FLASH_ERASE, arg))
            return 0
        return 0 if op in (1, 2, 3) else None


class Board:
    """What main hands to the stages; see docs for the contract of a board."""

    def __init__(self):
        numbers = os.getenv("ANKLETAG_WORLD_FD")
        if not numbers:
            raise OSError("no world: this board runs under `ankletag emulate`, which sets ANKLETAG_WORLD_FD")
        world = self._world = _World(numbers)
        world.call(b"\x00", 20)
        reply = world.reply
        self.unique_id = bytes(reply[7:15])
        blocks = reply[15] | reply[16] << 8
        self.reset_cause = reply[17]
        self.trace_readings = bool(reply[18])
        line = struct.unpack_from("<HHI", reply, 19)
        self.clock = _Clock(world)
        self.i2c = _I2C(world)
        self.menb = _Out(world, 0)
        self.battery = _Adc(world)
        self.battery_full_mv = 6600
        self.gnss = _Gnss(world)
        self.strap = _Strap(world)
        self.case = _Case(world)
        self.link = _Link(world, *line)
        self.flash = _Flash(world, blocks)
        self._wait = bytearray(6)
        self._fed = True

    def wait(self, deadline_ticks, want_write):
        """Idles until the deadline, link bytes, room to write (if wanted) or an edge; not at all with one latched.

        A chip returns every few seconds to be fed. So it does here for a tag that was not fed since the last time; one
        that was would be fed each time.
        """
        world = self._world
        if world.strap_edges or world.case_edges:
            return
        before = world.ticks
        hungry = not self._fed and world.hungry_ms >= 0
        self._fed = False
        if hungry and (deadline_ticks - before - _WATCHDOG_MS + world.hungry_ms) & _TICKS_MASK < _TICKS_MASK // 2:
            deadline_ticks = before + _WATCHDOG_MS - world.hungry_ms
        struct.pack_into("<BIB", self._wait, 0, _WAIT, deadline_ticks & _TICKS_MASK, 1 if want_write else 0)
        world.call(self._wait)
        if hungry:
            world.starve((world.ticks - before) & _TICKS_MASK)

    def free_bus(self):
        """Clocks a part that holds the data line low until it lets go."""
        self._world.call(_FREE_BUS)

    def entropy(self, n):
        self._world.call(bytes((_ENTROPY, n)), n)
        return bytes(self._world.reply[_HEAD_LEN : _HEAD_LEN + n])

    def feed(self):
        """Feeds the watchdog, which knows the tag's time only: what computes without end is for a deadline to see."""
        self._fed = True
        self._world.hungry_ms = 0

    def reset(self):
        error = sys.exc_info()[1]
        if isinstance(error, KeyboardInterrupt) and os.getenv("ANKLETAG_PROMPT"):
            # `--repl`: Ctrl-C leads to the prompt, with board and tag in scope, instead of to a boot.
            return
        if error is not None and not isinstance(error, SystemExit):
            # A chip would lose this; here it stands in the log of the VM.
            sys.print_exception(error, sys.stderr)
        self._world.reset(_ASKED_CAUSE)

    def trace(self, kind, data):
        self._world.call(struct.pack("<BBH", _TRACE, kind, len(data)) + data)
