"""What people and programs see: sentences on stderr and stdout, one JSON document, a progress bar on a terminal."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone

from ..models import AGAINST, Finding, UtcSpan
from ..pull import Progress

JsonValue = object


def say(text: str = "") -> None:
    """A line on stdout."""
    print(text)


def note(text: str) -> None:
    """A line on stderr, for what is beside the result."""
    print(text, file=sys.stderr)


def count(number: int, noun: str) -> str:
    """So many of a thing whose plural ends in s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def emit(document: JsonValue) -> None:
    """The one JSON document of a command."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


@contextlib.contextmanager
def progress(words: str) -> Iterator[Progress]:
    """A bar on stderr when that is a terminal; silent otherwise. It shows pages that the store has confirmed."""
    if not sys.stderr.isatty():
        yield lambda confirmed, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(words, total=None)
        yield lambda confirmed, total: bar.update(task, completed=confirmed, total=total)


class Lines:
    """Progress of several tags, a line each; nothing where there is no terminal."""

    def bar(self, index: int) -> Progress:
        """For the tag of this index, from any thread: pages that the store has confirmed."""
        return lambda confirmed, total: None

    def end(self, index: int, words: str) -> None:
        """The tag of this index came to its end."""


@contextlib.contextmanager
def progress_lines(names: Sequence[str]) -> Iterator[Lines]:
    """A line for each name on stderr when that is a terminal."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # A port's name may be anything: no markup.
    words = (TextColumn("{task.description}", markup=False), TextColumn("{task.fields[words]:8}", markup=False))
    with Progress(
        *words, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    ) as bars:
        tasks = [bars.add_task(name, total=None, words="asking") for name in names]

        class Shown(Lines):
            def bar(self, index: int) -> "Callable[[int, int], None]":
                return lambda done, total: bars.update(tasks[index], completed=done, total=total, words="reading")

            def end(self, index: int, words: str) -> None:
                bars.update(tasks[index], words=words)
                bars.stop_task(tasks[index])

        yield Shown()


@contextlib.contextmanager
def working(words: str) -> Iterator[None]:
    """A spinner on stderr while something takes its time without a count."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(words):
        yield


def iso(utc_ms: int | None) -> str | None:
    """2026-01-31T12:00:00.000Z, or None."""
    moment = _moment(utc_ms)
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock_time(utc_ms: int | None) -> str:
    """2026-01-31 12:00:00 UTC, to the second; 'time unknown' for None."""
    moment = _moment(utc_ms)
    return "time unknown" if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _moment(utc_ms: int | None) -> datetime | None:
    if utc_ms is None:
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=utc_ms)
    except OverflowError:
        # A station may attest any 64-bit number; one beyond the calendar is no time.
        return None


def span_document(span: UtcSpan) -> dict[str, JsonValue]:
    """UTC bounds for JSON."""
    return {"earliest": iso(span.earliest_ms), "latest": iso(span.latest_ms), "attested": span.attested}


def span_words(span: UtcSpan) -> str:
    """UTC bounds for people: a time where it is attested, else between what."""
    if span.attested:
        return clock_time(span.middle_ms)
    if span.earliest_ms is None and span.latest_ms is None:
        return "time unknown"
    after = f"after {clock_time(span.earliest_ms)}" if span.earliest_ms is not None else ""
    before = f"before {clock_time(span.latest_ms)}" if span.latest_ms is not None else ""
    return " and ".join(part for part in (after, before) if part)


def finding_document(finding: Finding, times: UtcSpan | None = None) -> dict[str, JsonValue]:
    """A finding for JSON. times: between which its records lie."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "first_record": finding.first_record,
        "last_record": finding.last_record,
        "earliest_utc": iso(times.earliest_ms) if times else None,
        "latest_utc": iso(times.latest_ms) if times else None,
        "sentence": finding.sentence,
    }


def finding_line(finding: Finding, times: UtcSpan | None = None) -> str:
    """A finding for people."""
    mark = "AGAINST" if finding.severity == AGAINST else "note"
    words = span_words(times) if times else ""
    about = [_numbers(finding), "" if words == "time unknown" else words]
    beside = "; ".join(each for each in about if each)
    return f"  {mark:8} {finding.sentence}{f' ({beside})' if beside else ''} [{finding.code}]"


def _numbers(finding: Finding) -> str:
    first, last = finding.first_record, finding.last_record
    if first is None:
        return ""
    if last is None:
        return f"records from {first} on"
    return f"record {first}" if first == last else f"records {first} to {last}"
