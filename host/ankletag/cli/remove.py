"""`ankletag remove`."""

import enum
from typing import Annotated

import typer

from ..fitting import REASONS
from ..fitting import remove as run
from .link import talking
from .options import ClockOption, JsonOption, PortOption, StationOption, StoreOption, TagOption
from .output import emit, progress, say
from .synced import leave, say_synced, synced_document, verified_again


class Reason(str, enum.Enum):
    """Why a fitting ends."""

    ORDER_ENDED = "order-ended"
    EXCHANGE = "exchange"
    OTHER = "other"


def remove(
    port: PortOption = None,
    tag: TagOption = None,
    reason: Annotated[Reason, typer.Option("--reason", help="Why the fitting ends.")] = Reason.ORDER_ENDED,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """End the fitting: no more readings from here on. Reads the tag out."""
    with talking(port, tag, store, clock, station) as session, progress("reading pages") as bar:
        result = run(session.client, session.store, session.clock, REASONS[reason.value], bar)
        root = session.client.signer.root_point
    evidence = verified_again(result, store, root)
    if as_json:
        emit({**synced_document(result, evidence), "removed": True})
    else:
        say("removed: the tag takes no more readings; the wearer is NOT MONITORED until the next fitting")
        say_synced(result, evidence)
    leave(result, evidence)
