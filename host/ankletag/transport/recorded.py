"""The lines of a recording, read one at a time and believed in nothing."""

import json
from pathlib import Path
from typing import BinaryIO

from ..errors import AnkletagError, UsageError
from .recording import FORMAT, VERSION

# Sixteen times what one read can bring.
_LINE_MAX = 1 << 20
_UTC_END_MS = 1 << 62
# Not a number is below nothing.
_SECONDS_MAX = 1e15


class RecordedLines:
    """number: of the line that `take` gave last, from 1. Raises UsageError for what is no recording."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise UsageError(
                f"The recording {path} cannot be read: {error.strerror}.", "Name a file that `sync --record` made."
            ) from error
        try:
            self._check_head()
        except AnkletagError:
            self._file.close()
            raise

    def _check_head(self) -> None:
        head = self.take()
        if head is None or head.get("format") != FORMAT:
            raise UsageError(f"{self.path} is no recorded session.", "Name a file that `sync --record` made.")
        if head.get("version") != VERSION:
            raise UsageError(
                f"The recording {self.path} is of version {json.dumps(head.get('version'))[:20]}, this program knows "
                f"version {VERSION}.",
                "Play it back with the program that made it.",
            )

    def take(self) -> dict[str, object] | None:
        """The next line. None at the end, and for a last line that was cut. Raises UsageError for any other."""
        try:
            raw = self._file.readline(_LINE_MAX)
        except OSError as error:
            raise self._bad(f"cannot be read: {error.strerror}") from error
        self.number += 1
        if not raw.endswith(b"\n"):
            if len(raw) == _LINE_MAX:
                raise self._bad("is longer than any that was recorded")
            return None
        try:
            found = json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise self._bad("is not UTF-8") from error
        except (ValueError, RecursionError) as error:
            raise self._bad("is not JSON") from error
        if not isinstance(found, dict):
            raise self._bad("is not a JSON object")
        return found

    def octets(self, line: dict[str, object], name: str) -> bytes:
        """A field of bytes in hexadecimal. Raises UsageError."""
        value = line[name]
        try:
            return bytes.fromhex(value if isinstance(value, str) else "?")
        except ValueError as error:
            raise self._bad(f"has no bytes in hexadecimal as {name!r}") from error

    def seconds(self, line: dict[str, object], name: str) -> float:
        """A field that is a time in seconds. Raises UsageError."""
        value = line[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _SECONDS_MAX:
            raise self._bad(f"has no time as {name!r}")
        return float(value)

    def whole(self, line: dict[str, object], name: str) -> int:
        """A field that is a whole number from 0 on, below 2**62. Raises UsageError."""
        value = line[name]
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _UTC_END_MS:
            raise self._bad(f"has no whole number as {name!r}")
        return value

    def close(self) -> None:
        """Give the file back. May be called twice."""
        self._file.close()

    def _bad(self, what: str) -> UsageError:
        return UsageError(f"Line {self.number} of the recording {self.path} {what}.", "Take another copy of it.")
