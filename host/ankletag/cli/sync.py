"""`ankletag sync`."""

from .evidence import load
from .link import talking
from .options import DEFAULT_STATION, ClockOption, JsonOption, PortOption, StationOption, StoreOption
from .output import emit, progress
from .synced import leave, say_synced, synced_document


def sync(
    port: PortOption = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = DEFAULT_STATION,
    as_json: JsonOption = False,
) -> None:
    """Read the tag out into the store, and verify what is there. May be cut anywhere: the next one goes on."""
    from ..sync import sync as run

    with talking(port, store, clock) as session, progress("reading pages") as bar:
        result = run(session.client, session.store, session.clock, station, bar)
    evidence = load(None, store, result.tag_id.hex())
    if as_json:
        emit(synced_document(result, evidence))
    else:
        say_synced(result, evidence)
    leave(result, evidence)
