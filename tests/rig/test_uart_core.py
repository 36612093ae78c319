"""The RP2040's UART on a clock of the test's own: what its buffers take, and what is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taghil.line.faults import garbled
from taghil.vm.uart import BAUD_AT_BOOT, FIFO, RX_RING, Uart

MS = 1_000_000
BAUDS = st.sampled_from([115_200, 230_400, 460_800, 921_600])


def sends(uart: Uart, data: bytes, baud: int, from_ns: int, until_ns: int) -> bytes:
    """A host writes at one moment; its UART sends until a time. Gives what had not left the host by then."""
    room = uart.room(until_ns, from_ns, baud)
    uart.send(data[:room], from_ns)
    return data[room:]


def at_rate(baud: int) -> Uart:
    uart = Uart()
    uart.set_baud(baud)
    return uart


@given(BAUDS, st.integers(1, 4000), st.integers(1, 400))
def test_interrupts_fill_the_ring_and_then_the_fifo(baud: int, n: int, look_ms: int) -> None:
    """A tag that does not read: nothing is lost before both are full, and all behind that is."""
    uart = at_rate(baud)
    data = bytes(i & 0xFF for i in range(n))
    left, now_ns, looked_ns = data, 0, 0
    while left or uart.next_ns() is not None:
        looked_ns, now_ns = now_ns, now_ns + look_ms * MS
        uart.arrive(looked_ns)
        left = sends(uart, left, baud, looked_ns, now_ns)
        uart.arrive(now_ns)
    assert uart.lost_bytes == max(0, n - RX_RING - FIFO)
    assert uart.waiting == min(n, RX_RING)
    assert uart.read(n) == data[:RX_RING]
    uart.arrive(now_ns)
    assert uart.read(n) == data[RX_RING : RX_RING + FIFO]


@given(BAUDS, st.integers(0, 200), st.integers(1, 45))
def test_without_interrupts_the_fifo_is_all_there_is(baud: int, n: int, erase_ms: int) -> None:
    uart = at_rate(baud)
    data = bytes(i & 0xFF for i in range(n))
    end_ns = erase_ms * MS
    left = sends(uart, data, baud, 0, end_ns)
    uart.arrive(end_ns, interrupts=False)
    came = min(n - len(left), end_ns * baud // 10**10)
    assert uart.lost_bytes == max(0, came - FIFO)
    # And what comes behind it is whole again.
    sends(uart, left, baud, end_ns, end_ns + 100 * MS)
    uart.arrive(end_ns + 100 * MS)
    assert uart.read(1 << 12) == data[: min(came, FIFO)] + data[came:]


@pytest.mark.parametrize("baud", [115_200, 921_600])
def test_32_bytes_survive_an_erase_and_33_do_not(baud: int) -> None:
    for n, lost in ((32, 0), (33, 1)):
        uart = at_rate(baud)
        sends(uart, bytes(n), baud, 0, 45 * MS)
        uart.arrive(45 * MS, interrupts=False)
        assert (uart.waiting, uart.lost_bytes) == (32, lost)


def test_both_directions_keep_the_rate() -> None:
    uart = Uart()
    assert uart.write(bytes(5000), 0) == 1056
    assert uart.write(b"more", 0) == 0
    assert len(uart.sent(10 * MS, BAUD_AT_BOOT)) == 115
    assert uart.free(10 * MS) == 115
    assert uart.silent_ns == pytest.approx(1056 / 11_520 * 1e9, rel=1e-6)
    assert len(uart.sent(uart.silent_ns, BAUD_AT_BOOT)) == 1056 - 115


@given(st.binary(min_size=1, max_size=60))
def test_at_another_rate_every_byte_is_another_one_and_always_the_same(data: bytes) -> None:
    heard = []
    for _ in range(2):
        uart = Uart()
        sends(uart, data, 921_600, 0, MS)
        uart.arrive(MS)
        heard.append(uart.read(60))
        uart.write(data, 0)
        assert uart.sent(100 * MS, 9600) == garbled(data)
    assert heard[0] == heard[1]
    assert all(one != other for one, other in zip(heard[0], data, strict=True))
    assert len(set(garbled(bytes(range(256))))) == 256


def test_a_new_rate_is_understood_once_both_sides_have_it() -> None:
    uart = Uart()
    uart.set_baud(921_600)
    sends(uart, b"too early", 115_200, 0, 5 * MS)
    uart.arrive(5 * MS)
    assert uart.read(99) != b"too early"
    sends(uart, b"agreed", 921_600, 5 * MS, 10 * MS)
    uart.arrive(10 * MS)
    assert uart.read(99) == b"agreed"
    uart.write(b"yes", 10 * MS)
    assert uart.sent(20 * MS, 921_600) == b"yes"


def test_after_a_reset_nothing_is_left_and_the_rate_is_the_first() -> None:
    uart = at_rate(921_600)
    sends(uart, bytes(40), 921_600, 0, MS)
    uart.arrive(MS)
    uart.write(bytes(40), MS)
    uart.reset()
    assert (uart.waiting, uart.next_ns(), uart.baud) == (0, None, BAUD_AT_BOOT)
    uart.arrive(50 * MS)
    assert uart.waiting == 0
    assert uart.sent(50 * MS, BAUD_AT_BOOT) == b""
