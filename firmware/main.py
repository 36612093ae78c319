"""Start the tag on the board that this is. An exception that gets here is a fault: say it, then reset."""

import gc
import sys

# Loading modules leaves garbage between what stays. Collected now and then, it does not break up the heap.
gc.threshold(49152)

import tagproto  # noqa: E402 - behind the threshold
from tag import app, digest  # noqa: E402 - behind the threshold

# At most so many holes are filled; so many objects in a row are none. A block has four words of 8 bytes, or of 4: then
# a used one between two of them does not end a row.
_HOLES_MAX = 512
_OPEN_BLOCKS = 64
_BLOCK_MAX_BYTES = 32
# While running, garbage may grow to this before it is collected.
_GARBAGE_MAX_BYTES = 65536
# The port's name picks the board file; nothing else in the firmware asks.
_BOARDS = {"rp2": "boards.pico"}


def _folder(module):
    return module.__file__.rsplit("/", 1)[0]


def _sources():
    """Folders with every file that runs here: the one that holds this file, `tag` and `boards`, and tagproto's."""
    if "pack" in sys.modules:
        # All of them are in the pack, which lies beside boot.py.
        return ["."]
    tag_folder = _folder(app)
    return [tag_folder[: -len("/tag")] if "/" in tag_folder else ".", _folder(tagproto)]


def make_board():
    """The board that this is."""
    return __import__(_BOARDS.get(sys.platform, "boards.emulated"), None, None, ("Board",)).Board()


def _fill_holes():
    """Objects for the single blocks that loading left free between the modules.

    MicroPython looks for room from the first free block on, for each piece that is larger than a block: with holes at
    the heap's beginning that is all of the heap, each time, and half of what a signature takes.
    """
    gc.collect()
    filled = None
    in_a_row = 0
    for _ in range(_HOLES_MAX):
        last, filled = filled, (filled, None)
        in_a_row = in_a_row + 1 if 0 < id(filled) - id(last) <= _BLOCK_MAX_BYTES else 0
        if in_a_row == _OPEN_BLOCKS:
            break
    # The last ones fill no hole.
    for _ in range(in_a_row):
        filled = filled[0]
    return filled


def start(board):
    """The tag's application on its board, ready to run."""
    global _filled
    _filled = _fill_holes()
    firmware = digest.firmware_digest(_sources())
    gc.threshold(_GARBAGE_MAX_BYTES)
    return app.App(board, firmware)


# At hand for the emulator's prompt.
board = None
tag = None
_filled = None


def run():
    """Never returns: every way out is a reset, for a tag at a prompt would not be watching."""
    global board, tag
    board = make_board()
    try:
        tag = start(board)
        tag.run()
    except Exception as error:
        if tag is not None:
            tag.memory.keep(error, False)
        raise
    finally:
        board.reset()


if __name__ == "__main__":
    run()
