"""Which firmware this is: SHA-256 over the names and contents of its files."""

import hashlib
import os

_CHUNK = 512
_DIRECTORY = 0x4000
_ENDINGS = (".py", ".mpy", ".pack")


def firmware_digest(folders):
    """First 8 bytes of the digest of every .py, .mpy and .pack file under `folders`, in the order of their names."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(_files(folder)):
            digest.update(path[len(folder) :].encode())
            with open(path, "rb") as file:
                while True:
                    chunk = file.read(_CHUNK)
                    if not chunk:
                        break
                    digest.update(chunk)
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
