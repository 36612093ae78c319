"""Pages stream while a seal is made: the line is used, and the seal is right."""

from typing import Any

import pytest

from firmware import talk
from firmware.readouts import END, Asked, Follower, heard, pages_of
from tagproto import messages

# Between the steps of a signature and of a key the port takes something at least so often.
WRITES = 12


def stream(tag: Any) -> tuple[Follower, bytes]:
    """A long stream of pages that do not change, and the bytes that ask for it."""
    kept = pages_of(tag)
    open_page = tag.state()["open_page"]
    known = Follower(lambda seq: seq < open_page or None, lambda seq: kept[seq] if seq < open_page else None)
    return known, known.asked(Asked(1, 1, [(0, 90)]))


def seals_turn(notes: str) -> str:
    """The turn in which the most was programmed."""
    return max(notes.split("."), key=lambda turn: turn.count("f"))


@pytest.mark.parametrize("fails", [False, True], ids=["a port that works", "a port that raises"])
def test_seal_now(opened: Any, fails: bool) -> None:
    values = talk.signed(opened, messages.SEAL, talk.SEAL)
    known, read = stream(opened)
    seals = opened.state()["seals"]
    found = opened.note((read + talk.request(messages.SEAL, values, 2)).hex(), False, fails, 120)
    turn = seals_turn(found["notes"])
    if fails:
        assert found["failed"] >= WRITES
    else:
        # Between the request and the reply, most of it before the seal is in flash.
        assert turn[: turn.rindex("f")].count("w") >= WRITES
    # And in the turns around it as ever.
    assert all("w" in turn for turn in found["notes"].split(".")[:40])
    rest = opened.link("", 400)["sent"]
    replies = []
    for frame in heard(found["sent"] + rest):
        if frame.kind in (messages.DATA, END):
            known.frame(frame)
        else:
            replies.append((frame.kind, frame.request_id))
    assert known.told
    assert replies == [(messages.SEAL | messages.REPLY, 2)]
    state = opened.state()
    assert (state["seals"], state["faults"]) == (seals + 1, 0)
    assert opened.check() == []


@pytest.mark.parametrize("fails", [False, True], ids=["a port that works", "a port that raises"])
def test_a_seal_of_the_strap(opened: Any, fails: bool) -> None:
    known, read = stream(opened)
    seals = opened.state()["seals"]
    found = opened.note(read.hex(), True, fails, 3)
    assert opened.state()["seals"] == seals + 1
    if fails:
        assert found["failed"] >= WRITES
    else:
        assert found["notes"].split(".")[0].count("w") >= WRITES
    for frame in heard(found["sent"] + opened.link("", 400)["sent"]):
        known.frame(frame)
    assert known.told
    assert opened.state()["faults"] == 0
    assert opened.check() == []


@pytest.mark.parametrize("write_ms", [60, 500])
def test_a_host_that_takes_little_does_not_hold_a_seal_up(opened: Any, write_ms: int) -> None:
    """A Pico's USB waits so long for a host that has the port open and does not read; its watchdog waits 8 s."""
    known, read = stream(opened)
    seals = opened.state()["seals"]
    found = opened.note(read.hex(), True, False, 400, write_ms)
    assert opened.state()["seals"] == seals + 1
    turns = found["notes"].split(".")
    assert all(turn.count("w") * write_ms <= 2 * max(100, write_ms) for turn in turns)
    assert turns[0].count("b") >= WRITES
    for frame in heard(found["sent"] + opened.link("", 400)["sent"]):
        known.frame(frame)
    assert known.told
    assert opened.check() == []


def test_a_seal_of_an_idle_line(tag: Any) -> None:
    """Nothing is written that nobody asked for."""
    seals = tag.state()["seals"]
    found = tag.note("", True, False, 3)
    assert tag.state()["seals"] == seals + 1
    assert found["sent"] == ""
    assert "w" not in found["notes"]
