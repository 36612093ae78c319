"""`ankletag configure`."""

from typing import Annotated

import typer

from ..client import number
from ..fitting import configure as run
from .link import talking
from .options import ClockOption, JsonOption, PortOption, StationOption, StoreOption, TagOption
from .output import emit, progress, say
from .synced import leave, say_synced, synced_document, verified_again


def configure(
    cadence: Annotated[int, typer.Option("--cadence", min=1, max=86400, help="Seconds between readings, from now on.")],
    seal: Annotated[int, typer.Option("--seal", min=60, max=345600, help="Seconds between seals, from now on.")],
    port: PortOption = None,
    tag: TagOption = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change how often a fitted tag samples and seals. Reads the tag out."""
    with talking(port, tag, store, clock, station) as session, progress("reading pages") as bar:
        before = session.client.status()
        result = run(session.client, session.store, session.clock, cadence, seal, bar)
        root = session.client.signer.root_point
    was_cadence_s, was_seal_s = number(before, "cadence_s"), number(before, "seal_interval_s")
    evidence = verified_again(result, store, root)
    if as_json:
        document = {**synced_document(result, evidence), "cadence_s": cadence, "seal_interval_s": seal}
        emit({**document, "cadence_before_s": was_cadence_s, "seal_interval_before_s": was_seal_s})
    else:
        say(f"before: one reading in {was_cadence_s} s, a seal at least every {was_seal_s} s")
        say(f"now:    one reading in {cadence} s, a seal at least every {seal} s")
        say_synced(result, evidence)
    leave(result, evidence)
