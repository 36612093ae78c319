"""`ankletag sync`."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .link import talking
from .options import ClocksOption, JsonOption, PortsOption, StationOption, StoreOption, TagOption
from .output import emit, progress
from .synced import leave, say_synced, synced_document, verified_again
from .syncmany import places_of, sync_many


def sync(
    port: PortsOption = None,
    tag: TagOption = None,
    every: Annotated[bool, typer.Option("--all", help="Every tag that is found, all at once.")] = False,
    store: StoreOption = None,
    clock: ClocksOption = None,
    station: StationOption = None,
    damaged: Annotated[
        bool,
        typer.Option(
            "--damaged", help="Acknowledge though something is damaged or missing: the tag may then forget it for good."
        ),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Keep the session, for --port replay:FILE. Holds what was read."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read the tag out into the store, and verify what is there. May be cut anywhere: the next one goes on."""
    from ..sync import sync as run

    ports, clocks = port or [], clock or []
    if every or len(ports) > 1:
        if record is not None:
            raise UsageError("A recording holds the session of one tag.", "Name one tag, or leave --record out.")
        sync_many(places_of(ports, tag, every, clocks), store, station, damaged, as_json)
        return
    if len(clocks) > 1:
        raise UsageError(f"{len(clocks)} clock files for one tag.", "Name one with --clock.")
    named, clock_file = (ports[0] if ports else None), (clocks[0] if clocks else None)
    with talking(named, tag, store, clock_file, station, record) as session, progress("reading pages") as bar:
        result = run(session.client, session.store, session.clock, bar, damaged)
        root = session.client.signer.root_point
    evidence = verified_again(result, store, root)
    if as_json:
        emit(synced_document(result, evidence))
    else:
        say_synced(result, evidence)
    leave(result, evidence)
