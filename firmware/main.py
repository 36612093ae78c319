"""Start the tag on the board that this is. An exception that gets here is a fault: say it, then reset."""

import sys

import tagproto
from tag import app, digest

# The port's name picks the board file; nothing else in the firmware asks.
_BOARDS = {"rp2": "boards.pico"}


def _folder(module):
    return module.__file__.rsplit("/", 1)[0]


def start():
    """The tag's application on its board, ready to run."""
    name = _BOARDS.get(sys.platform, "boards.emulated")
    board = __import__(name, None, None, ("Board",)).Board()
    return board, app.App(board, digest.firmware_digest([_folder(app), _folder(tagproto)]))


if __name__ == "__main__":
    board, tag = start()
    try:
        tag.run()
    finally:
        # Every way out is a reset: a tag at a prompt would not be watching.
        board.reset()
