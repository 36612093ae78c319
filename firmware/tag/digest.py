"""Which firmware this is: SHA-256 over the names and contents of its files."""

import hashlib
import os

# A file system's block: less costs more reads than what is read.
_CHUNK = 4096
_DIRECTORY = 0x4000
_ENDINGS = (".py", ".mpy", ".pack")


def firmware_digest(folders):
    """First 8 bytes of the digest of every .py, .mpy and .pack file under `folders`, in the order of their names."""
    digest = hashlib.sha256()
    piece = memoryview(bytearray(_CHUNK))
    for folder in folders:
        for path in sorted(_files(folder)):
            digest.update(path[len(folder) :].encode())
            with open(path, "rb") as file:
                while True:
                    count = file.readinto(piece)
                    if not count:
                        break
                    digest.update(piece[:count])
    return digest.digest()[:8]


def _files(folder):
    found = []
    for entry in os.ilistdir(folder):
        path = folder + "/" + entry[0]
        if entry[1] == _DIRECTORY:
            found += _files(path)
        elif entry[0].endswith(_ENDINGS):
            found.append(path)
    return found
