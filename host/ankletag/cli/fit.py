"""`ankletag fit`."""

from typing import Annotated

import typer

from ..client import number
from ..fitting import Order
from ..fitting import fit as run
from ..selftest import names
from .link import talking
from .options import ClockOption, JsonOption, PortOption, StationOption, StoreOption, TagOption
from .output import emit, progress, say
from .pacing import CadenceOption, FixesOption, ProfileOption, SealOption, pace_document, pace_of, pace_words
from .selftest import warn_of
from .synced import leave, say_synced, synced_document, verified_again


def fit(
    order: Annotated[str, typer.Option("--order", metavar="REF", help="The order; its text stays in this store.")],
    port: PortOption = None,
    tag: TagOption = None,
    profile: ProfileOption = None,
    cadence: CadenceOption = None,
    seal: SealOption = None,
    fixes: FixesOption = None,
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
    pace = pace_of(profile, cadence, seal, fixes)
    with talking(port, tag, store, clock, station) as session, progress("reading pages") as bar:
        result = run(session.client, session.store, session.clock, Order(order, pace, subject), bar)
        failed = number(session.client.status(), "test_failed")
        root = session.client.signer.root_point
    evidence = verified_again(result, store, root)
    if as_json:
        emit(
            {
                **synced_document(result, evidence),
                "order": order,
                **pace_document(pace),
                "test_failed": list(names(failed)),
            }
        )
    else:
        say(f"fitted for order {order}: {pace_words(pace)}")
        if failed:
            warn_of(failed)
        say_synced(result, evidence)
    leave(result, evidence)
