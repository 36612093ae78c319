"""What must survive a power cut beside the log: one 256-byte snapshot, the newest valid one counts.

snapshot = magic u16, generation u32, fields, zeros, CRC-32. Two blocks in turn: a new snapshot goes to
the next blank page; when a block is full the other one is erased first.
"""

import binascii
import struct

from tagproto.layout import PAGES_PER_BLOCK

from .log.flash import PAGE_SIZE

_MAGIC = 0x7A6B
_BLOCKS = 2
_FORMAT = "<HI32sIB16sIII"


class Settings:
    """Fields: secret (private key, 32 bytes, or empty), epoch, fitted, order_id, cadence_s, seal_interval_s,
    received (pages that a receipt covers)."""

    def __init__(self, flash, first_block):
        self._flash = flash
        self._first_page = first_block * PAGES_PER_BLOCK
        self._generation = 0
        self._next = 0
        self.secret = b""
        self.epoch = 0
        self.fitted = False
        self.order_id = bytes(16)
        self.cadence_s = 60
        self.seal_interval_s = 21600
        self.received = 0
        self._load()

    def _load(self):
        buffer = bytearray(PAGE_SIZE)
        best = None
        for page in range(_BLOCKS * PAGES_PER_BLOCK):
            self._flash.read(self._first_page + page, buffer)
            if binascii.crc32(memoryview(buffer)[:-4]) != int.from_bytes(buffer[-4:], "little"):
                continue
            values = struct.unpack_from(_FORMAT, buffer, 0)
            if values[0] == _MAGIC and values[1] > self._generation:
                self._generation = values[1]
                self._next = page + 1
                best = values
        if best is None:
            return
        _, _, secret, self.epoch, fitted, self.order_id, self.cadence_s, self.seal_interval_s, self.received = best
        self.secret = b"" if secret == bytes(32) else secret
        self.fitted = bool(fitted)

    def save(self):
        """Program the present values as a new snapshot; False when no page took it."""
        buffer = bytearray(PAGE_SIZE)
        struct.pack_into(
            _FORMAT,
            buffer,
            0,
            _MAGIC,
            self._generation + 1,
            self.secret or bytes(32),
            self.epoch,
            1 if self.fitted else 0,
            self.order_id,
            self.cadence_s,
            self.seal_interval_s,
            self.received,
        )
        struct.pack_into("<I", buffer, PAGE_SIZE - 4, binascii.crc32(memoryview(buffer)[:-4]))
        for _ in range(PAGES_PER_BLOCK):
            page = self._next % (_BLOCKS * PAGES_PER_BLOCK)
            if page % PAGES_PER_BLOCK == 0:
                block = (self._first_page + page) // PAGES_PER_BLOCK
                if not self._flash.block_is_blank(block):
                    self._flash.erase_block(block)
            self._next = page + 1
            if self._flash.program(self._first_page + page, buffer):
                self._generation += 1
                return True
        return False
