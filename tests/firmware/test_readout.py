"""Read-out, from SPEC.md: ranges in order, frames of any size, and what a tag does not have."""

from typing import Any

import pytest

from firmware import talk
from firmware.readouts import END, PER_PAGE, UNIT, Asked, data_of, fields_of, follow, heard, pages_of, request
from tagproto import messages, pages


def test_ranges_of_several_reads_come_in_order(opened: Any) -> None:
    """Each frame carries the number of the last READ, and so does the one reply."""
    found = follow(
        opened,
        Asked(5, 4, [(40, 8), (3, 2), (0, 1)]),
        Asked(6, 4, [(2, 7)]),
        Asked(9, 2, [(80, 3), (41, 1)]),
    )
    assert {frame.request_id for frame in found} == {9}
    addresses = [data_of(frame)[0] for frame in found[:-1]]
    assert addresses == [40, 42, 44, 46, 3, 0, 2, 4, 6, 8, 80, 82, 41]
    assert [frame.kind for frame in found].count(END) == 1
    assert fields_of(found[-1]) == {"oldest_page": 0, "open_page": opened.state()["open_page"]}


def test_the_number_is_that_of_the_last_read_taken(opened: Any) -> None:
    opened.room(100)
    sent = opened.link(request(1, 1, (0, 60)).hex(), 8)["sent"]
    whole = bytes.fromhex(sent).count(0)
    # What is on its way was made before.
    sent += opened.link(request(2, 1, (100, 2)).hex(), 60)["sent"]
    *found, end = heard(sent)
    assert [data_of(frame)[0] for frame in found] == [*range(60), 100, 101]
    ids = [frame.request_id for frame in found]
    assert ids == sorted(ids)
    assert 0 < whole <= ids.count(1) <= whole + 1
    assert (end.kind, end.request_id) == (END, 2)


@pytest.mark.parametrize("units", messages.DATA_UNITS)
def test_frames_of_every_size_across_pages(opened: Any, units: int) -> None:
    ranges = [(0, 1), (3, 2), (5, 16), (6, 33), (20, units), (21, units - 1), (23, units + 1), (0, 64)]
    found = follow(opened, Asked(1, units, ranges))
    sizes = [len(data_of(frame)[1]) // UNIT for frame in found[:-1]]
    assert max(sizes) == units
    # Shorter ones at the end of a range only.
    assert len(sizes) == sum(-(-count // units) for _, count in ranges)
    assert sum(sizes) == sum(count for _, count in ranges)


def test_every_page_is_what_lies_in_the_flash(opened: Any) -> None:
    kept = pages_of(opened)
    assert len(kept) > 20
    stream, _ = talk.read(opened, 0, len(kept))
    assert dict(stream) == kept
    assert all(isinstance(pages.parse(raw), pages.Page) for raw in kept.values())


def test_a_frame_without_data_for_each_page_that_is_not_there(opened: Any) -> None:
    open_page = opened.state()["open_page"]
    end = (open_page + 1) * PER_PAGE
    found = follow(opened, Asked(1, 16, [(end, 9), (end + 3, 1), (end - 6, 12), (2**32 - 2, 2)]))
    got = [(address, len(data) // UNIT) for address, data in map(data_of, found[:-1])]
    behind = [(end, 0), (end + 4, 0), (end + 8, 0), (end + 3, 0)]
    assert got == [*behind, (end - 6, 6), (end, 0), (end + 4, 0), (2**32 - 2, 0)]


def test_an_address_behind_the_last_one(opened: Any) -> None:
    """The range ends with 2^32."""
    found = follow(opened, Asked(1, 16, [(2**32 - 7, 65535), (2**32 - 1, 1), (1, 1)]))
    assert [data_of(frame)[0] for frame in found[:-1]] == [2**32 - 7, 2**32 - 4, 2**32 - 1, 1]


def test_pages_that_are_gone(tag: Any) -> None:
    tag.fill(40)
    tag.seal()
    tag.received(tag.state()["open_page"])
    tag.fill(40)
    oldest, open_page = tag.state()["oldest_page"], tag.state()["open_page"]
    assert oldest > 2
    talk.ask(tag, messages.OPEN, {"scope": 1})
    tag.set_idles(False)
    found = follow(tag, Asked(1, 8, [((oldest - 2) * PER_PAGE + 1, 9), (0, 5), (oldest * PER_PAGE, 1)]))
    got = [(address - oldest * PER_PAGE, len(data) // UNIT) for address, data in map(data_of, found[:-1])]
    assert got == [(-7, 0), (-4, 0), (0, 2), (-oldest * PER_PAGE, 0), (-oldest * PER_PAGE + 4, 0), (0, 1)]
    assert fields_of(found[-1]) == {"oldest_page": oldest, "open_page": open_page}


def test_pages_of_the_order_before(tag: Any) -> None:
    talk.fit(tag)
    tag.steps(30)
    talk.ask(tag, messages.REMOVE, {"reason": 1})
    tag.event()
    tag.seal()
    talk.ask(tag, messages.ACKNOWLEDGE, talk.receipt(tag, tag.state()["open_page"]))
    talk.fit(tag, {**talk.FITTING, "order_id": b"another order id"})
    tag.set_idles(False)
    first = talk.ask(tag, messages.STATUS)["order_page"]
    assert isinstance(first, int)
    assert first > 0
    talk.ask(tag, messages.OPEN, {"scope": 1})
    sent = tag.link(request(1, 16, ((first - 1) * PER_PAGE, 8)).hex(), 3)["sent"]
    *stream, end = heard(sent)
    assert [(address, len(data) // UNIT) for address, data in map(data_of, stream)] == [
        ((first - 1) * PER_PAGE, 0),
        (first * PER_PAGE, 4),
    ]
    assert fields_of(end)["oldest_page"] == first


def test_the_open_page_as_it_is_now(opened: Any) -> None:
    open_page = opened.state()["open_page"]
    before = dict(talk.read(opened, open_page, 1)[0])[open_page]
    opened.event()
    after = dict(talk.read(opened, open_page, 1)[0])[open_page]
    assert before != after
    assert all(isinstance(pages.parse(raw), pages.Page) for raw in (before, after))
    assert after == pages_of(opened)[open_page]
