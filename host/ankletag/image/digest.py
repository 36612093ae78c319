"""What a tag says of the firmware that it runs, worked out from the files of its image."""

import hashlib
from collections.abc import Mapping

DIGEST_BYTES = 8
# As in firmware/tag/digest.py, which does the same over the files that the tag sees.
_ENDINGS = (".py", ".mpy", ".pack")


def firmware_digest(files: Mapping[str, bytes]) -> bytes:
    """The 8 bytes that `hello` and the boot record carry for an image of `files` (from `image_tree`).

    The first bytes of SHA-256 over "/", path and content of each .py, .mpy and .pack file in the order of their paths.
    """
    total = hashlib.sha256()
    for path, data in sorted(files.items()):
        if path.endswith(_ENDINGS):
            total.update(b"/" + path.encode() + data)
    return total.digest()[:DIGEST_BYTES]
