"""Requests that end in records: what is refused costs nothing, and none of them holds up the sampling."""

import itertools
from typing import Any

import pytest

import programme
from firmware import talk
from firmware.talk import PROGRAMME
from tagproto import messages, records


def test_one_check_at_a_time(tag: Any) -> None:
    """A check takes the chip a second: it is done in small steps, one a turn, and what comes meanwhile waits."""
    talk.introduce(tag)
    values = talk.signed(tag, messages.SEAL, talk.SEAL)
    request = talk.request(messages.SEAL, values)
    second = talk.request(messages.SEAL, {**values, "challenge": b"and another seal"})
    seals = tag.state()["seals"]
    # The second one is of another command over the same nonce: it is answered once the first one is.
    found = []
    turns = 0
    tag.link((request + second).hex(), 0)
    while len(found) < 2 and turns < 200:
        found += talk.send(tag, b"")
        turns += 1
    assert [kind for kind, _ in found] == [messages.SEAL | messages.REPLY, messages.ERROR]
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


def unsigned(number: int) -> bytes:
    """A station's certificate that the tag has to check before it refuses it."""
    document = bytearray(PROGRAMME.certify(programme.key(300 + number), "Nobody"))
    document[-1] ^= 1
    return talk.request(messages.PRESENT, {"document": bytes(document)})


def test_signatures_that_wait_delay_no_reading(tag: Any) -> None:
    """Fifty of them, a step of 40 ms of the chip each turn: readings keep to the turn that is under way."""
    talk.fit(tag, {**talk.FITTING, "cadence_s": 2})
    # Time enough for the ration to be whole again.
    tag.steps(200)
    before = tag.state()["next_number"]
    found = tag.flood_checks(b"".join(unsigned(number) for number in range(50)).hex(), 2000, 40)
    # As many as the ration has, the others at once.
    assert found["answers"] == {
        f"{messages.ERROR} {messages.ERROR_SIGNATURE}": 24,
        f"{messages.ERROR} {messages.ERROR_BUSY}": 26,
    }
    assert found["left"] == 0
    parsed = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    ticks = [record.ticks for record in parsed if record.kind == records.READING and record.number >= before]
    spans = [records.ticks_after(a, b) for a, b in itertools.pairwise(ticks)]
    assert len(spans) > 30
    assert all(abs(span - 2000) <= 40 for span in spans)
    assert tag.check() == []
