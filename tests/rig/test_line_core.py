"""One direction of a cable on a clock of the test's own: how long bytes take, and what happens to them."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.transport import Hits
from taghil.line import Cable, CableError, Insert
from taghil.line.cable import TO_HOST, TO_TAG
from taghil.line.faults import Faults
from taghil.line.way import Cuts, Way, depth_of

S = 1_000_000_000
BAUDS = st.sampled_from([9600, 115_200, 460_800, 921_600, 123_457])


def way(cable: Cable, name: str = TO_HOST) -> Way:
    return Way(cable, name, Cuts(cable.cuts), cable.baud)


def carry(line: Way, data: bytes, step_ns: int = 1_000_000, start_ns: int = 5 * S) -> Iterator[tuple[int, bytes]]:
    """(time, bytes that arrived then): a source that always has more, looked at every `step_ns`."""
    now_ns = ready_ns = start_ns
    while data or line.next_ns() is not None:
        room = line.room(now_ns, ready_ns)
        if data and room:
            line.put(data[:room], ready_ns)
            data = data[room:]
        # The source has been waiting since it was last looked at.
        ready_ns = now_ns
        if came := line.take(now_ns):
            yield now_ns, came
        now_ns += step_ns


@given(BAUDS, st.integers(1, 4000), st.integers(500_000, 30_000_000))
def test_n_bytes_take_n_bytes_time_however_often_one_looks(baud: int, n: int, step_ns: int) -> None:
    line = way(Cable(baud=baud))
    data = bytes(i & 0xFF for i in range(n))
    came = list(carry(line, data, step_ns, 0))
    assert b"".join(part for _, part in came) == data
    due_ns = n * 10 * S / baud
    assert due_ns - 1000 <= came[-1][0] <= due_ns + step_ns + 1000


@given(BAUDS, st.integers(1, 20_000_000), st.lists(st.integers(1, 900), min_size=1, max_size=40))
def test_nothing_comes_faster_than_the_line(baud: int, pause_ns: int, writes: list[int]) -> None:
    """Whatever the pauses: in no span does more arrive than the line carries, and a byte that was in the FIFO."""
    line = way(Cable(baud=baud))
    now_ns, given_bytes, taken = 7 * S, 0, []
    for n in writes:
        room = min(n, line.room(now_ns, now_ns))
        if room:
            line.put(bytes(room), now_ns)
        given_bytes += room
        now_ns += pause_ns
        taken.append((now_ns, len(line.take(now_ns))))
        under_way = given_bytes - sum(count for _, count in taken)
        assert 0 <= under_way <= depth_of(baud) + 1
    begin_ns = 7 * S
    total = 0
    for at_ns, count in taken:
        total += count
        assert total <= (at_ns - begin_ns) * baud / 10 / S


def test_the_throttle_is_exact_over_minutes() -> None:
    line = way(Cable(baud=921_600))
    *_, (last_ns, _) = carry(line, bytes(92_160 * 30), 3_333_333, 0)
    assert last_ns / S == pytest.approx(30.0, abs=0.0034)


@given(st.floats(0, 80), BAUDS)
def test_latency_is_added_once(latency_ms: float, baud: int) -> None:
    line = way(Cable(baud=baud, latency_ms=latency_ms))
    line.put(b"\x00" * 20, 3 * S)
    due_ns = line.next_ns()
    assert due_ns is not None
    whole_ns = 3 * S + 200 * S / baud + latency_ms * 1e6
    assert line.take(int(whole_ns) - 2_000) != b"\x00" * 20
    assert len(line.take(int(whole_ns) + 2_000)) <= 20
    assert line.next_ns() is None


PIECES = st.lists(st.integers(1, 50), min_size=1, max_size=20)


@given(PIECES, st.integers(0, 1000), st.floats(1e-3, 0.2), st.floats(1e-3, 0.2))
def test_the_same_bytes_meet_the_same_faults_however_they_are_cut(
    sizes: list[int], seed: int, ber: float, drop: float
) -> None:
    cable = Cable(ber=ber, drop=drop, seed=seed, inserts=(Insert(b"#", at=7), Insert(b"!!", frames=3)))
    data = bytes((i * 7) % 11 for i in range(sum(sizes)))
    at_once, in_parts = Faults(cable, TO_HOST), Faults(cable, TO_HOST)
    whole = b"".join(part for _, part in at_once.meet(data)[0])
    parts, place = b"", 0
    for size in sizes:
        parts += b"".join(part for _, part in in_parts.meet(data[place : place + size])[0])
        place += size
    assert parts == whole
    assert (at_once.flips, at_once.drops, at_once.inserted) == (in_parts.flips, in_parts.drops, in_parts.inserted)


def test_the_two_ways_and_other_seeds_meet_other_faults() -> None:
    data = bytes(5000)
    arrived = {
        b"".join(part for _, part in Faults(Cable(ber=1e-3, seed=seed), name).meet(data)[0])
        for seed in (1, 2)
        for name in (TO_HOST, TO_TAG)
    }
    assert len(arrived) == 4


@given(st.integers(0, 10_000), st.floats(0.001, 0.3))
def test_faults_are_as_many_as_asked_for(seed: int, share: float) -> None:
    n = 20_000
    places = Hits(share, str(seed)).among(n)
    assert places == sorted(set(places))
    assert all(0 <= place < n for place in places)
    # Six standard deviations: once in a billion.
    assert abs(len(places) - n * share) < 6 * math.sqrt(n * share * (1 - share)) + 1


def test_faults_never_and_always() -> None:
    assert Hits(0.0, "x").among(100_000) == []
    assert Hits(1.0, "x").among(5) == [0, 1, 2, 3, 4]


@given(st.integers(0, 300))
def test_dropped_bytes_are_the_only_ones_that_are_missing(n: int) -> None:
    faults = Faults(Cable(drop=0.1, seed=n), TO_TAG)
    data = bytes(i & 0xFF for i in range(n))
    pieces, length = faults.meet(data)
    assert length == n, "a byte that is lost has been on the line"
    assert sum(len(part) for _, part in pieces) == n - faults.drops
    assert all(data[place : place + len(part)] == part for place, part in pieces)


def test_strangers_come_before_a_byte_and_behind_frames_and_take_their_time() -> None:
    faults = Faults(Cable(inserts=(Insert(b"banner", at=0), Insert(b"junk", at=4), Insert(b"?", frames=2))), TO_HOST)
    pieces, length = faults.meet(b"ab\0cd\0ef\0gh\0")
    assert b"".join(part for _, part in pieces) == b"bannerab\0cjunkd\0?ef\0gh\0?"
    assert length == 24 == sum(len(part) for _, part in pieces)
    assert faults.inserted == 12
    other = Faults(Cable(inserts=(Insert(b"banner", at=0),)), TO_TAG)
    assert other.meet(b"ab") == ([(0, b"ab")], 2)


@given(st.integers(0, 900), st.integers(1, 900))
def test_a_cut_takes_what_is_on_the_line_and_nothing_else(start_ms: int, length_ms: int) -> None:
    cable = Cable(baud=10_000, cuts=((start_ms / 1000, (start_ms + length_ms) / 1000),))
    line = way(cable)
    data = bytes(i & 0xFF for i in range(1500))
    came = b"".join(part for _, part in carry(line, data))
    # 1,000 bytes a second: a byte each ms, the first one whole after one ms.
    first, last = start_ms, min(start_ms + length_ms, 1500)
    assert len(came) == 1500 - (last - first)
    assert came == data[:first] + data[last:]
    assert line.counts.cut == last - first


@pytest.mark.parametrize(
    "fault",
    [{"baud": -1}, {"ber": 1.5}, {"drop": -0.1}, {"latency_ms": -1}, {"cuts": ((5, 3),)},
     {"inserts": (Insert(b"", way="up"),)}],
)  # fmt: skip
def test_a_cable_that_cannot_be_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(CableError):
        Cable(**fault)  # type: ignore[arg-type]


def test_a_cable_is_written_down_and_read_again() -> None:
    cable = Cable(baud=0, latency_ms=4.5, ber=1e-5, drop=1e-4, cuts=((1.0, 2.5),), single=True,
                  inserts=(Insert(b"\x00>>> ", at=3, way=TO_TAG),), seed=9)  # fmt: skip
    assert Cable.from_json(cable.to_json()) == cable
