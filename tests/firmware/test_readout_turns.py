"""A read-out turn by turn: a port that takes little, readings, seals and checks beside it."""

from typing import Any

import pytest

from firmware import talk
from firmware.readouts import END, PER_PAGE, Asked, Follower, follower, heard, pages_of, request
from tagproto import messages

STATUS = talk.request(messages.STATUS, request_id=200)


@pytest.mark.parametrize("room", [1, 7, 64, 333])
def test_what_the_port_takes_bit_by_bit_is_whole_and_in_order(opened: Any, room: int) -> None:
    """Replies go before data, and never into a frame."""
    opened.room(room)
    known = follower(opened)
    asked = Asked(1, 4, [(0, 9), (30, 7)])
    sent = opened.link(known.asked(asked).hex(), 150)["sent"]
    asked_at = len(sent) // 2
    sent += opened.link(STATUS.hex(), 1400)["sent"]
    found = heard(sent)
    assert [frame.kind for frame in found].count(messages.STATUS | messages.REPLY) == 1
    at = 0
    for frame in found:
        at = bytes.fromhex(sent).index(0, at) + 1
        if frame.kind == messages.STATUS | messages.REPLY:
            # One frame was under way, or had been made.
            assert at - asked_at <= 2 * 400
        else:
            known.frame(frame)
    assert known.told


def test_a_port_that_takes_nothing(opened: Any) -> None:
    opened.room(0)
    known = follower(opened)
    sent = opened.link(known.asked(Asked(1, 4, [(0, 9)])).hex(), 50)["sent"]
    sent += opened.link(known.asked(Asked(2, 4, [(9, 9)])).hex(), 50)["sent"]
    assert sent == ""
    opened.room(1 << 20)
    for frame in heard(opened.link("", 10)["sent"]):
        known.frame(frame)
    assert known.told


def readings(tag: Any) -> int:
    return sum(record.startswith("01") for record in tag.log()["records"])


def test_a_stream_does_not_stop_the_sampling(tag: Any) -> None:
    """Whatever the port takes: eight frames a turn, and a reading in between."""
    talk.fit(tag, {**talk.FITTING, "seal_interval_s": 86_400})
    tag.fill(100)
    talk.ask(tag, messages.OPEN, {"scope": 1})
    tag.set_idles(False)
    tag.steps(1)
    before = readings(tag)
    tag.link(request(1, 1, (0, 99), (0, 99)).hex(), 0)
    for turn in range(20):
        tag.advance(60_000)
        assert 0 < len(heard(tag.link("", 1)["sent"])) <= 8
        assert readings(tag) == before + turn + 1
    # A host that asks again and again.
    for turn in range(20, 25):
        tag.advance(60_000)
        tag.link((request(2, 16, (0, 64)) * 40).hex(), 1)
        assert readings(tag) == before + turn + 1
    assert tag.state()["faults"] == 0
    assert tag.check() == []


def test_a_stream_that_nobody_takes_does_not_stop_the_sampling(tag: Any) -> None:
    talk.fit(tag)
    tag.fill(100)
    talk.ask(tag, messages.OPEN, {"scope": 1})
    tag.room(0)
    before = readings(tag)
    for _ in range(5):
        tag.link(request(1, 16, (0, 200)).hex(), 1)
        tag.advance(60_000)
    tag.steps(1)
    assert readings(tag) >= before + 5
    assert tag.state()["faults"] == 0
    tag.room(1 << 20)
    tag.set_idles(False)
    assert talk.send(tag, b"", 400)[-1][0] == END
    assert [seq for seq, _ in talk.read(tag, 0, 2)[0]] == [0, 1]


def test_sampling_does_not_stop_a_stream(tag: Any) -> None:
    """A reading a second, and a seal when it is due: the stream goes on at every turn."""
    talk.fit(tag, {**talk.FITTING, "cadence_s": 1, "seal_interval_s": 60})
    tag.fill(40)
    talk.ask(tag, messages.OPEN, {"scope": 1})
    tag.set_idles(False)
    kept = pages_of(tag)
    open_page = tag.state()["open_page"]
    known = Follower(lambda seq: True if seq < open_page else None, lambda seq: kept[seq] if seq < open_page else None)
    seals = tag.state()["seals"]
    tag.link(known.asked(Asked(1, 1, [(0, open_page * PER_PAGE)] * 16)).hex(), 0)
    turns = 0
    while not known.told or not turns:
        tag.advance(1000)
        found = heard(tag.link("", 1)["sent"])
        # As many as it would send if nothing else were to be done; more while it seals.
        assert len(found) >= 8 or found[-1].kind == END
        for frame in found:
            known.frame(frame)
        turns += 1
    assert turns > 60
    assert tag.state()["seals"] >= seals + turns // 60
    assert tag.check() == []


def test_reads_are_taken_while_a_signature_is_checked(known: Any) -> None:
    """Anything else waits for the check; the stream does not."""
    known.fill(100)
    talk.ask(known, messages.OPEN, {"scope": 1})
    known.set_idles(False)
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    known.link(talk.request(messages.SEAL, values, 1).hex(), 1)
    found = heard(known.link((request(2, 4, (0, 8)) + STATUS + request(3, 4, (8, 4))).hex(), 3)["sent"])
    assert [(frame.kind, frame.request_id) for frame in found] == [(messages.DATA, 2)] * 2 + [(END, 2)]
    rest = heard(known.link("", 200)["sent"])
    kinds = [(frame.kind, frame.request_id) for frame in rest]
    assert kinds == [
        (messages.SEAL | messages.REPLY, 1),
        (messages.STATUS | messages.REPLY, 200),
        (messages.DATA, 3),
        (END, 3),
    ]
