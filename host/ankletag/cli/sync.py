"""`ankletag sync`."""

from typing import Annotated

import typer

from .link import talking
from .options import ClockOption, JsonOption, PortOption, StationOption, StoreOption
from .output import emit, progress
from .synced import leave, say_synced, synced_document, verified_again


def sync(
    port: PortOption = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = None,
    damaged: Annotated[
        bool,
        typer.Option(
            "--damaged", help="Acknowledge though something is damaged or missing: the tag may then forget it for good."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read the tag out into the store, and verify what is there. May be cut anywhere: the next one goes on."""
    from ..sync import sync as run

    with talking(port, store, clock, station) as session, progress("reading pages") as bar:
        result = run(session.client, session.store, session.clock, bar, damaged)
        root = session.client.signer.root_point
    evidence = verified_again(result, store, root)
    if as_json:
        emit(synced_document(result, evidence))
    else:
        say_synced(result, evidence)
    leave(result, evidence)
