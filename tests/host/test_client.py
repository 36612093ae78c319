"""What a client takes from a tag that is not one of ours."""

import pytest

from ankletag.client import Client
from ankletag.errors import TagRefused
from host.faketag import FakeTag, Pipe
from host.tagmaker import TagMaker
from tagproto import frames, messages


class Hostile(FakeTag):
    """A log that never ends, and refusals with control characters in them."""

    def _carry_out(self, frame: frames.Frame, values: dict) -> "dict[str, int | bytes] | bytes":
        if frame.kind == messages.LOG:
            return {"size": 0xFFFFFFFF, "offset": values["offset"], "text": b"\x1b]0;x" * 40}
        return self._error(frame, messages.ERROR_STATE, "no\x1b[2J")


def test_a_log_that_never_ends_is_cut_and_cannot_steer_a_terminal() -> None:
    with Client(Pipe(Hostile(TagMaker()))) as client:
        text = client.log()
    assert 65536 <= len(text) < 70000
    assert "\x1b" not in text


def test_a_refusal_cannot_steer_a_terminal() -> None:
    with Client(Pipe(Hostile(TagMaker()))) as client, pytest.raises(TagRefused) as caught:
        client.status()
    assert "\x1b" not in str(caught.value)
