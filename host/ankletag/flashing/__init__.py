"""Putting the firmware of this installation onto a board, without losing what the board holds."""

from .errors import FlashingStopped, NotFlashed, NotReadOut
from .evidence import DISCARD, unread_pages
from .firmware import Firmware, firmware_to_flash, load_micropython, micropython_at_hand
from .flash import Flashed, Flashing, Wanted
from .waiting import Patience

__all__ = [
    "DISCARD",
    "Firmware",
    "Flashed",
    "Flashing",
    "FlashingStopped",
    "NotFlashed",
    "NotReadOut",
    "Patience",
    "Wanted",
    "firmware_to_flash",
    "load_micropython",
    "micropython_at_hand",
    "unread_pages",
]
