"""`ankletag remove`."""

import enum
from typing import Annotated

import typer

from ..fitting import REASONS
from ..fitting import remove as run
from .evidence import load
from .link import talking
from .options import DEFAULT_STATION, ClockOption, JsonOption, PortOption, StationOption, StoreOption
from .output import emit, progress, say
from .synced import leave, say_synced, synced_document


class Reason(str, enum.Enum):
    """Why a fitting ends."""

    ORDER_ENDED = "order-ended"
    EXCHANGE = "exchange"
    OTHER = "other"


def remove(
    port: PortOption = None,
    reason: Annotated[Reason, typer.Option("--reason", help="Why the fitting ends.")] = Reason.ORDER_ENDED,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = DEFAULT_STATION,
    as_json: JsonOption = False,
) -> None:
    """End the fitting: no more readings from here on. Reads the tag out."""
    with talking(port, store, clock) as session, progress("reading pages") as bar:
        result = run(session.client, session.store, session.clock, station, REASONS[reason.value], bar)
    evidence = load(None, store, result.tag_id.hex())
    if as_json:
        emit({**synced_document(result, evidence), "removed": True})
    else:
        say("removed: the tag takes no more readings; the wearer is NOT MONITORED until the next fitting")
        say_synced(result, evidence)
    leave(result, evidence)
