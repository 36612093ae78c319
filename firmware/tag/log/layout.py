"""Which blocks of the flash behind the file system hold what."""

SETTINGS_BLOCKS = 4
JOURNAL_BLOCKS = 4
BLOCK_SIZE = 4096
PAGES_PER_BLOCK = 16


class Layout:
    """First block and number of blocks of each part, for a flash of `blocks` blocks of 4096 bytes."""

    def __init__(self, blocks):
        self.settings_first = 0
        self.journal_first = SETTINGS_BLOCKS
        self.ring_first = SETTINGS_BLOCKS + JOURNAL_BLOCKS
        self.ring_blocks = blocks - self.ring_first
        if self.ring_blocks < 4:
            raise ValueError("flash of %d blocks is too small" % blocks)
