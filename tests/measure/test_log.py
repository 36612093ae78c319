"""The tools of `make measure-log`: what they count is what they were given."""

import math
import random
import struct

import pytest

from measure.log_account import account
from measure.log_cuts import littlefs_cuts, ring_cuts
from measure.log_entropy import (
    PREDICTORS,
    adaptive_arithmetic,
    given_the_last,
    least_squares,
    noise_alone,
    order_0,
    predicted,
    rice,
)
from measure.log_peers import RECORDS_PER_BLOCK, plain_ring
from taghil.flash import DEFAULT_BLOCKS
from tagproto import coding, pages, records
from tagproto.records import Record


def readings(count: int) -> list[Record]:
    draw = random.Random(5)
    return [
        Record(records.READING, n, 1, 60_000 * n, struct.pack("<BhhH", 0, draw.randrange(50), 4000, 10_000 + n))
        for n in range(count)
    ]


def log_of(given: list[Record]) -> list[bytes]:
    """Full pages with these readings, one after another."""
    coder = coding.Coder()
    found: list[bytes] = []
    page = bytearray(b"\xff" * pages.PAGE_SIZE)
    fill, first = 0, pages.NO_ITEM
    for record in given:
        if first == pages.NO_ITEM:
            first = fill
            coder.restart_here()
            pages.write_header(page, len(found), first, coder)
        for byte in coder.encode_reading(record.ticks, *struct.unpack("<BhhH", record.body)):
            page[pages.HEADER_SIZE + fill] = byte
            fill += 1
            if fill == pages.PAYLOAD_SIZE:
                pages.close(page)
                found.append(bytes(page))
                page = bytearray(b"\xff" * pages.PAGE_SIZE)
                fill, first = 0, pages.NO_ITEM
                pages.write_header(page, len(found), first, coder)
    return found


def test_the_account_adds_up_to_every_byte() -> None:
    given = readings(1000)
    log = log_of(given)
    # The last page's last item goes on behind it, so the stretch ends a page before.
    counted = account(log, (0, 0), (len(log) - 1, 0))
    payload = sum(counted.bits.values())
    assert payload % 8 == 0
    assert abs(payload // 8 - (len(log) - 1) * pages.PAYLOAD_SIZE) < coding.READING_MAX
    assert counted.bytes_per_reading()["all"] == pytest.approx(
        (payload / 8) * pages.PAGE_SIZE / pages.PAYLOAD_SIZE / counted.readings
    )
    assert counted.values["prox"] == [10_000 + n for n in range(counted.readings)]
    assert counted.coded["prox"][1:] == [1] * (counted.readings - 1)


def test_the_account_refuses_a_log_with_a_hole() -> None:
    log = log_of(readings(1000))
    with pytest.raises(ValueError, match="page 2 where 1 was due"):
        account([log[0], *log[2:]], (0, 0), (3, 0))
    with pytest.raises(ValueError, match="crc"):
        account([log[0][:50] + b"\0" + log[0][51:], *log[1:]], (0, 0), (3, 0))


def test_entropies_of_known_sources() -> None:
    draw = random.Random(3)
    even = [draw.randrange(-8, 8) for _ in range(20_000)]
    assert order_0(even) == pytest.approx(4.0, abs=0.01)
    assert adaptive_arithmetic(even) == pytest.approx(4.0, abs=0.15)
    assert rice(even) >= order_0(even)
    taking_turns = [0, 100] * 5000
    assert order_0(taking_turns) == pytest.approx(1.0)
    assert given_the_last(taking_turns) < 0.01
    # Wide noise: the entropy of the normal distribution itself.
    assert noise_alone(20.0) == pytest.approx(math.log2(20.0 * math.sqrt(2 * math.pi * math.e)), abs=1e-3)
    assert noise_alone(0.1) < 1.0


def test_predictors_find_what_there_is_to_predict() -> None:
    line = list(range(0, 3000, 3))
    assert set(predicted(line, PREDICTORS["the line through the last two"])) == {0}
    assert set(predicted(line, PREDICTORS["the last"])) == {3}
    draw = random.Random(1)
    step, values = 0.0, [0]
    for _ in range(20_000):
        step = 0.8 * step + draw.gauss(0, 10)
        values.append(values[-1] + round(step))
    weights, residuals = least_squares(values, 2)
    assert weights == pytest.approx([0.8, 0.0], abs=0.05)
    assert order_0(residuals) < order_0(predicted(values, PREDICTORS["the last"])) - 0.5


def test_the_plain_ring_is_full_when_every_place_is_taken() -> None:
    found = plain_ring(readings(3 * RECORDS_PER_BLOCK), 60, 1)
    assert found.days_until_full == pytest.approx(DEFAULT_BLOCKS * RECORDS_PER_BLOCK / 1440)
    assert found.erases_per_record == pytest.approx(1 / RECORDS_PER_BLOCK)
    assert found.flash_ms_per_record == pytest.approx(0.6 + 45 / RECORDS_PER_BLOCK)


def test_cuts_of_the_peers_are_counted() -> None:
    given = readings(3 * RECORDS_PER_BLOCK)
    for cut in (ring_cuts(given, 10, 1), littlefs_cuts(given, 5, 1)):
        assert cut.cuts in (5, 10)
        assert (cut.records_lost, cut.records_wrong) == (0, 0)
