"""Requests that end in records: what is refused costs nothing, and none of them holds up the sampling."""

from typing import Any

from firmware import talk
from tagproto import messages


def test_statements_that_no_record_holds_are_refused(tag: Any) -> None:
    boot = tag.state()["boot"]
    receipt = {"page": 0, "seal_number": 0, "seal_hash": bytes(32), "station": b"station1"}
    hello = talk.ask(tag, messages.HELLO, {"version": 1, "entropy": bytes(16)})
    attest = {"utc_ms": 1, "nonce": hello["nonce"], "station": b"station1"}
    for kind, values, most in ((messages.ACKNOWLEDGE, receipt, 206), (messages.ATTEST, attest, 226)):
        assert talk.refused(tag, kind, {**values, "statement": bytes(most + 1)}) == messages.ERROR_BODY
        talk.ask(tag, kind, {**values, "statement": bytes(most)})
    assert tag.state()["boot"] == boot
    assert tag.check() == []


def test_one_seal_a_turn(tag: Any) -> None:
    """A seal takes the chip half a second: between two of them it samples and feeds its watchdog."""
    request = talk.request(messages.SEAL, {"nonce": b"12345678"})
    seals = tag.state()["seals"]
    assert len(talk.send(tag, request * 5)) == 1
    assert tag.state()["seals"] == seals + 1
    assert len(talk.send(tag, b"", 4)) == 4
    assert tag.state()["seals"] == seals + 5


def test_refused_fittings_keep_nobody_from_removing(tag: Any) -> None:
    talk.ask(tag, messages.FIT, talk.FITTING)
    for _ in range(30):
        assert talk.refused(tag, messages.FIT, talk.FITTING) == messages.ERROR_STATE
    talk.ask(tag, messages.REMOVE, {"reason": 1})
