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
_EROFS = 30
_CHUNK = 256


class Pack:
    """A file system over a pack. Raises OSError for what is not in it, and for a pack that is cut."""

    def __init__(self, file):
        self._file = file
        with open(file, "rb") as source:
            index = b"\n"
            while index.find(b"\n\n") < 0:
                chunk = source.read(_CHUNK)
                if not chunk:
                    raise OSError(_ENOENT)
                index += chunk
        # From one line end to the next, with one in front of the first line.
        self._index = index[: index.find(b"\n\n") + 1]

    def mount(self, _readonly, _mkfs):
        """Nothing is to be done."""

    def umount(self):
        """Nothing is to be done."""

    def _line(self, path):
        """(offset, size) of a file; None where there is none."""
        index = self._index
        head = b"\n" + path.strip("/").encode() + b" "
        at = index.find(head)
        if at < 0:
            return None
        offset, size = index[at + len(head) : index.find(b"\n", at + 1)].split()
        # Behind the index and the empty line.
        return len(index) + int(offset), int(size)

    def stat(self, path):
        """As os.stat."""
        line = self._line(path)
        if line is not None:
            return (_REGULAR, 0, 0, 0, 0, 0, line[1], 0, 0, 0)
        folder = path.strip("/")
        if folder and self._index.find(b"\n" + folder.encode() + b"/") < 0:
            raise OSError(_ENOENT)
        return (_DIRECTORY, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    def ilistdir(self, path):
        """As os.ilistdir."""
        folder = path.strip("/")
        head = (folder + "/" if folder else "").encode()
        found = set()
        for line in self._index.split(b"\n"):
            if line.startswith(head) and line:
                name, _, behind = line.split()[0][len(head) :].partition(b"/")
                if name not in found:
                    found.add(name)
                    yield name.decode(), _DIRECTORY if behind else _REGULAR, 0

    def open(self, path, mode):
        """A file to be read."""
        if "w" in mode or "a" in mode or "+" in mode:
            raise OSError(_EROFS)
        line = self._line(path)
        if line is None:
            raise OSError(_ENOENT)
        with open(self._file, "rb") as source:
            source.seek(line[0])
            data = source.read(line[1])
        return io.BytesIO(data) if "b" in mode else io.StringIO(data.decode())


def mount():
    """Import from the pack from now on."""
    vfs.mount(Pack(FILE), FOLDER)
    sys.path.insert(0, FOLDER)
