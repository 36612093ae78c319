"""`Emulator`: one emulated tag as a process with its own state folder, steered from Python."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from ankletag.firmware_files import FirmwareFiles, firmware_files
from ankletag.transport import SLOWER
from taghil.vm import control
from taghil.vm.config import Config
from taghil.vm.console import BadEvent, Console
from taghil.vm.errors import EmulatorDied, EmulatorError, EmulatorTimeout
from taghil.vm.link import LINES
from taghil.vm.pacing import MODES
from taghil.vm.remote import CALL_S, Remote
from taghil.vm.state import StateFolder

__all__ = ["Emulator", "EmulatorDied", "EmulatorError", "EmulatorTimeout"]

DAYS_MOST = 36_500
"""A century: more than any flash holds, and a time that every file and the wire can carry."""


class Emulator(Remote):
    """An emulated tag: on the unix port, or, with `uf2`, on an emulated RP2040 with that MicroPython.

    `state` is its folder (a temporary one when None, kept until `stop`); the other arguments are those of
    taghil.vm.config.Config.  `program` is what the VM runs instead of the firmware's main.py, `firmware` other files
    than this installation's.  `probe(emulator)` is asked until it gives True before the tag counts as ready.  Use as a
    context manager, or `start` and `stop`.
    """

    def __init__(
        self,
        state: Path | str | None = None,
        *,
        program: Path | str | None = None,
        firmware: FirmwareFiles | None = None,
        probe: Callable[[Emulator], bool] | None = None,
        deadline_s: float = 20.0,
        **options: Any,
    ) -> None:
        self._temporary = None if state is not None else tempfile.TemporaryDirectory(prefix="ankletag-")
        path = Path(state) if state is not None else Path(self._temporary.name if self._temporary else "")
        self.folder = StateFolder(path.absolute())
        files = firmware or firmware_files()
        for key in ("replay", "trace"):
            if options.get(key) is not None:
                options[key] = str(Path(options[key]).absolute())
        if Path(str(options.get("scenario", ""))).is_file():
            options["scenario"] = str(Path(options["scenario"]).absolute())
        script = Path(program).absolute() if program else files.firmware / "main.py"
        self.config = Config(str(files.firmware), str(files.protocol), str(script), **options)
        self._check()
        self._probe = probe
        self._deadline_s = deadline_s * self.config.slower
        self.slower = self.config.slower
        self._process: subprocess.Popen[bytes] | None = None
        self._parent_fd = -1
        self._log: Path | None = None

    def _check(self) -> None:
        if sys.platform == "win32":
            raise EmulatorError("the emulator runs on Linux and macOS; on Windows use a real tag")
        if self.config.pace not in MODES:
            raise EmulatorError(f"a pace is one of {', '.join(MODES)}, not '{self.config.pace}'")
        if self.config.line not in LINES:
            raise EmulatorError(f"a line is one of {', '.join(LINES)}, not '{self.config.line}'")
        days = self.config.days
        if days is not None and not 0 <= days <= DAYS_MOST:
            raise EmulatorError(f"a tag lives 0 to {DAYS_MOST} days, not {days:g}")
        try:
            wants_readings = Console(self.config.pause_at).wants_readings()
        except BadEvent as error:
            raise EmulatorError(str(error)) from error
        if wants_readings:
            self.config = replace(self.config, trace_readings=True)

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> Emulator:
        """Starts the server and the VM; returns when the tag has said hello to its world and the probe is content.

        Raises EmulatorDied, EmulatorTimeout, or EmulatorError with the server's sentence (folder in use, bad scenario).
        """
        try:
            self.folder.path.mkdir(parents=True, exist_ok=True)
            # Under names of their own: if another emulator has the folder, its files stay as they are.
            config_fd, config_name = tempfile.mkstemp(".json", "emulator-", self.folder.path)
            with os.fdopen(config_fd, "w", encoding="utf-8") as file:
                file.write(self.config.to_json())
            log_fd, log_name = tempfile.mkstemp(".log", "server-", self.folder.path)
        except OSError as error:
            raise EmulatorError(
                f"{self.folder.path} cannot hold the tag: {error.strerror}; choose another folder with --state"
            ) from error
        self._log = Path(log_name)
        deadline = time.monotonic() + self._deadline_s
        ready_read, ready_write = os.pipe()
        parent_read, self._parent_fd = os.pipe()
        with os.fdopen(log_fd, "wb") as log:
            room = "taghil.mcu" if self.config.uf2 else "taghil.vm"
            command = [sys.executable, "-m", room, str(self.folder.path), Path(config_name).name]
            self._process = subprocess.Popen(
                [*command, str(ready_write), str(parent_read)],
                pass_fds=(ready_write, parent_read),
                stdin=None if self.config.repl else subprocess.DEVNULL,
                stderr=None if self.config.repl else log,
                start_new_session=not self.config.repl,
            )
        os.close(ready_write)
        os.close(parent_read)
        try:
            with os.fdopen(ready_read, "rb", buffering=0) as ready:
                self._await_ready(ready.fileno(), deadline)
            while self._probe is not None and not self._probe(self):
                self.raise_if_died()
                if time.monotonic() > deadline:
                    raise EmulatorTimeout(f"the emulated tag did not answer the probe within {self._deadline_s:g} s")
                select.select([], [], [], 0.01)
        except BaseException:
            self.kill()
            raise
        finally:
            Path(config_name).unlink(missing_ok=True)
        return self

    def _await_ready(self, fd: int, deadline: float) -> None:
        ready, _, _ = select.select([fd], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise EmulatorTimeout(f"the emulated tag did not start within {self._deadline_s:g} s")
        if not os.read(fd, 1):
            assert self._process is not None
            self._process.wait()
            self.raise_if_died()

    def raise_if_died(self, within_s: float = 0.0) -> None:
        """Raises EmulatorDied or EmulatorError if the emulator has ended, or does so within a time."""
        process = self._process
        if process is None:
            raise EmulatorError("the emulator has not been started")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(within_s)
        status = process.poll()
        if status is None:
            return
        if status == 2:
            lines = self._log_lines()
            raise EmulatorError(lines[-1] if lines else "the emulator could not start")
        end = self.folder.read_json(self.folder.world).get("end", {})
        if status == 3:
            raise EmulatorDied("the tag's VM", end["status"], end["stderr"])
        if status:
            raise EmulatorDied("the emulator's server", status, self._log_lines())
        raise EmulatorDied("the tag's program", end.get("status", 0), end.get("stderr", []))

    def _log_lines(self) -> list[str]:
        if self._log is None or not self._log.exists():
            return []
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]

    def stop(self, deadline_s: float = 10.0) -> None:
        """Stops the tag and keeps its state; does nothing when it is not running."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            with contextlib.suppress(OSError, control.ControlError):
                control.call(self.folder.control, {"do": "stop"}, CALL_S)
            try:
                process.wait(deadline_s)
            except subprocess.TimeoutExpired:
                self.kill()
        self._forget()

    def kill(self) -> None:
        """Ends server and VM at once, as if the computer had crashed."""
        process = self._process
        if process is not None and process.poll() is None:
            if self.config.repl:
                # Not a group of its own: the server meets SIGTERM and ends its VM.
                process.terminate()
            else:
                # Or the name would lead to whoever gets the number of its terminal next.
                self.folder.port.unlink(missing_ok=True)
                # The whole group: a VM that hangs in a loop would never meet the end of its pipe.
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._forget()

    def _forget(self) -> None:
        told = self._process is None or self._process.returncode in (0, 2, 3)
        if self._parent_fd >= 0:
            os.close(self._parent_fd)
            self._parent_fd = -1
        self._process = None
        if self._log is not None and told:
            # Only what nobody expected stays: the last words of a server that died.
            self._log.unlink(missing_ok=True)
            self._log = None
        if self._temporary is not None:
            self._temporary.cleanup()

    def wait_end(self, deadline_s: float | None) -> int:
        """Waits for the server to end by itself (`--repl`, a probe program); gives its exit status."""
        assert self._process is not None
        try:
            return self._process.wait(deadline_s)
        except subprocess.TimeoutExpired as error:
            raise EmulatorTimeout(f"the emulated tag still runs after {deadline_s:g} s") from error

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- what it gives -------------------------------------------------------------------------------------------

    @property
    def port(self) -> str:
        """Name of the serial port, stable over restarts on the same folder."""
        slower = self.config.slower
        return f"{SLOWER}{slower:g}:{self.folder.port}" if slower > 1 else str(self.folder.port)

    @property
    def clock_file(self) -> Path:
        """The file that says how far the world's UTC is from the system's."""
        return self.folder.clock

    @property
    def vm_log(self) -> str:
        """What the VM has printed."""
        return self.folder.vm_log.read_text(encoding="utf-8", errors="replace") if self.folder.vm_log.exists() else ""
