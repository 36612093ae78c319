"""Files that are no recording, or not all of one: each is a sentence with its line, and none is believed."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.errors import AnkletagError, UsageError
from ankletag.transport import ReplayTransport, open_port
from tagproto import frames, messages

HELLO = frames.encode(messages.HELLO, 7, bytes(18))


def read_one(path: Path) -> bytes:
    with contextlib.closing(ReplayTransport(path)) as back:
        return back.read(1)


HEAD = b'{"format": "ankletag-session", "version": 1, "port": "x"}\n'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no recorded session"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "line 1 .* is not UTF-8"),
        (b"[1]\n", "line 1 .* is not a JSON object"),
        (b"{}\n", "is no recorded session"),
        (bytes(3_000_000), "line 1 .* is longer than any"),
        (b"[" * 900_000 + b"\n", "line 1 .* is not JSON"),
        (HEAD.replace(b"1", b"2"), "is of version 2, this program knows version 1"),
        (HEAD.replace(b"1", b'"\\u001b[2J"'), "is of version"),
        (HEAD + b"what\n", "line 2 .* is not JSON"),
        (HEAD + b'{"read": "0g"}\n', "line 2 .* has no bytes in hexadecimal"),
        (HEAD + b'{"read": 5}\n', "line 2 .* has no bytes in hexadecimal"),
        (HEAD + b'{"read": "\xff"}\n', "line 2 .* is not UTF-8"),
        (HEAD + b'{"read": "' + b"00" * 600_000 + b'"}\n', "line 2 .* is longer than any"),
        (HEAD + b'{"\\u001b[2J": 1}\n', "not the recorded one: line 2"),
        (HEAD + b'{"read": "", "lost": "\\u001b[2J"}\n', "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_what_is_no_recording_is_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(content)
    with pytest.raises(AnkletagError, match=f"(?i){sentence}") as error:
        read_one(path)
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1" + "0" * 4000, "true", '"12"'])
def test_a_time_that_is_none(tmp_path: Path, value: str) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(HEAD + b'{"now_s": %s}\n{"utc_ms": %s}\n' % (value.encode(), value.encode()))
    with contextlib.closing(ReplayTransport(path)) as back:
        with pytest.raises(UsageError, match=r"Line 2 .* has no time"):
            back.now_s()
        with pytest.raises(UsageError, match=r"Line 3 .* has no whole number"):
            back.utc_ms()


def test_a_recording_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        open_port(f"replay:{tmp_path}/none")
    with pytest.raises(UsageError, match="cannot be read"):
        open_port(f"replay:{tmp_path}")


VALUE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary().map(bytes.hex))
LINE = st.dictionaries(
    st.sampled_from(["read", "write", "random", "now_s", "utc_ms", "baud", "done", "lost", "close"]), VALUE, max_size=3
)


@given(st.lists(LINE, max_size=6))
def test_no_line_makes_a_fault(tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, object]]) -> None:
    path = tmp_path_factory.mktemp("junk") / "session.jsonl"
    path.write_bytes(HEAD + b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    for ask in (
        lambda line: line.read(1),
        lambda line: line.write(HELLO),
        lambda line: line.random(4),
        lambda line: line.now_s(),
        lambda line: line.utc_ms(),
        lambda line: line.set_baud(9600),
    ):
        with contextlib.closing(ReplayTransport(path)) as back, contextlib.suppress(AnkletagError):
            for _ in range(len(lines) + 1):
                ask(back)
