"""One request, its own reply and no other's, whatever else is on the line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import OtherVersion, TagSilent
from ankletag.store import Store
from ankletag.sync import Synced, sync
from host.fakeline import Pipe
from host.faketag import FakeTag, TrueClock
from host.tagmaker import fitted
from provisioned import station
from tagproto import PROTOCOL_VERSION, frames, messages

QUICK_S = 0.02


def read_out(store: Store, pipe: Pipe, progress: Callable[[int, int], None] = lambda confirmed, total: None) -> Synced:
    with Client(pipe, station(), QUICK_S) as client:
        return sync(client, store, TrueClock(maker=pipe.tag.maker), progress)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


def test_late_replies_of_an_earlier_request_are_dropped() -> None:
    tag = FakeTag(fitted([0]))
    held: list[bytes] = []

    def garble(kind: int, data: bytes) -> bytes:
        held.append(data)
        # The first reply is lost, then every frame comes with all that came before it.
        return b"".join(held) if len(held) > 1 else b""

    tag.garble = garble
    with Client(Pipe(tag), station(), QUICK_S) as client:
        hello = client.hello()
        assert client.counts.repeated == 1
        assert client.counts.late == 0
        assert client.status()["fitted"] == 1
        # Both replies to hello.
        assert client.counts.late == 2
        assert client.hello()["nonce"] != hello["nonce"]


def test_garbage_between_frames_is_counted_and_skipped() -> None:
    tag = FakeTag(fitted([0]))
    tag.garble = lambda kind, data: b"\x07\x01\x02\x00" + b"z" * 2000 + b"\0" + data
    with Client(Pipe(tag), station(), QUICK_S) as client:
        assert client.status()["fitted"] == 1
        assert client.counts.bad == 2


def test_a_silent_tag_is_told_with_the_next_action() -> None:
    tag = FakeTag(fitted([0]))
    tag.garble = lambda kind, data: b""
    with Client(Pipe(tag), station(), QUICK_S) as client, pytest.raises(TagSilent, match="does not answer 'hello'"):
        client.hello()


def test_a_tag_whose_answers_all_come_broken_is_given_more_time() -> None:
    tag = FakeTag(fitted([0]))
    tag.garble = lambda kind, data: b""
    with Client(Pipe(tag), station(), QUICK_S) as client, pytest.raises(TagSilent):
        client.status()
    for_nothing = len(tag.requests)
    tag = FakeTag(fitted([0]))
    tag.garble = lambda kind, data: data[: len(data) // 2] + b"\0" if len(tag.requests) < 2 * for_nothing else data
    with Client(Pipe(tag), station(), QUICK_S) as client:
        assert client.status()["fitted"] == 1
        assert client.counts.bad >= 2 * for_nothing - 1


@pytest.mark.parametrize("version", [0, 2, 77])
def test_another_protocol_version_is_refused_with_both_named(store: Store, version: int) -> None:
    tag = FakeTag(fitted([0]), version)
    with pytest.raises(OtherVersion, match=f"version {version}, these host tools version {PROTOCOL_VERSION}"):
        read_out(store, Pipe(tag))
    assert tag.requests == [messages.HELLO]


def test_a_hello_that_looks_quite_different_still_names_its_version() -> None:
    tag = FakeTag(fitted([0]))

    def garble(kind: int, data: bytes) -> bytes:
        (frame,) = frames.Decoder(frames.DATA_BODY_MAX).feed(data)
        assert isinstance(frame, frames.Frame)
        return frames.encode(kind, frame.request_id, b"\x09\x00other")

    tag.garble = garble
    with Client(Pipe(tag), station(), QUICK_S) as client, pytest.raises(OtherVersion, match="version 9"):
        client.hello()


def test_a_version_error_is_a_version_error() -> None:
    tag = FakeTag(fitted([0]))
    fields: dict[str, int | bytes] = {"code": messages.ERROR_VERSION, "version": 3, "text": b"no"}

    def garble(kind: int, data: bytes) -> bytes:
        (frame,) = frames.Decoder(frames.DATA_BODY_MAX).feed(data)
        assert isinstance(frame, frames.Frame)
        return frames.encode(messages.ERROR, frame.request_id, messages.encode(messages.ERROR, fields))

    tag.garble = garble
    with Client(Pipe(tag), station(), QUICK_S) as client, pytest.raises(OtherVersion, match="version 3"):
        client.hello()
