"""A recorded session can be played back to the byte, a cut one up to the cut, and no file is believed."""

import contextlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.errors import LinkLost, RecordingDiffers, UsageError
from ankletag.transport import Recording, RecordingTransport, ReplayTransport, Transport, open_port
from tagproto import frames, messages

HELLO = frames.encode(messages.HELLO, 7, bytes(18))
STATUS = frames.encode(messages.STATUS, 7, b"")


class Scripted(Transport):
    """Gives one answer a read; is cut when they are used up."""

    name = "scripted"

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def read(self, timeout_s: float) -> bytes:
        if not self.answers:
            raise LinkLost("The line to scripted was cut.", "Plug it in.")
        return self.answers.pop(0)

    def close(self) -> None:
        self.answers = []

    def set_baud(self, baud: int) -> bool:
        return baud < 1_000_000


def session(line: Transport) -> list[object]:
    """All that a session can ask of a transport; what it saw."""
    seen: list[object] = [line.now_s(), line.random(16), line.utc_ms()]
    line.write(HELLO)
    seen += [line.read(1), line.read(0), line.now_s(), line.utc_ms(86_400_000)]
    seen += [line.set_baud(921_600), line.set_baud(2_000_000)]
    line.write(STATUS)
    seen.append(line.read(1))
    try:
        line.read(1)
    except LinkLost as error:
        seen.append(error.cause)
    seen += [line.utc_ms(), line.random(1)]
    line.close()
    line.close()
    return seen


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, list[object]]:
    path = tmp_path / "session.jsonl"
    seen = session(RecordingTransport(Scripted(bytes(range(256)), b"", b"\xff"), Recording(path)))
    return path, seen


def test_it_gives_back_what_was_there(recorded: tuple[Path, list[object]]) -> None:
    path, seen = recorded
    assert "The line to scripted was cut." in seen
    for line in (ReplayTransport(path), open_port(f"replay:{path}")):
        assert line.name == f"replay:{path}"
        assert session(line) == seen


def test_the_file_is_lines_of_json(recorded: tuple[Path, list[object]]) -> None:
    lines = [json.loads(line) for line in recorded[0].read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {"format": "ankletag-session", "version": 1, "port": "scripted"}
    assert {"write": HELLO.hex()} in lines
    assert {"read": bytes(range(256)).hex()} in lines
    assert {"baud": 2_000_000, "done": False} in lines
    assert lines[-1] == {"close": 0}


def test_nobody_else_may_read_it_and_nothing_is_overwritten(recorded: tuple[Path, list[object]]) -> None:
    path = recorded[0]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(UsageError, match="overwrites nothing"):
        Recording(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be made: No such file"):
        Recording(tmp_path / "none" / "session.jsonl")


FULL = """
import resource, signal, sys
from pathlib import Path
from ankletag.errors import StoreError
from ankletag.transport import Recording, RecordingTransport, open_port

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
line = RecordingTransport(open_port("loop://"), Recording(Path(sys.argv[1])))
try:
    while True:
        line.random(100)
except StoreError as error:
    print(error)
try:
    line.close()
except StoreError as error:
    print("and again")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_disk_that_is_full(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert f"The recording {path} cannot be written: File too large. Nothing is lost" in done.stdout
    with contextlib.closing(ReplayTransport(path)) as back:
        assert len(back.random(100)) == 100


def test_a_recording_of_nothing_leaves_no_file(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "session.jsonl")
    assert recording.path.exists()
    recording.close()
    recording.close()
    assert not recording.path.exists()


def test_what_was_recorded_is_in_the_file_before_the_session_ends(tmp_path: Path) -> None:
    line = RecordingTransport(Scripted(b"abc"), Recording(tmp_path / "session.jsonl"))
    line.write(HELLO)
    line.read(1)
    back = ReplayTransport(tmp_path / "session.jsonl")
    back.write(HELLO)
    assert back.read(1) == b"abc"
    with pytest.raises(LinkLost, match="ends in line 4"):
        back.read(1)
    back.close()
    line.close()


def test_a_session_that_was_stopped_ends_there(tmp_path: Path) -> None:
    """Wherever Ctrl-C came, and whatever the session still did on its way out."""
    line = RecordingTransport(Scripted(b"abc"), Recording(tmp_path / "session.jsonl"))

    def stopped() -> None:
        try:
            line.read(1)
            raise KeyboardInterrupt
        finally:
            line.utc_ms()
            line.write(STATUS)
            line.close()

    with pytest.raises(KeyboardInterrupt):
        stopped()
    with contextlib.closing(ReplayTransport(tmp_path / "session.jsonl")) as back:
        assert back.read(1) == b"abc"
        with pytest.raises(LinkLost, match="ends in line 3"):
            back.read(1)
        back.utc_ms()


def test_cut_anywhere_it_is_good_up_to_there(recorded: tuple[Path, list[object]], tmp_path: Path) -> None:
    whole, seen = recorded[0].read_bytes(), recorded[1]
    head = whole.index(b"\n") + 1
    path = tmp_path / "cut.jsonl"
    for size in range(head, len(whole), 7):
        path.write_bytes(whole[:size])
        with contextlib.closing(ReplayTransport(path)) as back:
            try:
                found = session(back)
            except LinkLost as error:
                ended = error.cause
            else:
                # Only the last calls were cut off: behind the end the time stands still.
                assert found[:-2] == seen[:-2]
                continue
        assert "ends in line" in ended
    for size in range(head):
        path.write_bytes(whole[:size])
        with pytest.raises(UsageError, match="is no recorded session"):
            ReplayTransport(path)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (lambda line: line.read(1), r"line 2 of .* has now_s, and now it is a read"),
        (lambda line: [line.now_s(), line.random(15)], r"line 3 .* has 16 random bytes, and now it is 15"),
        (
            lambda line: [line.now_s(), line.random(16), line.write(b"x")],
            r"has utc_ms, and now it is 1 bytes \(no whole",
        ),
    ],
)
def test_another_session_is_told_with_its_line(
    recorded: tuple[Path, list[object]], other: Callable[[Transport], object], sentence: str
) -> None:
    back = ReplayTransport(recorded[0])
    with pytest.raises(RecordingDiffers, match=sentence):
        other(back)
    back.close()


def test_another_write_is_told_with_what_differs(recorded: tuple[Path, list[object]]) -> None:
    def begun() -> Transport:
        line = ReplayTransport(recorded[0])
        line.now_s()
        line.random(16)
        line.utc_ms()
        return line

    back = begun()
    with pytest.raises(RecordingDiffers) as error:
        back.write(STATUS)
    assert error.value.line == 5
    assert f"{len(HELLO)} bytes (hello)" in error.value.cause
    assert f"{len(STATUS)} bytes (status)" in error.value.cause
    assert "Traceback" not in str(error.value)
    back.close()
    back = begun()
    with pytest.raises(RecordingDiffers, match="with nothing more from byte"):
        back.write(HELLO[:-1])
    back.close()
    back = begun()
    with pytest.raises(RecordingDiffers, match=f"of .* has {len(HELLO)} bytes"):
        back.set_baud(9600)
    back.close()
