"""The state folder of one emulated tag: what is in it, its lock, and atomic writes.

flash.bin (the flash image), flash.wear and flash.cells.json (see taghil.nor.cells), port (link to the pseudo-terminal),
clock.json, world.json (how far it has lived), now.bin, control.sock, emulator.json (how it was started), vm.log (what
the VM printed), lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import mmap
import os
import socket
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOCKET_PATH_LIMIT = 100
"""Bytes of path that every system takes for an AF_UNIX socket (Linux 108, macOS 104, both with the end mark)."""


class StateBusy(RuntimeError):
    """Another emulator uses the folder."""


class StateDamaged(RuntimeError):
    """A file of the folder is not what an emulator wrote."""


@dataclass(frozen=True)
class StateFolder:
    """Paths in a state folder."""

    path: Path

    @property
    def flash(self) -> Path:
        return self.path / "flash.bin"

    @property
    def port(self) -> Path:
        return self.path / "port"

    @property
    def clock(self) -> Path:
        return self.path / "clock.json"

    @property
    def world(self) -> Path:
        return self.path / "world.json"

    @property
    def now(self) -> Path:
        return self.path / "now.bin"

    @property
    def config(self) -> Path:
        return self.path / "emulator.json"

    @property
    def vm_log(self) -> Path:
        return self.path / "vm.log"

    @property
    def control(self) -> Path:
        return self.path / "control.sock"

    def lock(self) -> int:
        """Takes the folder for this process; gives the descriptor that holds the lock, raises StateBusy."""
        fd = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(fd)
            raise StateBusy(
                f"{self.path} is in use by another emulator: stop that one, or choose another folder with --state"
            ) from error
        return fd

    def read_json(self, path: Path) -> dict[str, Any]:
        """A JSON object of the folder; empty when the file is not there. Raises StateDamaged."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise StateDamaged(f"{path} is not what an emulator wrote: choose another folder with --state")
        return value


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Writes a JSON file so that a reader sees the old one or the new one, never a part."""
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(value) + "\n", encoding="utf-8")
    os.replace(new, path)


class LivedTime:
    """Virtual time in us at the last flash operation, in a file that is right whenever this process is killed.

    Mapped like the flash image itself: otherwise the flash would hold records of a time that is still to come.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(_LIVED.size)
            self._mapped = mmap.mmap(file.fileno(), _LIVED.size)

    def us(self) -> int:
        """The time; 0 in a new folder."""
        time_us: int = _LIVED.unpack_from(self._mapped)[0]
        return time_us

    def set(self, now_us: int) -> None:
        """Notes the time."""
        _LIVED.pack_into(self._mapped, 0, now_us)

    def close(self) -> None:
        """Lets go of the file."""
        self._mapped.close()


_LIVED = struct.Struct("<Q")


@contextlib.contextmanager
def short_path(path: Path) -> Iterator[str]:
    """A path that fits into an AF_UNIX address: a long one goes through a link in the temporary folder."""
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        yield str(path)
        return
    folder = tempfile.mkdtemp(prefix="tag")
    link = Path(folder) / "s"
    link.symlink_to(path.parent)
    try:
        yield str(link / path.name)
    finally:
        link.unlink()
        os.rmdir(folder)


def listen(path: Path) -> socket.socket:
    """A listening AF_UNIX socket at a path of any length."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with short_path(path.absolute()) as name:
        listener.bind(name)
    listener.listen(8)
    return listener


def connect(path: Path, timeout_s: float) -> socket.socket:
    """A connection to a listening socket; raises OSError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    try:
        with short_path(path.absolute()) as name:
            connection.connect(name)
    except OSError:
        connection.close()
        raise
    return connection
