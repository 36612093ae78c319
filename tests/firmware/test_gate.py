"""Signed requests, from SPEC.md: one nonce, one moment, one tag, one command; and who may ask for what."""

from typing import Any

import pytest

import programme
from ankletag.trust import SigningKey
from firmware import talk
from firmware.conftest import BLOCKS, TICKS
from firmware.refusing import LASTING, assert_refused, refused_records
from firmware.talk import PROGRAMME, Values
from tagproto import messages, records
from tagproto.layout import FILE_SYSTEM_BLOCKS, STORAGE_BLOCKS

KINDS = [kind for kind in messages.REQUESTS if talk.needs_signature(kind)]
NAMES = [messages.NAMES[kind] for kind in KINDS]
MINUTE_MS = 60_000
OTHERS: dict[int, Values] = {messages.SEAL: talk.SEAL, messages.REMOVE: {"reason": 1}}
ATTEST: Values = {"utc_ms": 1_780_000_000_000}


def good(tag: Any, kind: int) -> Values:
    """Fields, in front of the nonce, of a request that the tag has no reason to refuse."""
    if kind in (messages.REMOVE, messages.CONFIGURE) and not tag.state()["fitted"]:
        talk.ask(tag, messages.FIT, talk.FITTING)
    return {
        messages.ATTEST: {"utc_ms": 1_780_000_000_000},
        messages.OPEN: {"scope": 1},
        messages.FIT: talk.FITTING,
        messages.SEAL: talk.SEAL,
        messages.REMOVE: {"reason": 7},
        messages.ACKNOWLEDGE: talk.receipt(tag),
        messages.CONFIGURE: {"cadence_s": 300, "seal_interval_s": 3600, **talk.STANDARD},
        messages.CALIBRATE: talk.CALIBRATION,
        messages.SELF_TEST: {},
    }[kind]


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_good_one_is_carried_out_and_brings_the_next_nonce(known: Any, kind: int) -> None:
    values = good(known, kind)
    nonce = talk.hello(known)
    for again in range(2):
        if kind == messages.ACKNOWLEDGE:
            values = talk.receipt(known)
        signed = PROGRAMME.station.command(kind, talk.TAG_ID, nonce, values)
        replied, fields = talk.answer(known, kind, signed)
        if again and kind in (messages.FIT, messages.REMOVE):
            assert fields["code"] == messages.ERROR_STATE
            return
        assert replied == kind | messages.REPLY, fields
        assert fields["nonce"] != nonce
        assert isinstance(fields["nonce"], bytes)
        nonce = fields["nonce"]


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_one_that_is_asked_for_again(known: Any, kind: int) -> None:
    """Its reply was lost: it comes once more, and nothing else does. Another signed request ends that, or a boot."""
    values = talk.signed(known, kind, good(known, kind))
    reply = talk.ask(known, kind, values)
    before, log = known.state(), known.log()
    for _ in range(3):
        assert talk.ask(known, kind, values) == reply
        # What is not signed, and what is refused for its nonce, changes nothing.
        talk.hello(known)
        assert talk.refused(known, kind, {**values, "nonce": bytes(8)}) == messages.ERROR_NONCE
    after = known.state()
    assert [after[name] for name in LASTING] == [before[name] for name in LASTING]
    asked = [record for record in known.log()["records"] if record not in log["records"]]
    assert {records.parse(bytes.fromhex(data)).kind for data in asked} == {records.REFUSED}
    talk.ask(known, messages.ATTEST, {"utc_ms": 1_780_000_000_001})
    assert_refused(known, kind, values, messages.ERROR_NONCE)


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_one_that_is_replayed_after_a_boot(known: Any, kind: int) -> None:
    values = talk.signed(known, kind, good(known, kind))
    talk.ask(known, kind, values)
    known.reboot(2)
    assert_refused(known, kind, values, messages.ERROR_NONCE)


def test_a_refusal_is_asked_for_again(known: Any) -> None:
    """For the tag's state, which is another one meanwhile: the answer is the first one."""
    values = talk.signed(known, messages.REMOVE, {"reason": 1})
    refusal = talk.answer(known, messages.REMOVE, values)
    assert refusal[1]["code"] == messages.ERROR_STATE
    assert talk.answer(known, messages.REMOVE, values) == refusal


@pytest.mark.parametrize("field", ["reason", "nonce", "station"])
def test_another_request_with_the_same_signature_gets_no_answer_of_the_first(known: Any, field: str) -> None:
    values = talk.signed(known, messages.REMOVE, good(known, messages.REMOVE))
    talk.ask(known, messages.REMOVE, values)
    other: Values = {"reason": 8, "nonce": bytes(8), "station": PROGRAMME.root.key_id}
    assert_refused(known, messages.REMOVE, {**values, field: other[field]}, messages.ERROR_NONCE)


def test_one_that_waits_for_its_check_is_carried_out_once(known: Any) -> None:
    """A host that was not patient: the same request twice in a row."""
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    before = known.state()["seals"]
    sent = known.exchange((talk.request(messages.SEAL, values) * 3).hex())
    first, *again = talk.decoded(bytes.fromhex(sent))
    assert first[0] == messages.SEAL | messages.REPLY
    assert again == [first] * 2
    assert known.state()["seals"] == before + 1


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_one_for_another_tag(known: Any, kind: int) -> None:
    values = good(known, kind)
    values = PROGRAMME.station.command(kind, b"TAG00002", talk.hello(known), values)
    assert_refused(known, kind, values, messages.ERROR_SIGNATURE)


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_the_signature_of_another_command(known: Any, kind: int) -> None:
    values = good(known, kind)
    nonce = talk.hello(known)
    other = messages.SEAL if kind != messages.SEAL else messages.REMOVE
    signature = PROGRAMME.station.command(other, talk.TAG_ID, nonce, OTHERS[other])["signature"]
    values = {**values, "nonce": nonce, "station": PROGRAMME.station.key_id, "signature": signature}
    assert_refused(known, kind, values, messages.ERROR_SIGNATURE)


FIELDS = {kind: [name for name, _ in messages.REQUESTS[kind] if name not in ("nonce", "station")] for kind in KINDS}


@pytest.mark.parametrize(("kind", "field"), [(kind, name) for kind, names in FIELDS.items() for name in names])
def test_a_changed_field(known: Any, kind: int, field: str) -> None:
    """A man in the middle may stop, and may not change."""
    values = talk.signed(known, kind, good(known, kind))
    value = values[field]
    changed = value ^ 3 if isinstance(value, int) else bytes((value[0] ^ 1,)) + value[1:]
    code = messages.ERROR_RIGHT if field == "scope" else messages.ERROR_SIGNATURE
    assert_refused(known, kind, {**values, field: changed}, code)


STRANGER = programme.Programme(2)


@pytest.mark.parametrize(
    "signer", [programme.key(9999), PROGRAMME.region, STRANGER.station, STRANGER.root], ids=lambda key: key.key_id.hex()
)
def test_an_unknown_signer(known: Any, signer: SigningKey) -> None:
    values = talk.signed(known, messages.SEAL, talk.SEAL, signer)
    assert_refused(known, messages.SEAL, values, messages.ERROR_CERTIFICATE)


def test_one_who_says_that_he_is_the_station(known: Any) -> None:
    values = talk.signed(known, messages.SEAL, talk.SEAL, programme.key(9999))
    assert_refused(known, messages.SEAL, {**values, "station": PROGRAMME.station.key_id}, messages.ERROR_SIGNATURE)


@pytest.mark.parametrize(
    "kind", [messages.FIT, messages.ACKNOWLEDGE, messages.ATTEST, messages.CONFIGURE], ids=messages.NAMES.get
)
def test_what_the_root_may_not_ask_for(known: Any, kind: int) -> None:
    assert_refused(known, kind, talk.signed(known, kind, good(known, kind), PROGRAMME.root), messages.ERROR_RIGHT)


def test_the_root_reads_all_or_nothing(known: Any) -> None:
    values = talk.signed(known, messages.OPEN, {"scope": 1}, PROGRAMME.root)
    assert_refused(known, messages.OPEN, values, messages.ERROR_RIGHT)


def test_what_the_root_may_ask_for(known: Any) -> None:
    known.reboot(2)
    talk.ask(known, messages.SEAL, talk.SEAL, PROGRAMME.root)
    talk.ask(known, messages.FIT, talk.FITTING)
    talk.ask(known, messages.REMOVE, {"reason": 1}, PROGRAMME.root)
    talk.ask(known, messages.OPEN, {"scope": 2}, PROGRAMME.root)


UNPROVISIONED = {**OTHERS, messages.ATTEST: ATTEST, messages.OPEN: {"scope": 1}, messages.FIT: talk.FITTING}


@pytest.mark.parametrize("kind", UNPROVISIONED, ids=messages.NAMES.get)
def test_a_tag_without_a_root_refuses_all(harness: Any, kind: int) -> None:
    harness.start(BLOCKS, TICKS, False)
    for signer in (PROGRAMME.station, PROGRAMME.root):
        values = signer.command(kind, talk.TAG_ID, talk.hello(harness), UNPROVISIONED[kind])
        assert_refused(harness, kind, values, messages.ERROR_STATE)
    assert_refused(harness, messages.READ, talk.ANY, messages.ERROR_RIGHT)


def test_all_refusals_are_told_in_few_records(harness: Any) -> None:
    """Eight alone, then in what tells of more of them: to the last one."""
    tag = harness
    tag.start(STORAGE_BLOCKS - FILE_SYSTEM_BLOCKS, TICKS)
    values = talk.signed(tag, messages.SEAL, talk.SEAL)
    talk.ask(tag, messages.SEAL, values)
    values = {**values, "nonce": bytes(8)}
    for _ in range(100):
        assert talk.refused(tag, messages.SEAL, values) == messages.ERROR_NONCE
    tag.seal()
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    repeated = [record.values() for record in found if record.kind == records.REPEATED]
    assert len(refused_records(tag)) == 8
    assert [(values["kind"], values["count"]) for values in repeated] == [(records.REFUSED, 92)]
    assert talk.ask(tag, messages.STATUS)["commands_refused"] == 100


def test_signatures_are_rationed(known: Any) -> None:
    """24 in a row, then one a minute; an honest station waits no longer than that."""
    codes = []
    for _ in range(30):
        values = talk.signed(known, messages.SEAL, talk.SEAL)
        codes.append(talk.refused(known, messages.SEAL, {**values, "signature": bytes(64)}))
    # Presenting the station and its region took two.
    checked = codes.count(messages.ERROR_SIGNATURE)
    assert 20 <= checked <= 24
    assert codes == [messages.ERROR_SIGNATURE] * checked + [messages.ERROR_BUSY] * (30 - checked)
    for _ in range(3):
        known.advance(MINUTE_MS)
        talk.ask(known, messages.ATTEST, ATTEST)
        assert talk.refused(known, messages.ATTEST, ATTEST) == messages.ERROR_BUSY
