"""Keeps a session as JSON lines: what was written, what came, and the times and random numbers that were asked for.

The first line is {"format": "ankletag-session", "version": 1, "port": NAME}. Each further one is one call:
{"write": HEX}, {"read": HEX}, {"random": HEX}, {"now_s": SECONDS}, {"utc_ms": MS}, {"baud": N, "done": BOOL}, and at
the end {"close": 0}. A call in which the line was cut has {"lost": CAUSE} besides. Behind {"stopped": WORDS} comes only
what a session does on its way out. A file that was cut is good up to there.
"""

import json
import os
import sys
from pathlib import Path
from typing import TextIO

from ..errors import LinkLost, StoreError, UsageError
from .contract import Through, Transport

FORMAT, VERSION = "ankletag-session", 1


class Recording:
    """The file, made at once, for this account alone: it holds all that the tag said. Raises UsageError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._began = False
        self._stopped = False
        try:
            # O_EXCL: a session that somebody kept is never overwritten.
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise UsageError(f"{path} exists, and a recording overwrites nothing.", "Name another file.") from error
        except OSError as error:
            raise UsageError(f"The recording {path} cannot be made: {error.strerror}.", "Name another file.") from error
        self._file: TextIO = os.fdopen(handle, "w", encoding="ascii", newline="\n")

    def add(self, line: dict[str, str | int | float]) -> None:
        """Write a line through to the system. Raises StoreError, when the disk is full for instance."""
        self._began = True
        # On the way out after Ctrl-C, wherever that came: what follows is not the session's any more.
        if not self._stopped and isinstance(sys.exc_info()[1], KeyboardInterrupt):
            self._stopped = True
            self.add({"stopped": "from the keyboard"})
        try:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError as error:
            raise StoreError(
                f"The recording {self.path} cannot be written: {error.strerror}.",
                "Nothing is lost: make room, or run the command again without --record.",
            ) from error

    def close(self) -> None:
        """Give the file back; one in which nothing was recorded is removed. May be called twice."""
        if self._file.closed:
            return
        try:
            self._file.close()
        except OSError:
            # The disk is full, which `add` has said: what is in the file is a good prefix.
            return
        if not self._began:
            self.path.unlink(missing_ok=True)


class RecordingTransport(Through):
    """Another transport, with everything that passes through it kept."""

    def __init__(self, inner: Transport, recording: Recording) -> None:
        super().__init__(inner)
        self._recording = recording
        self._closed = False
        recording.add({"format": FORMAT, "version": VERSION, "port": inner.name})

    def write(self, data: bytes) -> None:
        """Send and keep `data`."""
        try:
            self._inner.write(data)
        except LinkLost as error:
            self._recording.add({"write": data.hex(), "lost": error.cause})
            raise
        self._recording.add({"write": data.hex()})

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, kept."""
        try:
            data = self._inner.read(timeout_s)
        except LinkLost as error:
            self._recording.add({"read": "", "lost": error.cause})
            raise
        self._recording.add({"read": data.hex()})
        return data

    def set_baud(self, baud: int) -> bool:
        """As the line behind it."""
        try:
            done = self._inner.set_baud(baud)
        except LinkLost as error:
            self._recording.add({"baud": baud, "done": False, "lost": error.cause})
            raise
        self._recording.add({"baud": baud, "done": done})
        return done

    def now_s(self) -> float:
        """As the line behind it."""
        now_s = self._inner.now_s()
        self._recording.add({"now_s": now_s})
        return now_s

    def utc_ms(self, offset_ms: int = 0) -> int:
        """As the line behind it; the sum is kept, so that who plays it back needs no clock file."""
        utc_ms = self._inner.utc_ms(offset_ms)
        self._recording.add({"utc_ms": utc_ms})
        return utc_ms

    def random(self, count: int) -> bytes:
        """As the line behind it. None of it is a secret: it is sent, or names a request."""
        drawn = self._inner.random(count)
        self._recording.add({"random": drawn.hex()})
        return drawn

    def close(self) -> None:
        """Give the port and the file back."""
        self._inner.close()
        if not self._closed:
            self._closed = True
            try:
                self._recording.add({"close": 0})
            finally:
                self._recording.close()
