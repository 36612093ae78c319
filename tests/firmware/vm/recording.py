"""What a tag did, in a file: every flash operation ahead of it, and in between what counted and what was promised."""

import json
import struct

# Entry = kind u8, length u16, data. The host's tests read the same numbers.
ERASE = 0  # block u16
PROGRAM = 1  # page u16, 256 bytes
RECORD = 2  # canonical bytes
SEAL = 3  # encoded seal
STATE = 4  # JSON: what a tag that comes up now may say of itself
PAGE = 5  # 256 bytes that a host has received
KEY = 6  # epoch u32, secret (32 bytes), ratchet (32), public key (64)


class Recording:
    """Entries to a file; `operations` counts erases and programs."""

    def __init__(self, path):
        self._file = open(path, "wb")
        self.operations = 0

    def enter(self, kind, data):
        """One entry."""
        self._file.write(struct.pack("<BH", kind, len(data)) + data)

    def before(self, erase, page, data):
        """For `nor.Flash.before`."""
        self.operations += 1
        if erase:
            self.enter(ERASE, struct.pack("<H", page // 16))
        else:
            self.enter(PROGRAM, struct.pack("<H", page) + data)

    def counted(self, kind, data):
        """For the board's trace: records are 1, seals are 2."""
        if kind == 1 or kind == 2:
            self.enter(RECORD if kind == 1 else SEAL, data)

    def state(self, **values):
        """From now on a tag that comes up says one of these values for each name."""
        self.enter(STATE, json.dumps(values).encode())

    def key(self, epoch, secret, ratchet, public_key):
        """A key that the tag has made or read from its flash."""
        self.enter(KEY, struct.pack("<I", epoch) + secret + ratchet + public_key)

    def close(self):
        """Everything is in the file."""
        self._file.close()
