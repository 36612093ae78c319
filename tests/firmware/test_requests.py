"""Requests that end in records: what is refused costs nothing, and none of them holds up the sampling."""

from typing import Any

import pytest

from firmware import talk
from tagproto import messages


def test_one_request_a_turn(tag: Any) -> None:
    """A seal takes the chip half a second: between two of them it samples and feeds its watchdog."""
    talk.introduce(tag)
    request = talk.request(messages.SEAL, talk.signed(tag, messages.SEAL, talk.SEAL))
    seals = tag.state()["seals"]
    # The second one names a nonce that is used up: it is answered once the first one is.
    found = []
    turns = 0
    tag.link((request * 2).hex(), 0)
    while len(found) < 2 and turns < 200:
        here = talk.send(tag, b"")
        assert len(here) <= 1
        found += here
        turns += 1
    assert [kind for kind, _ in found] == [messages.SEAL | messages.REPLY, messages.ERROR]
    # A check is done in small steps, one a turn.
    assert turns > 16
    assert tag.state()["seals"] == seals + 1


def test_refused_fittings_keep_nobody_from_removing(tag: Any) -> None:
    talk.fit(tag)
    for _ in range(30):
        tag.advance(60_000)
        assert talk.refused(tag, messages.FIT, talk.FITTING) == messages.ERROR_STATE
    talk.ask(tag, messages.REMOVE, {"reason": 1})


@pytest.mark.parametrize(
    "changes", [{"page": 99}, {"seal_number": 99}, {"seal_number": 0}, {"seal_hash": bytes(32)}], ids=str
)
def test_a_receipt_names_the_last_seal_and_pages_that_there_are(tag: Any, changes: talk.Values) -> None:
    tag.event()
    tag.seal()
    before = tag.state()
    good = talk.receipt(tag)
    code = talk.refused(tag, messages.ACKNOWLEDGE, {**good, **changes})
    assert code in (messages.ERROR_RANGE, messages.ERROR_STATE)
    assert tag.state()["received"] == before["received"]
    talk.ask(tag, messages.ACKNOWLEDGE, good)
