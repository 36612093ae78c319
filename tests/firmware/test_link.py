"""The tag's side of the link: whatever comes in, it answers what it can and goes on sampling."""

import random
from typing import Any

import pytest

import tagproto
from firmware import talk
from tagproto import frames, messages, records

# What only a request that is carried out changes.
LASTING = ("fitted", "seals", "epoch", "received", "cadence_s", "boot", "faults")
HELLO = talk.HELLO


def readings(tag: Any) -> int:
    return sum(record.startswith("01") for record in tag.log()["records"])


def test_hello(tag: Any) -> None:
    reply = talk.ask(tag, messages.HELLO, HELLO)
    assert reply["tag_id"] == b"TAG00001"
    assert reply["public_key"] == bytes.fromhex(tag.state()["public_key"])
    assert reply["boot"] == 1
    assert talk.ask(tag, messages.HELLO, HELLO)["nonce"] != reply["nonce"]


@pytest.mark.parametrize("body", [b"\2\0", b"\2\0" + bytes(16), b"\2\0" + bytes(100)])
def test_another_version_gets_both_versions(tag: Any, body: bytes) -> None:
    ((kind, fields),) = talk.send(tag, frames.encode(messages.HELLO, 1, body))
    assert kind == messages.ERROR
    assert fields["code"] == messages.ERROR_VERSION
    assert fields["version"] == tagproto.PROTOCOL_VERSION
    assert b"version 1" in fields["text"]
    assert b"asked for 2" in fields["text"]


def test_an_unknown_kind_and_a_cut_body(tag: Any) -> None:
    ((kind, fields),) = talk.send(tag, frames.encode(0x42, 1, b""))
    assert (kind, fields["code"]) == (messages.ERROR, messages.ERROR_KIND)
    ((kind, fields),) = talk.send(tag, frames.encode(messages.FIT, 1, b"123"))
    assert (kind, fields["code"]) == (messages.ERROR, messages.ERROR_BODY)
    assert talk.send(tag, frames.encode(messages.HELLO | messages.REPLY, 1, b"")) == []
    assert talk.ask(tag, messages.STATUS)["commands_refused"] == 2
    assert talk.ask(tag, messages.STATUS)["frames_bad"] == 1


def test_fields_of_a_later_version_are_no_error(tag: Any) -> None:
    body = messages.encode(messages.HELLO, HELLO) + b"more"
    ((kind, _),) = talk.send(tag, frames.encode(messages.HELLO, 1, body))
    assert kind == messages.HELLO | messages.REPLY


def test_garbage_is_counted_and_what_follows_is_answered(tag: Any) -> None:
    source = random.Random(1)
    bad = 0
    for _ in range(40):
        noise = source.randbytes(source.randrange(1, 900))
        sent = talk.send(tag, noise + b"\0" + talk.request(messages.STATUS), turns=2)
        (fields,) = [fields for kind, fields in sent if kind == messages.STATUS | messages.REPLY]
        assert isinstance(fields["frames_bad"], int)
        assert fields["frames_bad"] > bad
        bad = fields["frames_bad"]
    assert tag.state()["faults"] == 0


def test_a_request_in_single_bytes(tag: Any) -> None:
    data = talk.request(messages.STATUS)
    for at in range(len(data) - 1):
        assert talk.send(tag, data[at : at + 1]) == []
    assert [kind for kind, _ in talk.send(tag, data[-1:])] == [messages.STATUS | messages.REPLY]


def test_a_host_that_never_stops_does_not_stop_the_sampling(tag: Any) -> None:
    talk.fit(tag)
    before = readings(tag)
    tag.advance(60_000)
    left = tag.link((talk.request(messages.STATUS) * 2000).hex(), 1)["left"]
    assert left > 0
    assert readings(tag) == before + 1


@pytest.mark.parametrize(
    ("kind", "values", "code"),
    [
        (messages.FIT, {**talk.FITTING, "cadence_s": 0}, messages.ERROR_RANGE),
        (messages.FIT, {**talk.FITTING, "cadence_s": 86401}, messages.ERROR_RANGE),
        (messages.FIT, {**talk.FITTING, "seal_interval_s": 59}, messages.ERROR_RANGE),
        (messages.FIT, {**talk.FITTING, "seal_interval_s": 345_601}, messages.ERROR_RANGE),
        (messages.REMOVE, {"reason": 1}, messages.ERROR_STATE),
        (messages.OPEN, {"scope": 0}, messages.ERROR_RIGHT),
        (messages.OPEN, {"scope": 2}, messages.ERROR_RIGHT),
        (messages.READ, talk.ANY, messages.ERROR_RIGHT),
        (messages.READ, talk.ranges((0, 1), units=3), messages.ERROR_RANGE),
        (messages.DOCUMENT, {"index": 2}, messages.ERROR_RANGE),
    ],
)
def test_a_refusal_only_is_recorded(tag: Any, kind: int, values: dict[str, int | bytes], code: int) -> None:
    talk.introduce(tag)
    before, state = tag.log(), tag.state()
    assert talk.refused(tag, kind, values) == code
    after = tag.log()
    assert after["seals"] == before["seals"]
    *same, refused = after["records"]
    assert same == before["records"]
    record = records.parse(bytes.fromhex(refused))
    assert (record.kind, record.values()) == (records.REFUSED, {"command": kind, "code": code})
    now = tag.state()
    assert [now[name] for name in LASTING] == [state[name] for name in LASTING]


def test_fit_twice_and_with_an_open_strap(tag: Any) -> None:
    tag.toggle("strap", 1)
    assert talk.refused(tag, messages.FIT, talk.FITTING) == messages.ERROR_STATE
    tag.toggle("strap", 0)
    talk.fit(tag)
    assert talk.refused(tag, messages.FIT, talk.FITTING) == messages.ERROR_STATE
    talk.ask(tag, messages.REMOVE, {"reason": 1})
    assert talk.ask(tag, messages.STATUS)["fitted"] == 0


def test_an_attestation_is_in_the_log_as_it_was_signed(tag: Any) -> None:
    values = talk.signed(tag, messages.ATTEST, {"utc_ms": 1_780_000_000_000})
    ticks = tag.state()["ticks"]
    number = talk.ask(tag, messages.ATTEST, values)["number"]
    (record,) = [
        record
        for record in (records.parse(bytes.fromhex(data)) for data in tag.log()["records"])
        if record.kind == records.ATTESTATION
    ]
    assert record.number == number
    assert record.values() == {**values, "nonce_ticks": ticks}


def test_the_log_in_pieces(tag: Any) -> None:
    text = b""
    while len(text) < (size := talk.ask(tag, messages.LOG, {"offset": len(text)})["size"]):
        text += talk.ask(tag, messages.LOG, {"offset": len(text)})["text"]
    assert len(text) == size
    assert b"boot 1" in text
    assert talk.ask(tag, messages.LOG, {"offset": 10**6})["text"] == b""


def test_a_seal_carries_the_hosts_challenge(tag: Any) -> None:
    reply = talk.ask(tag, messages.SEAL, {"challenge": b"the host's bytes"})
    log = tag.log()
    assert len(log["seals"]) == reply["seal_number"] + 1
    assert b"the host's bytes".hex() in log["seals"][-1]


def test_the_rest_of_a_request_may_come_days_later(tag: Any) -> None:
    data = talk.request(messages.STATUS)
    assert talk.send(tag, data[:5]) == []
    tag.advance(3 * 86_400_000)
    assert [kind for kind, _ in talk.send(tag, data[5:])] == [messages.STATUS | messages.REPLY]


def test_answers_that_nobody_takes_do_not_fill_the_memory(tag: Any) -> None:
    talk.fit(tag)
    tag.room(0)
    before = readings(tag)
    requests = 1000
    left = tag.link((talk.request(messages.STATUS) * requests).hex(), 20)["left"]
    for _ in range(5):
        tag.advance(60_000)
        # The rest stays with the port: not one request more is taken in.
        assert tag.link("", 20)["left"] == left > 0
    assert readings(tag) >= before + 5
    tag.room(1 << 20)
    assert len(talk.send(tag, b"", 200)) == requests
    assert tag.state()["faults"] == 0
