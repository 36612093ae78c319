"""First file that MicroPython runs on a board, and the last: it starts the tag itself.

Before each file that it runs, MicroPython makes Ctrl-C on the link an interrupt again, which a byte 0x03 from whoever
has the cable would be. So main is imported, not left to be run: then Ctrl-C stays the byte that it is made here.
"""

import sys

import micropython

micropython.kbd_intr(-1)

try:
    # In a developer's image only.
    from prompt import held
except (ImportError, ValueError):
    # ValueError: compiled for another MicroPython, as all the rest is then.
    held = None

if held is not None and held():
    # There is no main.py beside this file: behind it MicroPython goes on to its prompt.
    micropython.kbd_intr(3)
else:
    try:
        import pack

        pack.mount()
        import main

        main.run()
    finally:
        # Every way out starts again: a tag at a prompt would not be watching, and would give away its keys.
        sys.exit()
