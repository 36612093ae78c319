"""`ankletag fit`."""

from typing import Annotated

import typer

from ..fitting import Order
from ..fitting import fit as run
from .link import talking
from .options import ClockOption, JsonOption, PortOption, StationOption, StoreOption, TagOption
from .output import emit, progress, say
from .synced import leave, say_synced, synced_document, verified_again


def fit(
    order: Annotated[str, typer.Option("--order", metavar="REF", help="The order; its text stays in this store.")],
    port: PortOption = None,
    tag: TagOption = None,
    cadence: Annotated[int, typer.Option("--cadence", min=1, max=86400, help="Seconds between readings.")] = 60,
    seal: Annotated[int, typer.Option("--seal", min=60, max=345600, help="Seconds between seals.")] = 21600,
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="REF", help="The wearer's reference; it stays in this store."),
    ] = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit the tag for an order: check its certificate, attest the time, start sampling, read it out."""
    with talking(port, tag, store, clock, station) as session, progress("reading pages") as bar:
        result = run(session.client, session.store, session.clock, Order(order, cadence, seal, subject), bar)
        root = session.client.signer.root_point
    evidence = verified_again(result, store, root)
    if as_json:
        document = synced_document(result, evidence)
        emit({**document, "order": order, "cadence_s": cadence, "seal_interval_s": seal})
    else:
        say(f"fitted for order {order}: one reading in {cadence} s, a seal at least every {seal} s")
        say_synced(result, evidence)
    leave(result, evidence)
