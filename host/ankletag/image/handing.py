"""Files that belong together, put into a folder: all of them, or none that anybody could take for whole."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from ankletag.errors import UsageError


def hand_over(folder: Path, files: Mapping[str, bytes], names: Iterable[str]) -> None:
    """Write `files`, content by name, into `folder`; the last of them says what the others are.

    It goes first and comes back last, so that a folder with it is whole, wherever this was broken off. names: those
    that such files can have; one of them that is not among `files` is an earlier build's, and goes. Raises UsageError.
    """
    beside: dict[str, Path] = {}
    told = list(files)[-1]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            path = folder / f".{name}.{os.getpid()}.new"
            with path.open("wb") as file:
                beside[name] = path
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for name in [told, *sorted(set(names) - set(files))]:
            (folder / name).unlink(missing_ok=True)
        for name in files:
            os.replace(beside[name], folder / name)
    except OSError as error:
        raise UsageError(
            f"{error.filename2 or error.filename or folder} cannot be written: {error.strerror}.",
            "Look at the folder and your rights to it, or name another one with --out, then try again.",
        ) from error
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)
