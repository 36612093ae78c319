"""Tags that never come to an end, and what a session asks of a tag whose input is small."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import AnkletagError, TagRefused, TagSilent
from ankletag.readout import Readout
from ankletag.readout.pieces import Pieces
from ankletag.store import Store
from ankletag.sync import Synced, sync
from ankletag.transport import Transport
from host.faketag import FakeTag, TrueClock
from host.slowinput import SlowInput, TimedPipe
from host.tagmaker import TagMaker
from provisioned import station
from tagproto import frames, messages

Reply = dict[str, int | bytes]


def session(line: Transport, tag: FakeTag, folder: Path) -> Synced:
    with Store(folder / "store.sqlite") as store, Client(line, station()) as client:
        return sync(client, store, TrueClock(maker=tag.maker))


def made(kind: type[FakeTag]) -> FakeTag:
    maker = TagMaker()
    maker.boot()
    maker.live(range(2000, 3500))
    return kind(maker)


class Busy(FakeTag):
    def _read(self, frame: frames.Frame, values: dict) -> bytes:
        return self._error(frame, messages.ERROR_BUSY, "busy")


class Unreadable(FakeTag):
    def _read(self, frame: frames.Frame, values: dict) -> bytes:
        return self._error(frames.Frame(0, 0, b""), messages.ERROR_FRAME, "")


class AllSent(FakeTag):
    def _read(self, frame: frames.Frame, values: dict) -> Reply:
        return {"oldest_page": 0, "open_page": 3}


@pytest.mark.parametrize("kind", [Busy, Unreadable, AllSent])
def test_a_tag_that_talks_and_gives_no_page_is_given_up(kind: type[FakeTag], tmp_path: Path) -> None:
    tag = made(kind)
    with pytest.raises(TagSilent, match="gives no pages; 0 of"):
        session(TimedPipe(tag), tag, tmp_path)


@pytest.mark.parametrize("first", [(1 << 30) - 3, 1 << 30, (1 << 32) - 4])
def test_pages_that_have_no_address_are_no_pages(first: int, tmp_path: Path) -> None:
    class Far(FakeTag):
        def _status(self) -> Reply:
            return super()._status() | {"oldest_page": first, "open_page": first + 3}

    tag = made(Far)
    with pytest.raises(TagRefused, match="no flash lasts"):
        session(TimedPipe(tag), tag, tmp_path)


def test_a_rate_that_no_port_has_is_not_asked_for(tmp_path: Path) -> None:
    asked: list[int] = []

    class Fast(FakeTag):
        def _hello(self) -> Reply:
            return super()._hello() | {"rate": 0xFFFFFFFF}

        def _carry_out(self, frame: frames.Frame, values: dict) -> "Reply | bytes":
            if frame.kind == messages.RATE:
                asked.append(values["baud"])
                return {"baud": values["baud"]}
            return super()._carry_out(frame, values)

    maker = TagMaker()
    maker.boot()
    maker.live(range(2000, 5000))
    maker.live(range(2000, 5000))
    tag = Fast(maker)
    line = TimedPipe(tag)
    session(line, tag, tmp_path)
    assert asked
    assert max(asked) < 1 << 31
    assert line.baud == messages.FIRST_BAUD


def frame_of(kind: int, request_id: int, **values: int | bytes) -> frames.Frame:
    return frames.Frame(kind, request_id, messages.encode(kind, values))


def error(code: int, request_id: int) -> frames.Frame:
    return frame_of(messages.ERROR, request_id, code=code, version=0, text=b"")


def all_sent(request_id: int) -> frames.Frame:
    return frame_of(messages.READ | messages.REPLY, request_id, oldest_page=0, open_page=99)


def began(wanted: range, input_bytes: int = 512) -> Readout:
    """A read-out whose first READ has emptied the tag's queue, at second 0."""
    readout = Readout(lambda seq, raw: None, lambda seq: None, input_bytes, 0.01)
    readout.want(wanted)
    send(readout, 1, 0.0)
    assert readout.frame(all_sent(1), 0.0)
    return readout


def send(readout: Readout, request_id: int, now_s: float) -> bytes:
    values = readout.request(now_s)
    assert values is not None
    frame = frames.encode(messages.READ, request_id, messages.encode(messages.READ, values))
    readout.sent(request_id, values, len(frame), now_s)
    assert isinstance(values["ranges"], bytes)
    return values["ranges"]


def test_a_late_error_of_another_request_is_no_refusal_of_a_read() -> None:
    readout = began(range(4))
    send(readout, 2, 0.0)
    assert not readout.frame(error(messages.ERROR_NONCE, 2), 0.0)
    assert not readout.refused
    readout.forget(2)
    assert not readout.frame(error(messages.ERROR_RIGHT, 2), 0.0)
    assert not readout.refused
    send(readout, 2, 2.0)
    assert readout.frame(error(messages.ERROR_RIGHT, 2), 2.0)
    assert readout.refused == messages.ERROR_RIGHT


def test_a_read_whose_pages_came_without_it_does_not_fill_a_small_input_for_ever() -> None:
    readout = began(range(0, 200, 2), 32)
    ranges = send(readout, 2, 0.0)
    # The same is said again: what was asked for since is taken for lost, and asked for once more.
    assert readout.frame(all_sent(1), 0.0)
    assert send(readout, 3, 0.4) == ranges
    # It was only late. The second time never gets there.
    assert len(ranges) == 18
    for at in range(0, len(ranges), 6):
        address = int.from_bytes(ranges[at : at + 4], "little")
        assert readout.frame(frame_of(messages.DATA, 2, address=address, data=bytes(256)), 0.5)
    now_s = 0.5
    while readout.request(now_s) is None:
        now_s += max(0.01, readout.next_s(now_s))
        assert now_s < 5


def test_a_page_whose_number_was_mended_is_the_page_that_it_says() -> None:
    maker = TagMaker()
    maker.boot()
    maker.live(range(2000, 2500))
    raw = maker.closed[1]
    found = list(Pieces().add(4, raw, mended=True))
    assert found == [(1, raw, [])]
    (found_elsewhere,) = Pieces().add(8, raw, mended=True)
    assert found_elsewhere == (2, None, [8, 9, 10, 11])


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_junk_that_never_ends_does_not_hide_a_lost_read(lost: int, tmp_path: Path) -> None:
    class Console(TimedPipe):
        """Something beside the tag says so every 50 ms that it is there."""

        def read(self, timeout_s: float) -> bytes:
            return super().read(min(timeout_s, 0.05)) or b"tick\r\n\0"

    reads: list[dict] = []

    def lose(kind: int, values: dict) -> dict | None:
        reads.extend([values] * (kind == messages.READ))
        return None if kind == messages.READ and len(reads) == lost else values

    tag = made(FakeTag)
    tag.meddle = lose
    result = session(Console(tag), tag, tmp_path)
    assert result.unacknowledged == ""
    assert len(reads) > lost


@pytest.mark.parametrize("look_s", [0.002, 0.05, 0.4])
@pytest.mark.parametrize("input_bytes", [32, 64, 512])
def test_no_input_is_overrun(input_bytes: int, look_s: float, tmp_path: Path) -> None:
    class Small(FakeTag):
        def _hello(self) -> Reply:
            return super()._hello() | {"input": input_bytes}

    tag = made(Small)
    line = SlowInput(tag, input_bytes, look_s)
    result = session(line, tag, tmp_path)
    assert result.unacknowledged == ""
    assert line.overruns == []
    # The test has tried what it is for: more than one frame was on its way.
    assert line.together or look_s < 0.01


@pytest.mark.parametrize(
    "meddle",
    [
        lambda status: {"open_page": 0, "oldest_page": 9},
        lambda status: {"oldest_page": status["open_page"] + 1},
        lambda status: {"order_page": 0xFFFFFFFF},
    ],
)
def test_a_status_that_contradicts_itself_is_told(meddle: Callable[[Reply], Reply], tmp_path: Path) -> None:
    class Odd(FakeTag):
        def _status(self) -> Reply:
            status = super()._status()
            return status | meddle(status)

    tag = made(Odd)
    try:
        result = session(TimedPipe(tag), tag, tmp_path)
    except AnkletagError:
        return
    assert result.unacknowledged or not result.absent
