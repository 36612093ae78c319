"""Jobs in threads: how each ended is known, and a wait for a tag can be stopped from outside."""

import threading
import time

from ankletag.errors import Stopped, TagSilent
from ankletag.many import run_all
from ankletag.transport import StoppableTransport, Transport

DEADLINE_S = 30


class Endless(Transport):
    """Never gives anything, and says when it was asked."""

    name = "endless"

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.wrote = b""

    def write(self, data: bytes) -> None:
        self.wrote += data

    def read(self, timeout_s: float) -> bytes:
        self.asked.set()
        time.sleep(min(timeout_s, 0.01))
        return b""

    def close(self) -> None:
        return


def test_a_wait_is_stopped_from_another_thread() -> None:
    stop, inner = threading.Event(), Endless()
    line = StoppableTransport(inner, stop)
    ends: list[BaseException] = []

    def wait() -> None:
        try:
            line.read(3600)
        except Stopped as error:
            ends.append(error)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    assert inner.asked.wait(DEADLINE_S)
    stop.set()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    assert len(ends) == 1
    # A tag is still told that nothing more is wanted.
    line.write(b"end")
    assert inner.wrote == b"end"


def test_a_wait_that_is_not_stopped_ends_when_it_should() -> None:
    line = StoppableTransport(Endless(), threading.Event())
    assert line.read(0) == b""
    assert line.read(0.25) == b""


def test_what_ended_how() -> None:
    def job(place: int, stop: threading.Event) -> int:
        if place == 1:
            raise TagSilent("silent", "wake it")
        if place == 2:
            raise ZeroDivisionError
        return place * 10

    seen: list[int] = []
    ends, stopped = run_all([0, 1, 2, 3], job, lambda place, ended: seen.append(place))
    assert not stopped
    assert sorted(seen) == [0, 1, 2, 3]
    assert [ended.result for ended in ends] == [0, None, None, 30]
    assert isinstance(ends[1].error, TagSilent)
    assert isinstance(ends[2].error, ZeroDivisionError)
    assert run_all([], job) == ([], False)
