"""What runs on the board while it is flashed over MicroPython's raw prompt.

The file system is unmounted first, so nothing but this writes. A block is erased, programmed and read back by itself.
"""

from base64 import b64encode

START = """
import binascii, hashlib, machine, rp2, sys
flash = rp2.Flash()
block = bytearray(4096)
erased = b"\\xff" * 4096
def tell(n):
    flash.readblocks(n, block)
    print(binascii.hexlify(hashlib.sha256(block).digest()).decode())
def put(n, data):
    flash.ioctl(6, n)
    data = binascii.a2b_base64(data)
    if data:
        flash.writeblocks(n, data, 0)
    tell(n)
def clear(first, last):
    for n in range(first, last):
        flash.readblocks(n, block)
        if block != erased:
            flash.ioctl(6, n)
            flash.readblocks(n, block)
        print(int(block == erased), end="")
def used(first, last):
    for n in range(first, last):
        flash.readblocks(n, block)
        if block != erased:
            return 1
    return 0
def files():
    for n in (0, 1):
        flash.readblocks(n, block)
        if block[256:] != erased[256:]:
            return 1
    return 0
"""
# A file system that was just made has a page in each of its first two blocks, one with files in it more (0083).
ABOUT = """
print(binascii.hexlify(machine.unique_id()).decode())
print(sys.platform)
print(flash.ioctl(4, 0), flash.ioctl(5, 0))
print(getattr(sys.implementation, "_mpy", 0) & 255)
print(files())
print(*sys.implementation.version[:2])
"""
UNMOUNT = """
import vfs
for folder in ("/firmware", "/"):
    try:
        vfs.umount(folder)
    except OSError:
        pass
"""
RESET = "machine.reset()"
BOOTSEL = "machine.bootloader()"
_ERASED = b"\xff"


def put(number: int, block: bytes) -> str:
    """Erase a block, program it where it is not all 0xFF, print the SHA-256 of what is read back."""
    data = b"" if not block.strip(_ERASED) else block
    return f"put({number}, b'{b64encode(data).decode()}')"


def sums(first: int, last: int) -> str:
    """Print the SHA-256 of each block from `first` up to before `last`."""
    return f"for n in range({first}, {last}): tell(n)"


def clear(first: int, last: int) -> str:
    """Erase what is not erased from `first` up to before `last`; print 1 for each that is then, 0 for others."""
    return f"clear({first}, {last})"


def used(first: int, last: int) -> str:
    """Print 1 where a block from `first` up to before `last` is not erased, else 0."""
    return f"print(used({first}, {last}))"
