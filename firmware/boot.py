"""First file that MicroPython runs: from here on Ctrl-C on the link is a byte, not an interrupt."""

import micropython

micropython.kbd_intr(-1)
