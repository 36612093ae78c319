"""One 256-byte page at a time on a MicroPython block device, always read back.

NOR flash: programming clears bits and leaves bytes of 0xFF as they were; erasing sets a whole block.
"""

from tagproto.layout import BLOCK_SIZE, PAGES_PER_BLOCK
from tagproto.pages import PAGE_SIZE

_BLANK = b"\xff" * PAGE_SIZE


class Flash:
    """Pages by absolute index: page p lies in block p // 16."""

    def __init__(self, device):
        self._device = device
        self._check = bytearray(PAGE_SIZE)
        self.blocks = device.ioctl(4, 0)
        if device.ioctl(5, 0) != BLOCK_SIZE:
            raise ValueError("flash blocks are not %d bytes" % BLOCK_SIZE)

    def read(self, page, buffer):
        """256 bytes into `buffer`."""
        self._device.readblocks(page // PAGES_PER_BLOCK, buffer, page % PAGES_PER_BLOCK * PAGE_SIZE)

    def program(self, page, data):
        """Clear bits; True when every zero bit of `data` reads back and no other bit of its bytes is off."""
        self._device.writeblocks(page // PAGES_PER_BLOCK, data, page % PAGES_PER_BLOCK * PAGE_SIZE)
        self.read(page, self._check)
        return self._check == data

    def program_part(self, page, data, start, end):
        """As `program` for a page in which only data[start:end] is new; the rest of `data` is 0xFF."""
        self._device.writeblocks(page // PAGES_PER_BLOCK, data, page % PAGES_PER_BLOCK * PAGE_SIZE)
        self.read(page, self._check)
        return self._check[start:end] == data[start:end]

    def erase_block(self, block):
        """All bytes of a block to 0xFF."""
        self._device.ioctl(6, block)

    def block_is_blank(self, block):
        """Whether nothing is programmed in a block."""
        for page in range(block * PAGES_PER_BLOCK, (block + 1) * PAGES_PER_BLOCK):
            self.read(page, self._check)
            if self._check != _BLANK:
                return False
        return True
