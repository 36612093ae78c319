"""The tag's modules out of one file, which can be imported from, listed and read, and not written.

A file by itself takes whole blocks of 4 KiB of the file system, so that seventy modules would fill three times their
size. The pack is `path offset size` in a line for each file, an empty line, then the contents, offsets from there on.
"""

import io
import sys

import vfs

FILE = "/tag.pack"
FOLDER = "/firmware"

_DIRECTORY = 0x4000
_REGULAR = 0x8000
_ENOENT = 2
_EIO = 5
_EROFS = 30
_CHUNK = 256
# An offset and a size in one small integer, which has 31 bits with its sign: no allocation each, up to 128 KiB.
_SIZE_BITS = 14
_SIZE_MASK = (1 << _SIZE_BITS) - 1
_MIDDLE = 1 << 16
_FROZEN = ".frozen"
# MicroPython looks through sys.path for each of its own modules at each import: some 10 ms a time on the chip.
_BUILT_IN = ("array", "binascii", "errno", "gc", "hashlib", "io", "machine", "os", "rp2", "select", "struct", "time")


class Pack:
    """A file system over a pack. Raises OSError for what is not in it, and for a pack that is cut."""

    def __init__(self, file):
        # Kept open: each module's import would open it.
        self._source = open(file, "rb")
        self._piece = bytearray(_CHUNK)
        index = b""
        while index.find(b"\n\n") < 0:
            chunk = self._source.read(_CHUNK)
            if not chunk:
                raise OSError(_ENOENT)
            index += chunk
        # Where the contents begin, behind the empty line.
        self._begin = index.find(b"\n\n") + 2
        self._places = {}
        self._folders = {""}
        for line in index[: self._begin - 2].decode().split("\n"):
            path, offset, size = line.split(" ")
            self._places[path] = (int(offset) - _MIDDLE) << _SIZE_BITS | int(size)
            while "/" in path:
                path = path[: path.rfind("/")]
                self._folders.add(path)

    def mount(self, _readonly, _mkfs):
        """Nothing is to be done."""

    def umount(self):
        """Nothing is to be done."""

    def stat(self, path):
        """As os.stat."""
        path = path.strip("/")
        if path in self._folders:
            return (_DIRECTORY, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        place = self._places.get(path)
        if place is None:
            raise OSError(_ENOENT)
        return (_REGULAR, 0, 0, 0, 0, 0, place & _SIZE_MASK, 0, 0, 0)

    def ilistdir(self, path):
        """As os.ilistdir."""
        folder = path.strip("/")
        head = folder + "/" if folder else ""
        for names, kind in ((self._folders, _DIRECTORY), (self._places, _REGULAR)):
            for name in names:
                if name and name.startswith(head) and "/" not in name[len(head) :]:
                    yield name[len(head) :], kind, 0

    def open(self, path, mode):
        """A file to be read."""
        if "w" in mode or "a" in mode or "+" in mode:
            raise OSError(_EROFS)
        place = self._places.get(path.strip("/"))
        if place is None:
            raise OSError(_ENOENT)
        source, piece, left = self._source, self._piece, place & _SIZE_MASK
        source.seek(self._begin + _MIDDLE + (place >> _SIZE_BITS))
        # Its close gives the memory back at once: no garbage between the modules, which would stay as holes.
        stream = io.BytesIO(left)
        while left >= _CHUNK:
            # What is not there must not run: the piece still holds another part of the module.
            if source.readinto(piece) != _CHUNK:
                raise OSError(_EIO)
            stream.write(piece)
            left -= _CHUNK
        if stream.write(source.read(left)) != left:
            raise OSError(_EIO)
        stream.seek(0)
        return stream if "b" in mode else io.StringIO(stream.read().decode())


def mount():
    """Import from the pack from now on, and from nowhere else."""
    vfs.mount(Pack(FILE), FOLDER)
    # Found at once there, or they are MicroPython's own.
    sys.path[:] = [_FROZEN]
    for name in _BUILT_IN:
        try:
            sys.modules[name] = __import__(name)
        except ImportError:  # noqa: PERF203 - a dozen times a boot
            # Another port's.
            continue
    sys.path[:] = [FOLDER]
