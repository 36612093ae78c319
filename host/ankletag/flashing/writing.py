"""Writing the image block by block at the prompt, read back block by block; its head last.

Blocks 0 and 1 hold the pair of superblocks without which nothing mounts. They are erased first and written last, so
that a flashing that was broken off leaves no half image that a board would start.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import LinkLost
from ..image import BLOCK_BYTES, IMAGE_BLOCKS, STORAGE_BLOCKS
from . import onchip
from .errors import NotFlashed
from .prompt import BoardFault, Prompt
from .stage import Stage

_HEAD = (0, 1)
# So many blocks are erased, or read, in one go: erasing takes some 50 ms each.
_RUN_BLOCKS = 16
# The version of .mpy files that the compiler makes (MicroPython, docs: MicroPython .mpy files).
_MPY_VERSION = "6"
OLDEST = (1, 25)
"""The oldest MicroPython that the firmware is made for."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Board:
    """What a board at the prompt says of itself. tag_id: 8 bytes; unfit: why its MicroPython or its flash does not do,
    as a clause, empty where it does; has_files: whether anything is in the root of its file system; has_log: whether
    anything is behind the image's part."""

    tag_id: bytes
    unfit: str
    has_files: bool
    has_log: bool


def about(prompt: Prompt) -> Board:
    """Ask the board, which changes nothing on it. Raises LinkLost or NotFlashed."""
    try:
        prompt.run(onchip.START)
        said = prompt.run(onchip.ABOUT)
        (used,) = prompt.run(onchip.used(IMAGE_BLOCKS, STORAGE_BLOCKS))
        name, platform, blocks, size, mpy, files, major, minor = said
        tag_id, version = bytes.fromhex(name), (int(major), int(minor))
    except (BoardFault, ValueError) as error:
        raise NotFlashed(
            f"The board at {prompt.port} is no Pico with MicroPython, or not one that can be flashed here: {error}.",
            "Hold BOOTSEL while you plug it in, and run the command again with --micropython.",
        ) from error
    unfit = ""
    if platform != "rp2" or (blocks, size) != (str(STORAGE_BLOCKS), str(BLOCK_BYTES)):
        unfit = f"it is for another board than RPI_PICO ({platform}, storage of {blocks} blocks of {size} bytes)"
    elif version < OLDEST:
        unfit = f"it is version {major}.{minor}, and the tag needs {OLDEST[0]}.{OLDEST[1]} or newer"
    elif mpy != _MPY_VERSION:
        unfit = f"it loads .mpy files of version {mpy}, and the tag's are of version {_MPY_VERSION}"
    return Board(tag_id, unfit, files != "0", used != "0")


def write_image(prompt: Prompt, image: bytes, erase_log: bool, stage: Stage, progress: Progress) -> int:
    """Make this image of the first part of a board's storage; how many blocks had to be written.

    prompt: of a board that was asked `about` itself; progress: (done, of how many).

    Raises NotFlashed or LinkLost. The same again goes on where it ended.
    """
    blocks = [image[at : at + BLOCK_BYTES] for at in range(0, len(image), BLOCK_BYTES)]
    wanted = [hashlib.sha256(block).hexdigest() for block in blocks]
    try:
        prompt.run(onchip.UNMOUNT)
        there = _sums(prompt, len(blocks))
        differ = [number for number in range(len(blocks)) if there[number] != wanted[number] and number not in _HEAD]
        if not erase_log and not differ and all(there[number] == wanted[number] for number in _HEAD):
            return 0
        stage.blocks(erase_log)
        _erase(prompt, _HEAD[0], _HEAD[-1] + 1)
        if erase_log:
            _erase(prompt, IMAGE_BLOCKS, STORAGE_BLOCKS)
        # The second of the pair first: with one of them the image is whole, and mounts.
        todo = [*differ, *reversed(_HEAD)]
        for done, number in enumerate(todo):
            progress(done, len(todo))
            if prompt.run(onchip.put(number, blocks[number])) != [wanted[number]]:
                raise stage.failed(f"block {number} does not read back as it was written")
        progress(len(todo), len(todo))
        if _sums(prompt, len(blocks)) != wanted:
            raise stage.failed("the image does not read back as it was written")
    except BoardFault as error:
        raise stage.failed(f"the board said {error}") from error
    except LinkLost as error:
        raise stage.failed(f"the board at {prompt.port} stopped answering") from error
    return len(todo)


def _sums(prompt: Prompt, blocks: int) -> list[str]:
    found: list[str] = []
    for first in range(0, blocks, _RUN_BLOCKS):
        found += prompt.run(onchip.sums(first, min(first + _RUN_BLOCKS, blocks)))
    return found


def _erase(prompt: Prompt, first: int, last: int) -> None:
    for at in range(first, last, _RUN_BLOCKS):
        end = min(at + _RUN_BLOCKS, last)
        if prompt.run(onchip.clear(at, end)) != ["1" * (end - at)]:
            raise BoardFault(f"that blocks {at} to {end - 1} do not erase")
