"""Plays a recorded session back: the same bytes, times and random numbers, and a check of what the host writes."""

from pathlib import Path

from tagproto import frames, messages

from ..errors import LinkLost, RecordingDiffers
from ..models import readable
from .contract import Transport
from .recorded import RecordedLines

_SHOWN = 16


class ReplayTransport(Transport):
    """A recording in a tag's place. Raises UsageError for a file that is none.

    Where the recorded session ends, so does the line: LinkLost. A call that is another one than was recorded, or bytes
    that differ, raise RecordingDiffers.
    """

    def __init__(self, path: str | Path) -> None:
        self._lines = RecordedLines(Path(path))
        self._ended = False
        self._now_s = 0.0
        self._utc_ms = 0
        self.name = f"replay:{path}"

    def write(self, data: bytes) -> None:
        """Compare with what was written."""
        line = self._take("write", _words(data))
        wrote = self._lines.octets(line, "write")
        if wrote != data:
            raise self._differs(_words(wrote) + _beginning(wrote, data), _words(data) + _beginning(data, wrote))
        self._check_lost(line)

    def read(self, timeout_s: float) -> bytes:
        """What came then, at once."""
        line = self._take("read", "a read")
        data = self._lines.octets(line, "read")
        self._check_lost(line)
        return data

    def set_baud(self, baud: int) -> bool:
        """What came of it then."""
        line = self._take("baud", f"a rate of {baud}")
        if (recorded := self._lines.whole(line, "baud")) != baud:
            raise self._differs(f"a rate of {recorded}", f"a rate of {baud}")
        self._check_lost(line)
        return line.get("done") is True

    def random(self, count: int) -> bytes:
        """What was drawn then."""
        drawn = self._lines.octets(self._take("random", f"{count} random bytes"), "random")
        if len(drawn) != count:
            raise self._differs(f"{len(drawn)} random bytes", f"{count} random bytes")
        return drawn

    def now_s(self) -> float:
        """The time of then; behind the end the last one, so that a session can be ended in order."""
        if not self._ended:
            line = self._next()
            if line is not None:
                self._now_s = self._lines.seconds(self._only("now_s", line, "the time"), "now_s")
        return self._now_s

    def utc_ms(self, offset_ms: int = 0) -> int:
        """The UTC of then, whatever the offset is now; behind the end the last one."""
        if not self._ended:
            line = self._next()
            if line is not None:
                self._utc_ms = self._lines.whole(self._only("utc_ms", line, "the UTC"), "utc_ms")
        return self._utc_ms

    def close(self) -> None:
        """Give the file back."""
        self._lines.close()

    def _next(self) -> dict[str, object] | None:
        """The next recorded call; None at the end."""
        line = None if self._ended else self._lines.take()
        if line is None or "close" in line or "stopped" in line:
            self._ended = True
            return None
        return line

    def _take(self, kind: str, asked: str) -> dict[str, object]:
        line = self._next()
        if line is None:
            raise LinkLost(
                f"The recorded session {self._lines.path} ends in line {self._lines.number}.",
                "It was stopped or cut there, or this program asks for more than the one that made it.",
            )
        return self._only(kind, line, asked)

    def _only(self, kind: str, line: dict[str, object], asked: str) -> dict[str, object]:
        if kind not in line:
            recorded = next(iter(line), "nothing")
            if recorded == "write":
                recorded = _words(self._lines.octets(line, "write"))
            raise self._differs(_plain(recorded), asked)
        return line

    def _check_lost(self, line: dict[str, object]) -> None:
        if "lost" in line:
            raise LinkLost(_plain(line["lost"]), "So it was when the session was recorded.")

    def _differs(self, recorded: str, asked: str) -> RecordingDiffers:
        # What is written on the way out is no further difference.
        self._ended = True
        return RecordingDiffers(str(self._lines.path), self._lines.number, recorded, asked)


def _plain(text: object) -> str:
    """Text of a file that anybody may have made, fit for a terminal."""
    return readable(str(text)[:300].encode("utf-8", "replace"))


def _words(data: bytes) -> str:
    """What a write holds, for a sentence: '26 bytes (hello)'."""
    found = [frame for frame in frames.Decoder().feed(data) if isinstance(frame, frames.Frame)]
    names = [messages.NAMES.get(frame.kind, f"kind {frame.kind}") for frame in found]
    return f"{len(data)} bytes ({', '.join(names) or 'no whole frame'})"


def _beginning(data: bytes, other: bytes) -> str:
    """The first bytes that differ."""
    at = next((at for at, (one, two) in enumerate(zip(data, other, strict=False)) if one != two), None)
    at = min(len(data), len(other)) if at is None else at
    return f" with {data[at : at + _SHOWN].hex() or 'nothing more'} from byte {at} on"
