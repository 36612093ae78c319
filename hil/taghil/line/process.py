"""`Line`: a cable in a process of its own, for as long as it is wanted."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from taghil.line.cable import TO_HOST, TO_TAG, Cable
from taghil.line.way import Counts

ANSWER_S = 10.0


class LineError(RuntimeError):
    """The cable cannot be laid, or its process has ended; the message is a sentence."""


class Line:
    """A cable from `tag_port` to a new port for a host.

    The tag's port is open only while a host has the new one open, and is opened again whenever it comes back.  Use as a
    context manager, or `start` and `stop`.  link: a name for the new port beside the system's own.
    """

    def __init__(self, tag_port: str | Path, cable: Cable | None = None, link: Path | None = None) -> None:
        self._command = [sys.executable, "-m", "taghil.line", str(tag_port), (cable or Cable()).to_json()]
        self._command += [str(link)] if link is not None else []
        self._process: subprocess.Popen[str] | None = None
        self.port = ""
        """What a host opens."""

    def start(self) -> Line:
        """Lays the cable. Raises LineError."""
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.port = json.loads(self._answer())["port"]
        return self

    def counts(self) -> dict[str, Counts]:
        """What has passed and happened so far: `to_host` and `to_tag`. Raises LineError."""
        _, stdin = self._running()
        try:
            stdin.write("counts\n")
        except BrokenPipeError as error:
            raise LineError("the cable's process has ended") from error
        plain = json.loads(self._answer())
        return {way: Counts(**plain[way]) for way in (TO_HOST, TO_TAG)}

    def _running(self) -> tuple[subprocess.Popen[str], IO[str]]:
        if self._process is None or self._process.stdin is None:
            raise LineError("the cable has not been laid: call start()")
        return self._process, self._process.stdin

    def _answer(self) -> str:
        process, _ = self._running()
        assert process.stdout is not None
        if not select.select([process.stdout], [], [], ANSWER_S)[0]:
            raise LineError(f"the cable's process did not answer within {ANSWER_S:g} s")
        answer: str = process.stdout.readline()
        if not answer:
            raise LineError(f"the cable's process has ended with status {process.wait()}")
        return answer

    def stop(self) -> None:
        """Takes the cable away; does nothing when there is none."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            # It ends when nobody can ask it any more.
            process.stdin.close()
            process.wait(ANSWER_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        finally:
            process.stdout.close()

    def __enter__(self) -> Line:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
