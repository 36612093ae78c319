"""Where the tag's own files lie, in a checkout and in an installed wheel."""

from pathlib import Path
from typing import NamedTuple

import tagproto


class FirmwareFiles(NamedTuple):
    """The two folders that together hold everything the tag runs."""

    firmware: Path
    """Holds boot.py, main.py, tag/ and boards/."""
    protocol: Path
    """Holds the package folder tagproto/."""


def firmware_files() -> FirmwareFiles:
    """Find the firmware that belongs to this installation.

    A wheel carries it inside the package as `_firmware`; a checkout (editable install) has it in `firmware/` beside
    `host/`. The two are never both present, so there is no order of preference that could pick a stale copy.

    Raises FileNotFoundError, with a sentence for the user, when the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    candidates = (package / "_firmware", package.parents[1] / "firmware")
    # tagproto is a regular package, so it always has a file.
    protocol = Path(str(tagproto.__file__)).resolve().parents[1]
    for folder in candidates:
        if (folder / "main.py").is_file():
            return FirmwareFiles(firmware=folder, protocol=protocol)
    looked = " and ".join(str(folder) for folder in candidates)
    raise FileNotFoundError(
        f"The tag's firmware was not found: there is no main.py in {looked}. "
        "Install ankletag again: pip install --force-reinstall ankletag"
    )
