"""What the tag's settings in flash say, for a rig that cannot ask: whether the tag is fitted."""

from __future__ import annotations

import struct

from taghil.flash import BLOCK, PAGE, Flash
from tagproto import layout, snapshot


class FittedSign:
    """Looks at the settings' pages of one flash."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash
        first = layout.Layout(flash.blocks).settings_first
        self.blocks = range(first, first + layout.SETTINGS_BLOCKS)
        """Where a change of the settings is written."""

    def __call__(self) -> bool:
        """Whether the newest snapshot says so."""
        newest = (-1, False)
        for block in self.blocks:
            for offset in range(0, BLOCK, PAGE):
                page = self._flash.read(block, offset, PAGE)
                if snapshot.is_snapshot(page):
                    values = struct.unpack_from(snapshot.FORMAT, page, 0)
                    newest = max(newest, (values[snapshot.GENERATION], bool(values[snapshot.FITTED])))
        return newest[1]
