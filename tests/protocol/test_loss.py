"""Lost pages and garbage: nothing is invented, nothing whole is missed, nothing raises, memory is bounded."""

import binascii
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from protocol import cases, oracles
from protocol import strategies as make
from tagproto import coding, pages

Both = Callable[..., Any]
RECORD = coding.RECORD


@given(steps=make.logs(), data=st.data())
def test_any_pages_lost(both: Both, steps: list[list[Any]], data: st.DataObject) -> None:
    built = cases.run("pages.build", [7, steps])
    whole = [row for row in cases.run("pages.read", [built]) if row[0] == RECORD]
    assert [row[1] for row in whole] == oracles.records_in(steps)
    kept = data.draw(st.sets(st.integers(0, len(built) - 1)))
    # Whether a gap is told or only seen in the numbers makes no difference to the records.
    told = data.draw(st.booleans())
    left = [page if index in kept else None for index, page in enumerate(built)]
    found = oracles.items_of(both("pages.read", left if told else [page for page in left if page]))
    assert found == [row[1] for row in whole if all(seq - 7 in kept for seq in range(row[2], row[4] + 1))]


@given(steps=make.logs(), at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_costs_its_page_only(both: Both, steps: list[list[Any]], at: int, bit: int) -> None:
    built = [bytearray.fromhex(page) for page in cases.run("pages.build", [0, steps])]
    whole = [row for row in cases.run("pages.read", [[page.hex() for page in built]]) if row[0] == RECORD]
    hit = at % (256 * len(built))
    built[hit // 256][hit % 256] ^= 1 << bit
    found = both("pages.read", [page.hex() for page in built])
    assert {"bad": "crc"} in found
    assert oracles.items_of(found) == [row[1] for row in whole if not row[2] <= hit // 256 <= row[4]]


@given(steps=make.logs(), order=st.randoms(use_true_random=False))
def test_pages_in_any_order_and_twice(both: Both, steps: list[list[Any]], order: Any) -> None:
    built = cases.run("pages.build", [0, steps]) * 2
    order.shuffle(built)
    for record in oracles.items_of(both("pages.read", built)):
        assert record in oracles.records_in(steps)


@given(unit=st.binary(min_size=1, max_size=40), times=st.integers(1, 60))
def test_garbage_on_the_line(both: Both, unit: bytes, times: int) -> None:
    one_by_one = both("frames.feed", [f"{byte:02x}" for byte in unit * times])
    assert one_by_one == both("frames.feed", [(unit * times).hex()])


@given(unit=st.binary(min_size=1, max_size=8))
def test_a_decoder_holds_no_more_than_one_frame(both: Both, unit: bytes) -> None:
    longest = len(cases.run("frames.encode", [1, 1, "11" * cases.frames.BODY_MAX])) // 2
    assert both("frames.held", unit.hex(), 1300 // len(unit)) < longest


@given(
    payloads=st.lists(st.binary(min_size=pages.PAYLOAD_SIZE, max_size=pages.PAYLOAD_SIZE), max_size=8),
    length=st.integers(0, 2**14 - 1),
)
def test_a_reader_carries_no_more_than_one_item(both: Both, payloads: list[bytes], length: int) -> None:
    """A seal that claims any length, and then pages that go on for ever."""
    start = bytes((0xC1, length & 0x7F | 0x80, length >> 7)) + bytes(222)
    raws = []
    for seq, payload in enumerate([start, *payloads]):
        header = bytes((1, 0xFF if seq else 0)) + seq.to_bytes(4, "little") + bytes(21)
        raw = header + payload
        raws.append((raw + binascii.crc32(raw).to_bytes(4, "little")).hex())
    assert both("pages.carried", raws) < 3 + coding.SEAL_MAX
    both("pages.read", raws)
