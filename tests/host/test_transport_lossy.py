"""A bad line is as bad as it says, and the same one each time, however its bytes are grouped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.errors import UsageError
from ankletag.transport import Losses, LossyTransport, Transport, open_port
from ankletag.transport.lossy import parse_losses

DATA = bytes(range(256)) * 40


class Memory(Transport):
    """Keeps what is written; gives what it was given, `piece` bytes a read."""

    name = "memory"

    def __init__(self, gives: bytes = b"", piece: int = 100_000) -> None:
        self.written = b""
        self.gives = gives
        self.piece = piece

    def write(self, data: bytes) -> None:
        self.written += data

    def read(self, timeout_s: float) -> bytes:
        part, self.gives = self.gives[: self.piece], self.gives[self.piece :]
        return part

    def close(self) -> None:
        self.gives = b""


def through(losses: Losses, *parts: bytes) -> tuple[bytes, tuple[int, int]]:
    """What comes out of a write in these parts, and (flips, drops)."""
    inner = Memory()
    line = LossyTransport(inner, losses)
    for part in parts:
        line.write(part)
    return inner.written, line.damaged


def all_of(line: Transport) -> bytes:
    data = b""
    while part := line.read(1):
        data += part
    return data


def test_a_good_line_changes_nothing() -> None:
    assert through(Losses(), DATA) == (DATA, (0, 0))


@given(st.integers(0, len(DATA)), st.integers(0, len(DATA)), st.integers(1, 700))
def test_the_grouping_of_bytes_makes_no_difference(first: int, second: int, piece: int) -> None:
    losses = Losses(1e-3, 1e-3, 7)
    one, two = sorted((first, second))
    assert through(losses, DATA[:one], DATA[one:two], DATA[two:]) == through(losses, DATA)
    whole = all_of(LossyTransport(Memory(DATA), losses))
    assert all_of(LossyTransport(Memory(DATA, piece), losses)) == whole


def test_it_flips_and_drops_as_often_as_it_says() -> None:
    data = bytes(1_000_000)
    out, (flips, drops) = through(Losses(ber=1e-3, drop=1e-3, seed=3), data)
    # 8,000 and 1,000 are to be expected; five standard deviations of a binomial count.
    assert abs(flips - 8000) < 5 * 8000**0.5
    assert abs(drops - 1000) < 5 * 1000**0.5
    assert len(out) == len(data) - drops
    # A flipped bit may lie in a dropped byte.
    assert flips - 8 * drops <= sum(byte.bit_count() for byte in out) <= flips


def test_every_bit_and_every_byte() -> None:
    assert through(Losses(ber=1.0), b"\x00\xf0")[0] == b"\xff\x0f"
    assert through(Losses(drop=1.0), DATA)[0] == b""


def test_seeds_and_directions_differ() -> None:
    losses = Losses(1e-3, 0, 1)
    assert through(losses, DATA) != through(Losses(1e-3, 0, 2), DATA)
    assert all_of(LossyTransport(Memory(DATA), losses)) != through(losses, DATA)[0]


def test_one_byte_at_a_time() -> None:
    line = LossyTransport(Memory(b"abc"), Losses(piece=1))
    assert [line.read(1) for _ in range(4)] == [b"a", b"b", b"c", b""]


@pytest.mark.parametrize(
    ("text", "losses"),
    [
        ("", Losses()),
        ("ber=1e-4", Losses(ber=1e-4)),
        ("ber=1e-4,drop=1e-5,seed=9,piece=1", Losses(1e-4, 1e-5, 9, 1)),
    ],
)
def test_losses_on_a_command_line(text: str, losses: Losses) -> None:
    assert parse_losses(text) == losses


@pytest.mark.parametrize(
    "text",
    ["ber", "ber=", "ber=2", "ber=-1", "ber=nan", "drop=inf", "piece=0", "piece=1.5", "seed=x", "wet=1", "ber=0,ber=0"],
)
def test_losses_that_say_nothing(text: str) -> None:
    with pytest.raises(UsageError, match="says nothing about a bad line"):
        parse_losses(text)


def test_a_bad_line_to_no_port() -> None:
    for name in ("lossy:", "lossy:ber=1e-4", "lossy:ber=1e-4:"):
        with pytest.raises(UsageError, match="names no port"):
            open_port(name)


def test_a_bad_line_to_a_port_by_its_name() -> None:
    line = open_port("lossy:ber=1.0:loop://")
    line.write(b"\x0f\x0f")
    # Flipped on the way there, and flipped back on the way here.
    assert line.read(1) + line.read(0) == b"\x0f\x0f"
    line.close()
