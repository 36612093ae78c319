"""The computer that is examined: its files, who uses it, and what it can open. A test has one of its own."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Computer:
    """root: of its files; user: the account's name; groups: numbers of the groups of this login; may_open: whether this
    login may read and write a file; owning_group: number of the group of a file; linux: whether it is one."""

    root: Path
    user: str
    groups: frozenset[int]
    may_open: Callable[[Path], bool]
    owning_group: Callable[[Path], int] = field(default=lambda path: path.stat().st_gid)
    linux: bool = True

    def path(self, name: str) -> Path:
        """A file by its path from the root, with or without the slash in front."""
        return self.root / name.lstrip("/")

    def real(self, name: str) -> str:
        """What a link leads to, by its path from the root; the name itself where that is outside."""
        try:
            return f"/{self.path(name).resolve().relative_to(self.root.resolve())}"
        except ValueError:
            return name

    def text(self, name: str) -> str | None:
        """What is in a file, without white space at both ends; None where it cannot be read."""
        try:
            return self.path(name).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None

    def inside(self, name: str) -> list[Path]:
        """What is in a folder, in order; nothing where there is none."""
        try:
            return sorted(self.path(name).iterdir())
        except OSError:
            return []


def this_computer() -> Computer:
    """The one that this runs on."""
    user = os.environ.get("USER") or os.environ.get("LOGNAME") or "$USER"
    groups = frozenset({os.getegid(), *os.getgroups()}) if sys.platform != "win32" else frozenset()
    return Computer(Path("/"), user, groups, lambda path: os.access(path, os.R_OK | os.W_OK), linux=_is_linux())


def _is_linux() -> bool:
    return sys.platform.startswith("linux")
