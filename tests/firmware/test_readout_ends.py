"""What ends a read-out, from SPEC.md, and READs that a tag refuses."""

from typing import Any

import pytest

from firmware import talk
from firmware.readouts import END, Asked, fields_of, follow, follower, heard, request
from tagproto import messages, records
from tagproto.frames import Frame


def test_an_empty_read_empties_the_queue(opened: Any) -> None:
    opened.room(100)
    known = follower(opened)
    sent = opened.link(known.asked(Asked(1, 16, [(0, 200)])).hex(), 20)["sent"]
    sent += opened.link(known.asked(Asked(2, 1, [])).hex(), 60)["sent"]
    found = heard(sent)
    for frame in found:
        known.frame(frame)
    assert known.told
    assert 1 < len(found) < 5
    assert (found[-1].kind, found[-1].request_id) == (END, 2)
    # Without anything asked for before, and again.
    for _ in range(2):
        assert [(frame.kind, frame.request_id) for frame in follow(opened, Asked(3, 1, []))] == [(END, 3)]


def test_ranges_of_nothing(opened: Any) -> None:
    found = follow(opened, Asked(1, 4, [(0, 0), (5, 0), (8, 1), (9, 0)]))
    assert [frame.kind for frame in found] == [messages.DATA, END]
    assert [frame.kind for frame in follow(opened, Asked(2, 4, [(0, 0)]))] == [END]


def refusal(found: list[Frame], request_id: int) -> int:
    (code,) = [fields_of(frame)["code"] for frame in found if frame.request_id == request_id]
    assert isinstance(code, int)
    return code


def test_a_queue_of_32_ranges(opened: Any) -> None:
    """A request that would make it longer is refused whole."""
    opened.room(0)
    known = follower(opened)
    sixteen = [(at * 4, 4) for at in range(16)]
    opened.link(known.asked(Asked(1, 4, sixteen)).hex(), 1)
    # The first range lies in the frame that waits for the port.
    opened.link(known.asked(Asked(2, 4, sixteen)).hex(), 1)
    opened.link(request(3, 1, (0, 1), (1, 1)).hex(), 1)
    opened.link(known.asked(Asked(4, 4, [(99, 1)])).hex(), 1)
    opened.link(request(5, 1, (0, 1)).hex(), 1)
    opened.room(1 << 20)
    found = heard(opened.link("", 60)["sent"])
    assert refusal(found, 3) == refusal(found, 5) == messages.ERROR_BUSY
    for frame in found:
        if frame.kind != messages.ERROR:
            known.frame(frame)
    assert known.told
    assert known.most == messages.RANGES_KEPT
    assert len(found) == 33 + 2 + 1


@pytest.mark.parametrize(
    "values",
    [
        talk.ranges(*[(0, 1)] * 17),
        {"units": 4, "ranges": bytes(5)},
        {"units": 4, "ranges": bytes(7)},
        {"units": 4, "ranges": bytes(255)},
        *({"units": units, "ranges": talk.ranges((0, 1))["ranges"]} for units in (0, 3, 5, 12, 15, 17, 32, 255)),
    ],
    ids=lambda values: f"{values['units']}-{len(values['ranges'])}",
)
def test_requests_of_no_use(opened: Any, values: talk.Values) -> None:
    """Refused whole, while what was asked for before goes on."""
    opened.room(100)
    known = follower(opened)
    sent = opened.link(known.asked(Asked(1, 4, [(0, 20)])).hex(), 3)["sent"]
    sent += opened.link(talk.request(messages.READ, values, 2).hex(), 60)["sent"]
    found = heard(sent)
    assert refusal(found, 2) == messages.ERROR_RANGE
    for frame in found:
        if frame.kind != messages.ERROR:
            known.frame(frame)
    assert known.told


def test_the_right_runs_out_in_the_middle(opened: Any) -> None:
    opened.room(100)
    before = heard(opened.link(request(1, 1, (0, 200)).hex(), 20)["sent"])
    assert {frame.kind for frame in before} == {messages.DATA}
    opened.advance(messages.OPEN_LIFE_MS + 1)
    # The end of a frame, and silence: no reply to a request that got its data.
    rest = bytes.fromhex(opened.link("", 60)["sent"])
    assert rest.count(0) <= 1
    assert rest.endswith(b"\0") or not rest
    assert opened.link("", 60)["sent"] == ""
    found = heard(opened.link(request(2, 1, (0, 1)).hex(), 5)["sent"])
    assert refusal(found, 2) == messages.ERROR_RIGHT
    # Another OPEN begins with an empty queue.
    talk.ask(opened, messages.OPEN, {"scope": 1})
    opened.room(1 << 20)
    follow(opened, Asked(3, 1, [(0, 2)]))


def test_a_boot_in_the_middle(opened: Any) -> None:
    opened.room(100)
    assert len(heard(opened.link(request(1, 1, (0, 200)).hex(), 20)["sent"])) > 5
    opened.reboot(2)
    opened.set_idles(False)
    assert opened.link("", 30)["sent"] == ""
    found = heard(opened.link(request(2, 1, (0, 1)).hex(), 5)["sent"])
    assert refusal(found, 2) == messages.ERROR_RIGHT
    talk.ask(opened, messages.OPEN, {"scope": 1})
    follow(opened, Asked(3, 1, [(0, 2)]))


def test_a_refused_read_is_recorded(tag: Any) -> None:
    assert talk.refused(tag, messages.READ, talk.ANY) == messages.ERROR_RIGHT
    (record,) = [
        record
        for record in (records.parse(bytes.fromhex(data)) for data in tag.log()["records"])
        if record.kind == records.REFUSED
    ]
    assert record.values() == {"command": messages.READ, "code": messages.ERROR_RIGHT}
