"""`ankletag sync` for several tags at once: a line of progress and a report for each."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from ..errors import AnkletagError, Exit, Stopped, UsageError
from ..many import Ended, run_all
from ..stationclock import late_clock
from ..sync import Synced
from ..sync import sync as run
from ..transport import StoppableTransport, Transport
from ..trust.identity import load_identity
from .choosing import ask_all, tag_words
from .link import connect, open_store
from .output import JsonValue, emit, note, progress_lines, say
from .synced import code_of, say_synced, synced_document, verified_again


@dataclass(frozen=True, slots=True)
class Place:
    """A port, the clock file of the tag on it, and what to call it. index: among those of the command."""

    index: int
    port: str
    clock: Path | None
    name: str


def places_of(ports: Sequence[str], tag: str | None, every: bool, clocks: Sequence[Path]) -> list[Place]:
    """The ports that were named, or those of all tags that are found. Raises UsageError or PortAbsent."""
    if every and (tag is not None or ports):
        raise UsageError("--all means every tag that is found.", "Leave --port and --tag out, or leave --all out.")
    if tag is not None:
        raise UsageError(f"One --tag for {len(ports)} ports.", "Name one --port with it, or leave --tag out.")
    _check_different(ports)
    named = [(port, port) for port in ports]
    if every:
        tags = ask_all().matching(None)
        for found in tags:
            note(f"found {tag_words(found)}")
        named = [(found.port.name, found.tag_id.hex()) for found in tags]
    if len(clocks) > 1 and (every or len(clocks) != len(ports)):
        raise UsageError(
            f"{len(clocks)} clock files do not fit {'--all' if every else f'{len(ports)} ports'}.",
            "Name one for all, or one for each --port in the same order.",
        )
    chosen: list[Path | None] = list(clocks) if len(clocks) > 1 else [*clocks, None][:1] * len(named)
    return [Place(at, port, chosen[at], name) for at, (port, name) in enumerate(named)]


def _check_different(ports: Sequence[str]) -> None:
    """Raises UsageError where a port was named twice, by whatever names."""
    seen: dict[str, str] = {}
    for port in ports:
        # A link such as those in /dev/serial/by-id names the port that it leads to; a URL stays what it is.
        real = os.path.realpath(port)
        if real in seen:
            also = f", also as {seen[real]}" if seen[real] != port else ""
            raise UsageError(f"The port {port} was named twice{also}.", "Name each port once.")
        seen[real] = port


def sync_many(places: Sequence[Place], store: Path | None, station: Path | None, damaged: bool, as_json: bool) -> None:
    """Read all of them out at once. The exit code is the highest of theirs."""
    signer = load_identity(station)
    # Made once, so that the threads find a store of this version.
    open_store(store, create=True).close()
    with progress_lines([place.name for place in places]) as lines:

        def job(place: Place, stop: threading.Event) -> Synced:
            bar = lines.bar(place.index)

            def stoppable(line: Transport) -> Transport:
                return StoppableTransport(line, stop)

            with open_store(store) as opened, connect(place.port, signer, stoppable) as client:
                return run(client, opened, late_clock(place.clock, client.transport.utc_ms), bar, damaged)

        def on_end(place: Place, ended: Ended[Synced]) -> None:
            failed = "stopped" if isinstance(ended.error, Stopped) else "failed"
            lines.end(place.index, failed if ended.error is not None else "stored")

        ends, stopped = run_all(places, job, on_end)
    codes, documents = [Exit.STOPPED if stopped else Exit.OK], []
    for place, ended in zip(places, ends, strict=True):
        if not as_json:
            _head(place, ended)
        code, document = _told(ended, store, signer.root_point, as_json)
        codes.append(code)
        documents.append({"port": place.port, "exit_code": code, **document})
    if as_json:
        emit(documents)
    for ended in ends:
        if ended.error is not None and not isinstance(ended.error, AnkletagError):
            # A fault of this program: told, with a file, when all else has been.
            raise ended.error
    if worst := max(codes):
        raise typer.Exit(worst)


def _head(place: Place, ended: Ended[Synced]) -> None:
    """Whose report follows, on the stream of that report; what failed has no other line that says which tag it was."""
    if ended.result is not None:
        say(f"\n{place.port}")
    else:
        note(f"\n{place.port}" if place.name == place.port else f"\n{place.port}, tag {place.name}")


def _told(ended: Ended[Synced], store: Path | None, root: bytes, as_json: bool) -> tuple[Exit, dict[str, JsonValue]]:
    if ended.result is not None:
        evidence = verified_again(ended.result, store, root)
        if not as_json:
            say_synced(ended.result, evidence)
        return code_of(ended.result, evidence), synced_document(ended.result, evidence)
    if isinstance(ended.error, AnkletagError):
        cause, action, code = ended.error.cause, ended.error.action, ended.error.exit_code
    else:
        cause, action, code = "A fault of this program.", "Run it again for this tag alone.", Exit.INTERNAL
    if not as_json and code == Exit.STOPPED:
        note(f"{cause} {action}")
    elif not as_json:
        note(f"error: {cause}")
        note(f"  next: {action}")
    return code, {"error": cause, "next": action}
