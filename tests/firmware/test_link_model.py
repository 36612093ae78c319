"""Whatever comes over the line, in whatever order and pieces: what goes out is what SPEC.md says, frame by frame.

Requests of every kind, READs of any ranges, garbage, a port that takes little or nothing, time, readings, seals.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware import talk
from firmware.conftest import Tag
from firmware.linemodel import ALL, Line, judge
from firmware.talk import Values
from tagproto import frames, messages

pytestmark = pytest.mark.slow

PLAIN: list[tuple[int, Values]] = [
    (messages.HELLO, talk.HELLO),
    (messages.STATUS, {}),
    (messages.LOG, {"offset": 0}),
    (messages.DOCUMENT, {"index": 0}),
    (messages.DOCUMENT, {"index": 7}),
    (messages.LISTEN, {}),
    (messages.RATE, {"baud": 921_600}),
    (messages.SEAL, {**talk.SEAL, "nonce": bytes(8), "station": bytes(8), "signature": bytes(64)}),
]
# Twice as many pages as there are, the last one there can be, and little ones at the borders of a page.
ADDRESSES = st.one_of(st.integers(0, 240), st.sampled_from([3, 4, 2**32 - 1]))
RANGES = st.lists(st.tuples(ADDRESSES, st.one_of(st.integers(0, 9), st.integers(0, 60))), max_size=16)
TURNS = st.integers(0, 3)
READ = st.tuples(st.just("read"), st.sampled_from(messages.DATA_UNITS), RANGES, TURNS)
GARBAGE = st.one_of(
    st.binary(max_size=40), st.integers(600, 640).map(lambda size: b"\x11" * size), st.just(b"\0\0\0")
).map(lambda data: data + b"\0")
FOREIGN = st.integers(0x80, 0xFF).map(lambda kind: frames.encode(kind, 77, bytes(9)))
STEPS = st.one_of(
    READ,
    READ,
    READ,
    st.tuples(st.just("plain"), st.sampled_from(PLAIN), TURNS),
    st.tuples(st.just("say"), st.one_of(GARBAGE, FOREIGN), TURNS),
    st.tuples(st.just("room"), st.sampled_from([0, 1, 7, 64, 400, 2000, ALL])),
    st.tuples(st.just("turns"), st.integers(1, 12)),
    st.tuples(st.just("advance"), st.sampled_from([1, 100, 250, 3000, 60_000, 1_200_000])),
    st.tuples(st.just("record"), st.sampled_from(["event", "seal", "strap"])),
    st.tuples(st.just("signed")),
    st.tuples(st.just("expire")),
)


def do(line: Line, name: str, arguments: tuple[Any, ...]) -> None:
    if name == "read":
        line.read(*arguments)
    elif name == "plain":
        (kind, values), turns = arguments
        line.request(kind, values, turns)
    elif name == "say":
        line.say(*arguments)
    elif name == "turns":
        line.turns(*arguments)
    elif name == "room":
        line.tag.room(*arguments)
    elif name == "advance":
        line.tag.advance(*arguments)
    elif name == "record":
        (what,) = arguments
        line.tag.toggle("strap", 1) if what == "strap" else getattr(line.tag, what)()
    elif name == "signed":
        line.signed(messages.SEAL, talk.SEAL)
    else:
        line.expire()


@given(steps=st.lists(STEPS, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
def test_whatever_comes_over_the_line(harness: Tag, steps: list[Any]) -> None:
    line = Line(harness)
    passed_ms = 0
    for name, *arguments in steps:
        if name == "advance":
            passed_ms += arguments[0]
            if passed_ms > messages.OPEN_LIFE_MS // 2:
                continue
        do(line, name, tuple(arguments))
    line.drain()
    judge(line)
    assert harness.state()["faults"] == 0
    assert harness.check() == []
