"""What MicroPython does on a Pico, on flash in RAM: answers JSON lines [command, argument...] with JSON lines.

Started with the path of the file system's image. Behind the image lies what a tag wrote: no block there is erased.
"""

import json
import os
import sys

import vfs

BLOCK_BYTES = 4096
BLOCKS = 352


_LOG = bytes((i * 7 + i // 251) % 251 for i in range(BLOCK_BYTES - 2))


def log_block(block):
    """What a tag's log left in one block: no two are the same."""
    return _LOG + bytes((block // 251, block % 251))


class Flash:
    """NOR flash of 352 blocks as `rp2.Flash()` offers it; counts what is done to it."""

    def __init__(self, image):
        self.image_blocks = len(image) // BLOCK_BYTES
        self.cells = bytearray(BLOCKS * BLOCK_BYTES)
        self.cells[: len(image)] = image
        for block in range(self.image_blocks, BLOCKS):
            self.cells[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] = log_block(block)
        self.read = set()
        self.written = set()

    def readblocks(self, block, buf, offset=0):
        self.read.add(block)
        start = block * BLOCK_BYTES + offset
        buf[:] = self.cells[start : start + len(buf)]

    def writeblocks(self, block, buf, offset=None):
        self.written.add(block)
        if offset is None:
            self._erase(block)
        start = block * BLOCK_BYTES + (offset or 0)
        for i, byte in enumerate(buf):
            self.cells[start + i] &= byte

    def log_intact(self):
        cells = memoryview(self.cells)
        return all(
            cells[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] == log_block(block)
            for block in range(self.image_blocks, BLOCKS)
        )

    def _erase(self, block):
        self.written.add(block)
        self.cells[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] = b"\xff" * BLOCK_BYTES

    def ioctl(self, op, arg):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK_BYTES
        if op == 6:
            self._erase(arg)
        return 0


def boot():
    """Mount, or format and mount, with the arguments that the port's own start-up gives. True if it formatted."""
    formatted = False
    try:
        system = vfs.VfsLfs2(flash, progsize=256)
    except Exception:  # noqa: BLE001 - the port formats after whatever went wrong
        formatted = True
        vfs.VfsLfs2.mkfs(flash, progsize=256)
        system = vfs.VfsLfs2(flash, progsize=256)
    vfs.umount("/")
    vfs.mount(system, "/")
    # As the port sets it.
    sys.path[:] = ["", ".frozen", "/lib"]
    return formatted


def files():
    """Content of every file in hex by path, after a look at everything with listdir, stat and statvfs."""
    os.statvfs("/")
    found = {}
    _collect("", found)
    return found


def _collect(folder, found):
    for name in os.listdir(folder or "/"):
        path = folder + "/" + name
        if os.stat(path)[0] & 0x4000:
            _collect(path, found)
        else:
            with open(path, "rb") as file:
                found[path[1:]] = file.read().hex()


def start():
    """Import main as boot.py does, and what it imports: where each module came from, and the tag's own digest."""
    __import__("pack").mount()
    main = __import__("main")
    names = (
        "main",
        "tag.app",
        "tag.log.writer",
        "tag.crypto.p256",
        "tag.drivers.ads1115",
        "tagproto",
        "tagproto.pages",
    )
    for name in names:
        __import__(name)
    digest = main.digest.firmware_digest(main._sources())
    return {"from": {name: sys.modules[name].__file__ for name in names}, "digest": digest.hex()}


def run_boot(level):
    """Run boot.py as the port does, with the prompt's pin at `level`: how that ended, whether the tag was started, what
    Ctrl-C was made, and which pins were looked at."""
    interrupts = []
    pins = []

    class Pin:
        IN = "in"
        PULL_UP = "pulled up"

        def __init__(self, number, mode, pull):
            pins.append([number, mode, pull])

        def value(self):
            return level

    class Machine:
        pass

    class Micropython:
        kbd_intr = interrupts.append

    Machine.Pin = Pin
    sys.modules["machine"] = Machine
    sys.modules["micropython"] = Micropython
    end = "returned"
    try:
        with open("/boot.py") as file:
            exec(file.read(), {})
    except BaseException as error:  # noqa: BLE001 - a board has no other way to say how it ended
        end = type(error).__name__
    return {"end": end, "started": "main" in sys.modules, "interrupts": interrupts, "pins": pins}


def _errno_of(action, *arguments):
    try:
        action(*arguments)
    except OSError as error:
        return error.errno


def mount():
    """What mounting the pack runs into: an errno, or None."""
    return _errno_of(__import__("pack").mount)


def packed():
    """Content of every file of the pack in hex by path, and what a file that is not there and a write lead to."""
    found = {}
    _collect("/firmware", found)
    asked = (("/firmware/tag/none.mpy", "rb"), ("/firmware/tag/app.mpy", "wb"), ("/firmware/none/", "rb"))
    refused = [_errno_of(open, path, mode) for path, mode in asked]
    return {"files": found, "refused": refused}


def opened(path):
    """What opening a file of the pack runs into: an errno, or None."""
    return _errno_of(open, "/firmware/" + path, "rb")


def board():
    """What importing the chip's board file runs into on a machine without the chip."""
    try:
        __import__("boards.pico")
    except ImportError as error:
        return str(error)


def write():
    """What a tag must never do: write a file. True if it went through."""
    with open("/written.txt", "wb") as file:
        file.write(bytes(range(250)) * 40)
    return True


def state():
    """Which blocks were read and written, and whether all that lay behind the image is still there."""
    return {"read": sorted(flash.read), "written": sorted(flash.written), "log_intact": flash.log_intact()}


def head():
    """Bytes of blocks 0 and 1 that are not erased, those apart that a new file system has in the first page of each."""
    blocks = (flash.cells[start + 256 : start + BLOCK_BYTES] for start in (0, BLOCK_BYTES))
    return sum(byte != 0xFF for block in blocks for byte in block)


with open(sys.argv[1], "rb") as file:
    flash = Flash(file.read())
COMMANDS = {
    "boot": boot,
    "files": files,
    "start": start,
    "run_boot": run_boot,
    "mount": mount,
    "packed": packed,
    "opened": opened,
    "board": board,
    "write": write,
    "state": state,
    "head": head,
}
for line in sys.stdin:
    command = json.loads(line)
    print(json.dumps(COMMANDS[command[0]](*command[1:])))
