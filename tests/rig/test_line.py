"""The cable as a process between two terminals: what passes, and what it does when an end goes away."""

import os
import select
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import read_exactly, wait_until
from taghil.line import Cable, Insert, Line, LineError
from taghil.terminal import Terminal, set_baud

DEADLINE_S = 20.0


@pytest.fixture
def tag() -> Iterator[Terminal]:
    """The port of a tag: the test has the tag's side of it."""
    terminal = Terminal()
    yield terminal
    terminal.close()


@contextmanager
def host(port: str, baud: int = 115_200) -> Iterator[int]:
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(fd, termios.TCSANOW)
        set_baud(fd, baud)
        yield fd
    finally:
        os.close(fd)


def at_tag(tag: Terminal, n: int) -> bytes:
    data = b""

    def enough() -> bool:
        nonlocal data
        data += tag.read(n - len(data))
        return len(data) >= n

    wait_until(enough, DEADLINE_S, f"{n} bytes had reached the tag")
    return data


def opened(tag: Terminal) -> None:
    wait_until(tag.sees_open, DEADLINE_S, "the tag's port was open")


def test_bytes_pass_both_ways_and_are_counted(tag: Terminal) -> None:
    data = bytes(range(256)) * 8
    with Line(tag.slave_name, Cable(baud=921_600)) as line:
        assert not tag.sees_open()
        with host(line.port) as fd:
            opened(tag)
            tag.write(data)
            assert read_exactly(fd, len(data)) == data
            os.write(fd, data[:1000])
            assert at_tag(tag, 1000) == data[:1000]
            counts = line.counts()
    assert (counts["to_host"].bytes, counts["to_tag"].bytes) == (2048, 1000)
    assert counts["to_host"].flips == counts["to_host"].drops == 0


def test_faults_and_strangers_arrive(tag: Terminal) -> None:
    cable = Cable(baud=921_600, ber=1e-3, drop=1e-2, inserts=(Insert(b">>> ", at=0),))
    with Line(tag.slave_name, cable) as line, host(line.port) as fd:
        opened(tag)
        tag.write(bytes(3000))
        wait_until(lambda: line.counts()["to_host"].bytes == 3000, DEADLINE_S, "all had passed")
        counts = line.counts()["to_host"]
        came = read_exactly(fd, 3004 - counts.drops)
    assert came.startswith(b">>> ")
    assert 0 < counts.drops < 100
    assert 0 < counts.flips <= 100
    ones = sum(byte.bit_count() for byte in came[4:])
    # A flip in a byte that was dropped is seen by nobody.
    assert counts.flips - counts.drops <= ones <= counts.flips


def test_the_tag_s_port_is_open_while_the_host_s_is(tag: Terminal) -> None:
    with Line(tag.slave_name) as line:
        for n in range(3):
            with host(line.port) as fd:
                opened(tag)
                os.write(fd, b"asked%d" % n)
            # What was sent just before the host closed still arrives.
            assert at_tag(tag, 6) == b"asked%d" % n
            wait_until(lambda: not tag.sees_open(), DEADLINE_S, "the tag's port was closed again")


def test_a_tag_that_goes_away_is_opened_again(kept: Path) -> None:
    port = kept / "port"
    first = Terminal()
    port.symlink_to(first.slave_name)
    with Line(port) as line, host(line.port) as fd:
        opened(first)
        second = Terminal()
        first.write(b"first")
        assert read_exactly(fd, 5) == b"first"
        port.unlink()
        port.symlink_to(second.slave_name)
        first.close()
        opened(second)
        os.write(fd, b"again")
        assert at_tag(second, 5) == b"again"
        second.write(b"second")
        assert read_exactly(fd, 6) == b"second"
    second.close()


def test_the_host_s_rate_is_the_tag_s_port_s_and_the_cable_s_if_it_has_none(tag: Terminal) -> None:
    with Line(tag.slave_name, Cable(baud=0)) as line, host(line.port) as fd:
        opened(tag)
        assert tag.baud() == 115_200
        set_baud(fd, 9600)
        os.write(fd, b"slower")
        assert at_tag(tag, 6) == b"slower"
        assert tag.baud() == 9600
        began = time.monotonic()
        tag.write(bytes(300))
        assert read_exactly(fd, 300) == bytes(300)
        # The rate that it began with would take 0.03 s.
        assert time.monotonic() - began >= (300 - 64) * 10 / 9600


def test_a_host_that_does_not_read_loses_nothing(tag: Terminal) -> None:
    size = 60_000
    data = os.urandom(size)
    with Line(tag.slave_name, Cable(baud=2_000_000)) as line, host(line.port) as fd:
        opened(tag)
        sent = 0
        last = (0, 0)

        def full() -> bool:
            nonlocal sent, last
            sent += max(0, tag.write(data[sent:]))
            before, last = last, (sent, line.counts()["to_host"].bytes)
            return before == last and sent > 0

        wait_until(full, DEADLINE_S, "the cable took no more")
        assert last[1] < size
        came = b""
        deadline = time.monotonic() + DEADLINE_S
        while len(came) < size:
            assert time.monotonic() < deadline
            sent += max(0, tag.write(data[sent:]))
            if select.select([fd], [], [], 0.01)[0]:
                came += os.read(fd, 4096)
    assert came == data


def test_a_link_names_the_port_and_goes_with_it(tag: Terminal, kept: Path) -> None:
    link = kept / "cable"
    line = Line(tag.slave_name, link=link).start()
    assert line.port == str(link)
    with host(line.port):
        opened(tag)
    line.stop()
    assert not os.path.lexists(link)
    with pytest.raises(LineError, match="has not been laid"):
        line.counts()


def test_a_rate_above_what_the_cable_carries_is_garbled(tag: Terminal) -> None:
    with Line(tag.slave_name, Cable(baud=0, carries=115_200)) as line, host(line.port) as fd:
        opened(tag)
        os.write(fd, b"slow")
        assert at_tag(tag, 4) == b"slow"
        set_baud(fd, 460_800)
        os.write(fd, b"fast")
        heard = at_tag(tag, 4)
        assert all(one != other for one, other in zip(heard, b"fast", strict=True))
        tag.write(b"fast")
        assert read_exactly(fd, 4) == heard
