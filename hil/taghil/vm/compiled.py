"""The firmware as a chip has it, compiled, for the emulator: what it takes of the heap is not blurred by compiling."""

from __future__ import annotations

from pathlib import Path

from ankletag.firmware_files import FirmwareFiles
from ankletag.image import firmware_tree

MAIN = "main.py"
"""Stays a source: the VM starts it by this name."""


def compiled_firmware(folder: Path) -> FirmwareFiles:
    """Write .mpy of this installation's firmware and of the emulated board into `folder`, for `Emulator(firmware=)`.

    Raises ankletag.image.ImageError when a file does not compile.
    """
    tree = firmware_tree(emulated=True)
    del tree[MAIN.replace(".py", ".mpy")]
    tree[MAIN] = firmware_tree(compiled=False)[MAIN]
    for name, data in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return FirmwareFiles(folder, folder)
