"""`ankletag` as a user runs it: the installed command, in a process of its own, without a terminal."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from provisioned import station_folder
from support import patience
from taghil.vm.process import Emulator

LIMIT_S = 60


class Cli:
    """`ankletag` as a user runs it, with the store, port and clock of one tag filled in."""

    def __init__(self, store: Path, tag: Emulator) -> None:
        self._station = station_folder(store.with_name("station"))
        self._store = store
        self._tag = tag

    def run(self, command: str, *arguments: str, status: int = 0, line: bool = True) -> str:
        """Standard output of a command that has to end with `status`. line: it talks to the tag."""
        extra = ["--store", str(self._store)] if command not in ("log", "status") else []
        if line:
            extra += ["--port", str(self._tag.port)]
        if command in ("fit", "sync", "configure", "remove", "selftest"):
            extra += ["--clock", str(self._tag.clock_file), "--station", str(self._station)]
        done = run_ankletag(command, *arguments, *extra)
        assert done.returncode == status, (
            f"ankletag {command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
        assert "Traceback" not in done.stderr
        return done.stdout if status == 0 else done.stderr

    def json(self, command: str, *arguments: str, line: bool = True) -> Any:
        """The one JSON document that a command prints."""
        return json.loads(self.run(command, "--json", *arguments, line=line))


def run_ankletag(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The installed command, in a process of its own, without a terminal."""
    command = str(Path(sys.executable).with_name("ankletag"))
    return subprocess.run(
        [command, *arguments], capture_output=True, text=True, timeout=LIMIT_S * patience(), check=False
    )
