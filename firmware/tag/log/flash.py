"""One 256-byte page at a time on a MicroPython block device, always read back.

NOR flash: programming clears bits and leaves bytes of 0xFF as they were; erasing sets a whole block. What a
power cut tore may read differently each time until it is programmed again or erased to the end.
"""

from tagproto.layout import BLOCK_SIZE, PAGES_PER_BLOCK
from tagproto.pages import PAGE_SIZE

BLANK = b"\xff" * PAGE_SIZE
ZEROS = bytes(PAGE_SIZE)
# A command may fail to reach the chip; what fails twice is the flash.
_TRIES = 2


class Flash:
    """Pages by absolute index: page p lies in block p // 16. failures: programs and erases that did not read back."""

    def __init__(self, device):
        self._device = device
        self._check = bytearray(PAGE_SIZE)
        self.blocks = device.ioctl(4, 0)
        self.failures = 0
        if device.ioctl(5, 0) != BLOCK_SIZE:
            raise ValueError("flash blocks are not %d bytes" % BLOCK_SIZE)

    def read(self, page, buffer):
        """256 bytes into `buffer`."""
        self._device.readblocks(page // PAGES_PER_BLOCK, buffer, page % PAGES_PER_BLOCK * PAGE_SIZE)

    def program(self, page, data):
        """Clear bits; True when the page reads back as `data`."""
        return self.program_part(page, data, 0, PAGE_SIZE)

    def program_part(self, page, data, start, end):
        """As `program` for a page in which only data[start:end] is new; the rest of `data` is 0xFF."""
        for _ in range(_TRIES):
            self._device.writeblocks(page // PAGES_PER_BLOCK, data, page % PAGES_PER_BLOCK * PAGE_SIZE)
            self.read(page, self._check)
            if self._check[start:end] == data[start:end]:
                return True
        self.failures += 1
        return False

    def erase_block(self, block):
        """All bytes of a block to 0xFF; True when they read so."""
        for _ in range(_TRIES):
            self._device.ioctl(6, block)
            if self._is_blank(block):
                return True
        self.failures += 1
        return False

    def _is_blank(self, block):
        for page in range(block * PAGES_PER_BLOCK, (block + 1) * PAGES_PER_BLOCK):
            self.read(page, self._check)
            if self._check != BLANK:
                return False
        return True
