"""What comes far too often, for hours of virtual time: the order keeps its space and its cadence, and the records say
what happened, to the last one. On the flash of a Pico.
"""

import itertools
from typing import Any

import pytest

from firmware import talk
from firmware.conftest import TICKS, Tag
from tagproto import messages, records, seals
from tagproto.layout import FILE_SYSTEM_BLOCKS, STORAGE_BLOCKS, Layout
from tagproto.records import Record

pytestmark = pytest.mark.slow

BLOCKS = STORAGE_BLOCKS - FILE_SYSTEM_BLOCKS
PAGES = Layout(BLOCKS).ring_blocks * 16
FITTING: dict[str, int | bytes] = {**talk.FITTING, "seal_interval_s": 21600}
DAY_S = 86_400
# What a day without a flood takes: 1,440 readings and four seals.
QUIET_DAY_PAGES = 32
# What a flood may take beside that in a day, of all pages: without a host, and by somebody who has the cable.
SHARE = 0.02
HOST_SHARE = 0.04


@pytest.fixture
def pico(harness: Tag) -> Tag:
    """A fitted tag with all of a Pico's flash."""
    harness.start(BLOCKS, TICKS)
    talk.fit(harness, FITTING)
    return harness


def all_records(tag: Tag) -> list[Record]:
    """Every record, once what was only counted so far is told and sealed."""
    tag.seal()
    assert tag.check() == []
    return list(tag.read().records())


def told(found: list[Record], kind: int) -> tuple[list[Any], list[Any]]:
    """(values of the records of a kind, values of those that tell of more of them)."""
    alone = [record.values() for record in found if record.kind == kind]
    repeated = [record.values() for record in found if record.kind == records.REPEATED]
    return alone, [values for values in repeated if values["kind"] == kind]


def assert_every(repeated: list[Any], every_ms: int) -> None:
    """Each tells of occurrences in a row, and none of another's. A reading makes a turn 125 ms longer."""
    for values in repeated:
        span = records.ticks_after(values["first_ticks"], values["last_ticks"])
        count = values["count"] - 1
        assert count * every_ms <= span <= count * every_ms * 1.01 + 250
    for before, after in itertools.pairwise(repeated):
        assert records.ticks_after(before["last_ticks"], after["first_ticks"]) >= every_ms


def assert_cadence(found: list[Record], seconds: int, turn_ms: int = 5000) -> None:
    """A reading a minute for at least so long; each waits for the turn that is under way, and keeps the phase."""
    ticks = [record.ticks for record in found if record.kind == records.READING]
    spans = [records.ticks_after(a, b) for a, b in itertools.pairwise(ticks)]
    assert all(abs(span - 60_000) < turn_ms + 500 for span in spans)
    assert sum(spans) >= (seconds - 120) * 1000
    assert round(sum(spans) / 60_000) == len(spans)


def used(tag: Tag) -> int:
    return int(tag.state()["open_page"])


def test_a_quiet_day(pico: Tag) -> None:
    pico.quiet(DAY_S)
    assert used(pico) <= QUIET_DAY_PAGES
    assert_cadence(all_records(pico), DAY_S)


def test_a_strap_toggled_once_a_second_for_a_day(pico: Tag) -> None:
    pico.flood_input("strap", DAY_S, 1000)
    assert used(pico) <= QUIET_DAY_PAGES + SHARE * PAGES
    assert pico.state()["seals"] <= 2 + 4 + 8 + 48
    found = all_records(pico)
    assert_cadence(found, DAY_S)
    alone, repeated = told(found, records.STRAP)
    assert len(alone) <= 8 + 48
    assert sum(values["edges"] for values in alone) + sum(values["count"] for values in repeated) == DAY_S
    assert_every(repeated, 1000)


def test_the_case_is_sealed_at_once_while_the_strap_is_flooded(pico: Tag) -> None:
    pico.flood_input("strap", 3600, 1000)
    before = pico.state()["seals"]
    pico.toggle("case", 1)
    pico.flood_input("strap", 1, 1000)
    assert pico.state()["seals"] == before + 1
    verified = pico.read()
    assert verified.last_seal is not None
    assert verified.last_seal.seal.reason == seals.REASON_CASE
    (case,) = [record for _, record in verified.events() if record.kind == records.CASE]
    assert case.values() == {"open": 1, "edges": 1}
    assert verified.last_seal.seal.first <= case.number
    assert pico.check() == []


def test_a_fix_a_minute_for_a_day(pico: Tag) -> None:
    before = pico.state()["seals"]
    pico.flood_fixes(1440, 60_000)
    assert used(pico) <= QUIET_DAY_PAGES + SHARE * PAGES
    # Fixes never seal by themselves.
    assert pico.state()["seals"] <= before + 4
    found = all_records(pico)
    assert_cadence(found, DAY_S)
    alone, repeated = told(found, records.FIX)
    # Each token is a fix that stands in the log.
    assert 8 + 44 <= len(alone) <= 8 + 48
    assert len(alone) + sum(values["count"] for values in repeated) == 1440
    assert_every(repeated, 60_000)
    assert alone[0] == {"latitude_e7": 515_000_000, "longitude_e7": -1_200_000, "accuracy_dm": 25}


def test_refused_commands_for_an_hour(pico: Tag) -> None:
    """As many as the tag takes: all it does in a turn is to say no."""
    requests = [[messages.FIT, "313233", 40], [0x42, "", 40]]
    before = pico.state()
    answers = pico.flood_link(requests, 3600, 1000)["answers"]
    assert sum(answers.values()) > 25_000
    assert set(answers) == {f"{messages.ERROR} {messages.ERROR_BODY}", f"{messages.ERROR} {messages.ERROR_KIND}"}
    assert used(pico) - before["open_page"] <= QUIET_DAY_PAGES // 10
    assert pico.state()["seals"] == before["seals"]
    found = all_records(pico)
    assert_cadence(found, 3600)
    alone, repeated = told(found, records.REFUSED)
    assert len(alone) + sum(values["count"] for values in repeated) == sum(answers.values())
    assert {values["code"] for values in alone} == {messages.ERROR_BODY, messages.ERROR_KIND}
    assert {values["command"] for values in alone} == {messages.FIT, 0x42}
    assert talk.ask(pico, messages.STATUS)["commands_refused"] == sum(answers.values())


def plain(values: talk.Values) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}


# An acknowledge names the tag's last seal: the VM adds it.
SIGNED: list[tuple[int, talk.Values]] = [
    (messages.SEAL, talk.SEAL),
    (messages.ACKNOWLEDGE, {"page": 0, "epoch": 0, "keys": bytes(66)}),
    (messages.REMOVE, {"reason": 1}),
    (messages.ATTEST, {"utc_ms": 1_780_000_000_000}),
]


@pytest.mark.parametrize(("kind", "values"), SIGNED, ids=[messages.NAMES[kind] for kind, _ in SIGNED])
def test_signed_requests_too_often(pico: Tag, kind: int, values: talk.Values) -> None:
    """By a station, every ten seconds for an hour, then twice a minute for four."""
    answers = pico.flood_signed(kind, plain(values), 360, 10_000)["answers"]
    # Only what would be recorded takes a token: a second removal is refused for the tag's state.
    assert answers[f"{messages.ERROR} {messages.ERROR_BUSY}"] > 200
    later = pico.flood_signed(kind, plain(values), 4 * 120, 30_000)["answers"]
    total = {name: answers.get(name, 0) + later.get(name, 0) for name in answers | later}
    taken = total.pop(f"{kind | messages.REPLY} 0")
    assert taken <= 24 + 5 * 3
    assert used(pico) <= QUIET_DAY_PAGES // 4 + HOST_SHARE * PAGES
    found = all_records(pico)
    alone, repeated = told(found, records.REFUSED)
    assert len(alone) + sum(values["count"] for values in repeated) == sum(total.values())
    if kind != messages.REMOVE:
        assert_cadence(found, 5 * 3600, 30_000)
