"""Files of the authority and of stations: whole or not there, and folders that only their owner may enter."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import UsageError

_OWNER_FOLDER = 0o700
_OWNER_FILE = 0o600
_PUBLIC_FILE = 0o644


@contextlib.contextmanager
def telling(path: Path, what: str) -> Iterator[None]:
    """Raise UsageError in the place of OSError: '{path} cannot be {what}'."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path} cannot be {what}: {error.strerror}.", "Look at the folder and your rights to it, then try again."
        ) from error


def is_there(path: Path) -> bool:
    """Whether there is something of that name. Raises UsageError where this account may not look."""
    with telling(path, "looked for"):
        return path.exists()


def make_folder(path: Path) -> None:
    """A folder that only its owner may enter, and those above it that are missing. Raises UsageError."""
    with telling(path, "made"):
        for folder in [*reversed(path.parents), path]:
            if not folder.is_dir():
                folder.mkdir(mode=_OWNER_FOLDER, exist_ok=True)


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a file. Raises UsageError when it is absent, no file, or longer than `limit`."""
    with telling(path, "read"), path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UsageError(f"{path} is longer than any file of its kind.", "Name the file that you were given.")
    return data


def write_file(path: Path, data: bytes) -> None:
    """A public file in the place of what was there, in one step. Raises UsageError."""
    with telling(path, "written"):
        beside = _beside(path, data, _PUBLIC_FILE)
        try:
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)


def write_new(path: Path, data: bytes) -> None:
    """A file that only its owner may read, where none was, in one step. Raises FileExistsError and UsageError."""
    with telling(path, "written"):
        beside = _beside(path, data, _OWNER_FILE)
    try:
        _place(beside, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Take a folder on another disk.") from error
    finally:
        beside.unlink(missing_ok=True)


def _beside(path: Path, data: bytes, mode: int) -> Path:
    """A finished file in the same folder; the mode is set before anything is in it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    # What an earlier process of this number left when it was cut.
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return beside


def _place(beside: Path, path: Path) -> None:
    """Give a finished file its name. Raises FileExistsError where there is one of that name."""
    if os.name == "nt":
        # Refuses an existing name there.
        os.rename(beside, path)
    else:
        os.link(beside, path)
