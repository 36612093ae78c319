"""The way back to MicroPython's prompt, in a developer's image only: GP3 held to ground while the board starts.

It lies beside boot.py and needs nothing of the tag's, so that it leads out of a broken pack, too.
"""

import time

from machine import Pin

_PROMPT = 3
# A pad starts pulled down (RP2040 datasheet, 2.19.6.3), and then 80 kOhm at most (5.5.3.4) charge what hangs on it.
_SETTLE_MS = 1


def held():
    """Whether the prompt is wanted."""
    pin = Pin(_PROMPT, Pin.IN, Pin.PULL_UP)
    time.sleep_ms(_SETTLE_MS)
    return not pin.value()
