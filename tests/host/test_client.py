"""What a client takes from a tag that is not one of ours."""

import pytest

from ankletag.client import Client
from ankletag.errors import TagRefused
from host.fakeline import Pipe
from host.faketag import FakeTag
from host.tagmaker import TagMaker
from provisioned import station
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


def test_a_refusal_for_asking_too_often_says_how_long_to_wait() -> None:
    maker = TagMaker()
    maker.boot()
    tag = FakeTag(maker)
    fields: dict[str, int | bytes] = {"code": messages.ERROR_BUSY, "version": 1, "text": b"asked too often"}

    def busy(kind: int, data: bytes) -> bytes:
        (frame,) = frames.Decoder().feed(data)
        assert isinstance(frame, frames.Frame)
        return frames.encode(messages.ERROR, frame.request_id, messages.encode(messages.ERROR, fields))

    tag.garble = busy
    with Client(Pipe(tag), station()) as client, pytest.raises(TagRefused) as caught:
        client.status()
    assert "every 20 minutes" in str(caught.value)
    assert "wait a moment" not in str(caught.value).lower()
