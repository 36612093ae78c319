"""control.sock: JSON lines that steer a running emulator, one answer a line.

Request: {"do": NAME, ...}; answer: {"ok": true, ...} or {"ok": false, "error": SENTENCE}.  Each connection has a thread
of its own; what changes the world runs on the server's main thread, in between two calls of the VM.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from taghil.vm.state import connect, listen

Answer = dict[str, Any]
Execute = Callable[[dict[str, Any]], Answer]


class ControlError(RuntimeError):
    """The emulator refused a control call, or did not answer; the message is a sentence."""


class ControlListener:
    """Serves control.sock; `execute` is called in the connection's thread and may block."""

    def __init__(self, path: Path, execute: Execute) -> None:
        self._path = path
        self._execute = execute
        self._socket = listen(path)
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), name="control-connection", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as lines:
            try:
                for line in lines:
                    lines.write(json.dumps(self._answer(line)).encode() + b"\n")
                    lines.flush()
            except OSError:
                # The other side went away; its answer goes with it.
                return

    def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
        except ValueError:
            return {"ok": False, "error": "a control request is one line of JSON"}
        if not isinstance(request, dict):
            return {"ok": False, "error": "a control request is a JSON object"}
        try:
            return {"ok": True, **self._execute(request)}
        except KeyError as error:
            return {"ok": False, "error": f"{request.get('do')}: the field {error} is missing"}
        except (ControlError, ValueError, TypeError) as error:
            return {"ok": False, "error": f"{request.get('do')}: {error}"}

    def close(self) -> None:
        """Stops listening."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


def call(path: Path, request: dict[str, Any], timeout_s: float) -> Answer:
    """One control call; raises ControlError when it is refused, OSError when nobody answers in time."""
    with connect(path, timeout_s) as connection, connection.makefile("rwb") as lines:
        lines.write(json.dumps(request).encode() + b"\n")
        lines.flush()
        line = lines.readline()
    if not line:
        raise ConnectionResetError("the emulator ended during the call")
    answer: Answer = json.loads(line)
    if not answer.get("ok"):
        raise ControlError(str(answer.get("error")))
    return answer
