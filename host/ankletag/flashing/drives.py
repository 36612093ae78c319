"""A board in BOOTSEL: the drive that its boot ROM shows, and a file onto it (RP2040 datasheet, 2.8.4)."""

import os
import re
import string
import sys
from dataclasses import dataclass
from pathlib import Path

from ..errors import PortAbsent, PortForbidden, UsageError

_INFO = "INFO_UF2.TXT"
_BOARD = "RPI-RP2"
_FILE = "ankletag.uf2"
# Where desktops mount what is plugged in, below the root; the drives themselves lie one or two folders deeper.
_MEDIA = ("media", "run/media", "Volumes")
_FAT = ("vfat", "msdos")
_ESCAPE = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Drive:
    """A mounted drive of a board in BOOTSEL."""

    path: Path

    def __str__(self) -> str:
        return f"the board in BOOTSEL at {self.path}"

    @property
    def there(self) -> bool:
        """Whether it is still mounted."""
        return _is_board(self.path)


def drives(named: Path | None = None, root: Path = Path("/")) -> list[Drive]:
    """The drives of all boards in BOOTSEL that are mounted, in order. named: looked at, too; root: of the computer's
    files."""
    if sys.platform == "win32":
        places = {Path(f"{letter}:\\") for letter in string.ascii_uppercase}
    else:
        places = _mounted(root)
        for media in _MEDIA:
            folder = root / media
            places |= {*_folders(folder), *(deeper for each in _folders(folder) for deeper in _folders(each))}
    if named is not None:
        places.add(named)
    return [Drive(path) for path in sorted(places) if _is_board(path)]


def named_drive(path: Path) -> Drive:
    """The drive at a path. Raises PortAbsent where there is none, UsageError where it is another thing."""
    if not path.is_dir():
        raise PortAbsent(f"There is no drive {path}.", "Hold BOOTSEL while you plug the board in, and mount its drive.")
    if not _is_board(path):
        raise UsageError(
            f"{path} is no drive of an RP2040 in BOOTSEL: it has no {_INFO} that says {_BOARD}.",
            "Name the drive RPI-RP2, which appears when the board is plugged in with BOOTSEL held.",
        )
    return Drive(path)


def copy_to(drive: Drive, uf2: bytes) -> None:
    """Write a whole UF2 onto the drive, and wait until the system has handed it over.

    Raises OSError for what the system says; the board may be gone by then because it had all that it needs.
    Raises PortForbidden where this account may not write there.
    """
    path = drive.path / _FILE
    try:
        file = path.open("wb")
    except PermissionError as error:
        raise PortForbidden(
            f"This account may not write to {drive.path}.", "Mount the drive for this account, or copy as its owner."
        ) from error
    with file:
        file.write(uf2)
        file.flush()
        os.fsync(file.fileno())


def _mounted(root: Path) -> set[Path]:
    """Linux's table of what is mounted where."""
    try:
        table = (root / "proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    fields = [each for each in (line.split() for line in table.splitlines()) if len(each) > 2 and each[2] in _FAT]
    # Spaces in a path stand there as \040.
    paths = [_ESCAPE.sub(lambda found: chr(int(found[1], 8)), each[1]) for each in fields]
    return {root / path.lstrip("/") for path in paths}


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []


def disk_gone(device: int, root: Path = Path("/")) -> bool:
    """Whether a disk was unplugged, as Linux knows it; no where the system does not tell. device: st_dev of a file on
    it.

    Where nobody unmounts a disk that went away, as somebody does who mounts by hand, its files can be read on from
    memory.
    """
    if not sys.platform.startswith("linux"):
        return False
    disks = root / "sys/dev/block"
    # What has no major number is on no disk.
    return bool(os.major(device)) and disks.is_dir() and not (disks / f"{os.major(device)}:{os.minor(device)}").exists()


def _is_board(path: Path) -> bool:
    try:
        with (path / _INFO).open("rb") as file:
            return _BOARD.encode() in file.read(512) and not disk_gone(os.fstat(file.fileno()).st_dev)
    except OSError:
        return False
