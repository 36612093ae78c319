"""The same job for several tags at once: a thread each, and one that fails or is stopped leaves the others alone."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

# Ctrl-C is noticed in between; on Windows a wait without an end would not notice it at all.
_LOOK_S = 0.2
P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ended(Generic[R]):
    """How a job came to its end: one of the two is there."""

    result: R | None
    error: BaseException | None


def run_all(
    places: Sequence[P],
    job: Callable[[P, threading.Event], R],
    on_end: Callable[[P, Ended[R]], None] = lambda place, ended: None,
) -> tuple[list[Ended[R]], bool]:
    """Do the job in every place, each in a thread; the ends in the order of the places, and whether Ctrl-C was pressed.

    The event is set on Ctrl-C; a job should then end soon, in an error of its own. on_end: called in the caller's
    thread as the jobs end.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=max(1, len(places)), thread_name_prefix="tag") as pool:
        futures = {pool.submit(job, place, stop): place for place in places}
        pending = set(futures)
        while pending:
            try:
                done, pending = wait(pending, _LOOK_S, FIRST_COMPLETED)
                for future in done:
                    on_end(futures[future], _ended(future))
            except KeyboardInterrupt:  # noqa: PERF203 - each turn waits
                stop.set()
    return [_ended(future) for future in futures], stop.is_set()


def _ended(future: Future[R]) -> Ended[R]:
    error = future.exception()
    return Ended(None, error) if error is not None else Ended(future.result(), None)
