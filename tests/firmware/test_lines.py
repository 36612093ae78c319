"""What SPEC.md says of lines: a tag that listens, a rate that is changed, and frames that cannot be read."""

import itertools
from typing import Any

import pytest

from firmware import talk
from tagproto import frames, messages, records

LISTEN = talk.request(messages.LISTEN, request_id=3)
STATUS = talk.request(messages.STATUS, request_id=4)
LISTENING = (messages.LISTEN | messages.REPLY, {"room": 512})
HALF_MS = messages.LISTEN_MS // 2


def reading_ticks(tag: Any) -> list[int]:
    parsed = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record.ticks for record in parsed if record.kind == records.READING]


def due_in(tag: Any, ms: int) -> None:
    """The next reading of a fitted tag is due in so many milliseconds. No turn takes time from now on."""
    tag.set_idles(False)
    tag.steps(1)
    since = records.ticks_after(reading_ticks(tag)[-1], tag.state()["ticks"])
    assert 0 <= since <= 1000
    tag.advance(60_000 - since - ms)


# Listening


def test_a_tag_that_listens_writes_nothing_until_a_frame_came(tag: Any) -> None:
    talk.fit(tag)
    due_in(tag, HALF_MS)
    before = tag.state()
    assert talk.send(tag, LISTEN, 0) == []
    assert talk.send(tag, b"", 1) == [LISTENING]
    tag.set_idles(False)
    tag.advance(HALF_MS)
    assert tag.steps(5)["programs"] == before["programs"]
    # Whatever the frame is.
    assert [kind for kind, _ in talk.send(tag, STATUS)] == [messages.STATUS | messages.REPLY]
    assert tag.state()["programs"] > before["programs"]


def test_a_reading_is_late_by_the_listening_at_most(tag: Any) -> None:
    talk.fit(tag)
    for ahead in (0, 10, messages.LISTEN_MS - 1):
        due_in(tag, ahead)
        talk.send(tag, LISTEN, 1)
        tag.set_idles(True)
        # Half a frame is none, and wakes it up only.
        tag.link(STATUS[:4].hex(), 0)
        tag.advance(HALF_MS - 10)
        tag.steps(2)
        talk.send(tag, STATUS[4:], 1)
    ticks = reading_ticks(tag)
    spans = [records.ticks_after(a, b) for a, b in itertools.pairwise(ticks)]
    assert max(spans) <= 60_000 + messages.LISTEN_MS
    assert min(spans) >= 60_000 - messages.LISTEN_MS
    assert max(spans) > 60_000


def test_a_flood_of_them_does_not_stop_the_sampling(tag: Any) -> None:
    talk.fit(tag)
    found = tag.flood_requests((LISTEN * 50).hex(), 12_000, 50)
    # One of them holds the tag still for 250 ms: then it works, and listens to the next one.
    assert 0 < found["answers"][f"{LISTENING[0]} 0"] <= 12_000 * 50 // messages.LISTEN_MS + 1
    spans = [records.ticks_after(a, b) for a, b in itertools.pairwise(reading_ticks(tag))]
    assert len(spans) >= 9
    assert all(abs(span - 60_000) <= 2 * messages.LISTEN_MS for span in spans)
    assert tag.check() == []


def test_two_of_them_in_a_row(tag: Any) -> None:
    """The tag waits, asleep, until the first one is over."""
    talk.fit(tag)
    before = tag.state()["ticks"]
    sent = talk.send(tag, LISTEN * 2, 3)
    assert sent == [LISTENING, LISTENING]
    waited = records.ticks_after(before, tag.state()["ticks"])
    assert messages.LISTEN_MS <= waited <= 3 * messages.LISTEN_MS


def test_strap_and_case_are_recorded_and_sealed_at_once(tag: Any) -> None:
    talk.fit(tag)
    before = tag.state()["seals"]
    tag.set_idles(False)
    for number, name in enumerate(("strap", "case"), 1):
        assert talk.send(tag, LISTEN) == [LISTENING]
        tag.toggle(name, 1)
        assert tag.steps(1)["seals"] == before + number
        talk.send(tag, STATUS)
    assert tag.check() == []


# The rate


def fast(tag: Any, baud: int = 921_600) -> None:
    """A line that has a rate, set to it."""
    tag.line_rate(921_600)
    assert talk.ask(tag, messages.RATE, {"baud": baud}) == {"baud": baud}


def rates(tag: Any) -> list[int]:
    return [baud for baud, *_ in tag.rates()]


def test_the_hello_names_what_the_line_takes(tag: Any) -> None:
    assert talk.ask(tag, messages.HELLO, talk.HELLO)["rate"] == 0
    tag.line_rate(460_800)
    reply = talk.ask(tag, messages.HELLO, talk.HELLO)
    assert (reply["input"], reply["rate"]) == (512, 460_800)


def test_a_rate_is_answered_at_the_old_one(tag: Any) -> None:
    """With a status in front of it, and one behind it."""
    tag.line_rate(921_600)
    tag.room(10)
    tag.set_idles(False)
    data = STATUS + talk.request(messages.RATE, {"baud": 460_800}) + STATUS
    sent = bytes.fromhex(tag.link(data.hex(), 100)["sent"])
    assert tag.rates()[0][1] > 0
    kinds = [kind & ~messages.REPLY for kind, _ in talk.decoded(sent)]
    assert kinds == [messages.STATUS, messages.RATE, messages.STATUS]
    ((baud, written, _),) = tag.rates()
    assert baud == 460_800
    assert talk.decoded(sent[:written])[-1] == (messages.RATE | messages.REPLY, {"baud": 460_800})


@pytest.mark.parametrize("baud", [0, 9600, 115_199, 921_601, 2**32 - 1])
def test_rates_that_the_line_does_not_have(tag: Any, baud: int) -> None:
    tag.line_rate(921_600)
    assert talk.refused(tag, messages.RATE, {"baud": baud}) == messages.ERROR_RANGE
    assert tag.rates() == []


def test_a_line_without_a_rate_has_none_to_set(tag: Any) -> None:
    for baud in (messages.FIRST_BAUD, 921_600):
        assert talk.refused(tag, messages.RATE, {"baud": baud}) == messages.ERROR_RANGE


def test_it_falls_back_when_nobody_is_heard(tag: Any) -> None:
    fast(tag)
    tag.set_idles(False)
    tag.advance(messages.RATE_SILENCE_MS)
    tag.steps(1)
    assert rates(tag) == [921_600]
    talk.send(tag, STATUS)
    for _ in range(5):
        tag.advance(messages.RATE_SILENCE_MS)
        assert talk.send(tag, STATUS)
    assert rates(tag) == [921_600]
    tag.advance(messages.RATE_SILENCE_MS + 1)
    tag.steps(1)
    assert rates(tag) == [921_600, messages.FIRST_BAUD]
    # Once is enough.
    tag.advance(10 * messages.RATE_SILENCE_MS)
    tag.steps(5)
    assert len(rates(tag)) == 2


def test_garbage_does_not_count_as_heard(tag: Any) -> None:
    """Which is what a host at another rate sends."""
    fast(tag)
    tag.set_idles(False)
    for _ in range(7):
        tag.advance(500)
        talk.send(tag, b"\xfe\x80\x00")
    assert rates(tag) == [921_600, messages.FIRST_BAUD]


@pytest.mark.parametrize("fitted", [False, True])
def test_a_tag_that_idles_wakes_up_for_it(tag: Any, fitted: bool) -> None:
    if fitted:
        talk.fit(tag)
    fast(tag)
    # Garbage wakes it up, too, and must not put it off.
    tag.link(b"\xfe\x80\x00".hex(), 0)
    tag.advance(messages.RATE_SILENCE_MS - 300)
    tag.steps(3)
    (up, _, went_up), (back, _, fell_back) = tag.rates()
    assert (up, back) == (921_600, messages.FIRST_BAUD)
    # A turn with a reading takes an eighth of a second.
    assert 0 < records.ticks_after(went_up, fell_back) - messages.RATE_SILENCE_MS < 200


def test_a_boot_begins_with_the_first_rate(tag: Any) -> None:
    fast(tag)
    tag.reboot(2)
    assert tag.rates() == []


# Frames that cannot be read


def unread(tag: Any, data: bytes, turns: int = 2) -> list[int]:
    """Request ids of the errors 15 that answer this."""
    sent = bytes.fromhex(tag.link(data.hex(), turns)["sent"])
    for frame in frames.Decoder().feed(sent):
        assert isinstance(frame, frames.Frame)
        assert frame.kind == messages.ERROR
        values = messages.decode(frame.kind, frame.body)
        assert values == {"code": messages.ERROR_FRAME, "version": 0, "text": b""}
    return [frame.request_id for frame in frames.Decoder().feed(sent) if isinstance(frame, frames.Frame)]


SPOILED = STATUS[:2] + bytes((STATUS[2] ^ 1,)) + STATUS[3:]


def test_one_error_for_all_that_came_in_a_turn(tag: Any) -> None:
    assert unread(tag, SPOILED) == [0]
    assert unread(tag, SPOILED * 20) == [0]
    # A turn takes 1,024 bytes.
    assert unread(tag, b"\x11\0" * 1024, 4) == [0, 0]
    # Longer than any frame: said once, and not again at its end.
    assert unread(tag, b"\x11" * 700) == [0]
    assert unread(tag, b"\x11" * 700) == []
    assert unread(tag, b"\0") == []
    assert talk.ask(tag, messages.STATUS)["frames_bad"] == 1 + 20 + 1024 + 1


def test_what_can_be_read_beside_it_is_answered(tag: Any) -> None:
    kinds = [(kind, fields.get("code")) for kind, fields in talk.send(tag, SPOILED + STATUS + SPOILED, 2)]
    assert kinds == [(messages.STATUS | messages.REPLY, None), (messages.ERROR, messages.ERROR_FRAME)]


@pytest.mark.parametrize("kind", [0x80, 0x81, 0x83, messages.DATA, 0xFE, messages.ERROR])
def test_what_only_a_tag_sends_is_not_answered(tag: Any, kind: int) -> None:
    """Two tags on one line, or an echo, would talk for ever."""
    assert talk.send(tag, frames.encode(kind, 9, bytes(7)), 3) == []
    assert talk.ask(tag, messages.STATUS)["frames_bad"] == 1


def test_delimiters_and_half_frames_are_no_errors(tag: Any) -> None:
    assert talk.send(tag, b"\0\0\0" + STATUS[:5], 3) == []
    assert [kind for kind, _ in talk.send(tag, STATUS[5:])] == [messages.STATUS | messages.REPLY]
    assert talk.ask(tag, messages.STATUS)["frames_bad"] == 0


def test_nothing_is_recorded_for_it(tag: Any) -> None:
    before, state = tag.log(), tag.state()
    tag.set_idles(False)
    for _ in range(100):
        assert unread(tag, SPOILED) == [0]
    assert tag.log() == before
    assert tag.state()["programs"] == state["programs"]
    status = talk.ask(tag, messages.STATUS)
    assert (status["frames_bad"], status["commands_refused"]) == (100, 0)


def test_it_is_not_said_while_nobody_takes_answers(tag: Any) -> None:
    """Noise on a cable that nobody listens to fills no memory."""
    tag.room(0)
    for _ in range(300):
        tag.link((SPOILED * 10).hex(), 1)
    tag.room(1 << 20)
    found = unread(tag, b"", 50)
    assert 0 < len(found) < 400
    assert [kind for kind, _ in talk.send(tag, STATUS, 3)] == [messages.STATUS | messages.REPLY]
