"""What a board is to run: this installation's firmware as an image, and how it will name itself."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..errors import AnkletagError, UsageError
from ..image import (
    MICROPYTHON_RELEASES,
    MICROPYTHON_VARIABLE,
    build_image,
    check_micropython,
    firmware_digest,
    firmware_tree,
    image_tree,
    read_image,
)

NAME_ONE = (
    f"Name a MicroPython for RPI_PICO with --micropython or {MICROPYTHON_VARIABLE}; "
    f"releases are at {MICROPYTHON_RELEASES}."
)
"""What to do where one is needed."""


@dataclass(frozen=True, slots=True)
class Firmware:
    """image: from `build_image`; digest: the 8 bytes that its hello carries; blocks_used: of the image's."""

    version: str
    developer: bool
    image: bytes
    digest: bytes
    blocks_used: int


def firmware_to_flash(developer: bool) -> Firmware:
    """Compiled from this installation's files. Raises ImageError."""
    files = image_tree(firmware_tree(developer=developer))
    image = build_image(files)
    return Firmware(__version__, developer, image, firmware_digest(files), len(read_image(image).blocks))


def load_micropython(path: Path) -> dict[int, bytes]:
    """What a MicroPython's UF2 writes, by address. Raises UsageError where it cannot be read, ImageError for what is
    none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", NAME_ONE) from error
    return check_micropython(data, str(path))


def micropython_at_hand(say: Callable[[str], None]) -> dict[int, bytes] | None:
    """As `load_micropython`, of the UF2 that the environment names; None where it names none, or one that is of no use:
    then that is said, for most boards need none."""
    value = os.environ.get(MICROPYTHON_VARIABLE, "").strip()
    if not value:
        return None
    try:
        return load_micropython(Path(value))
    except AnkletagError as error:
        say(f"{MICROPYTHON_VARIABLE} is passed over: {error.cause}")
        return None
