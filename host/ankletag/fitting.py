"""Fit and remove: what a technician does once, safe to do again after a cut."""

from collections.abc import Callable
from dataclasses import dataclass

from tagproto import messages

from .client import Client, Values, number, octets
from .errors import TagRefused, TagSilent, UsageError
from .models import order_id_of
from .pull import Progress
from .room import is_full, still_full
from .stationclock import StationClock
from .store import Fitted, Store
from .sync import Synced, attest, sync

_TRIES = 4
# Reasons of a REMOVE record.
REASON_ORDER_ENDED = 1
REASON_EXCHANGE = 2
REASON_OTHER = 3
REASONS = {"order-ended": REASON_ORDER_ENDED, "exchange": REASON_EXCHANGE, "other": REASON_OTHER}


@dataclass(frozen=True, slots=True)
class Order:
    """What a fitting is for. subject: a reference that only this station's store keeps."""

    text: str
    cadence_s: int = 60
    seal_interval_s: int = 21600
    subject: str | None = None


def fit(
    client: Client,
    store: Store,
    clock: StationClock,
    station: str,
    order: Order,
    progress: Progress = lambda confirmed, total: None,
) -> Synced:
    """Attest, pin the key, fit, sync what there is; a tag whose log is full is synced before, too.

    Raises EvidenceRefused when another key is pinned for this tag.

    A tag that is fitted for this very order already is taken as fitted: the reply may have been lost in a cut.
    """
    try:
        order_id = order_id_of(order.text)
    except ValueError as error:
        raise UsageError("The order is empty.", "Give the order's reference with --order.") from error
    hello = client.hello()
    tag_id = octets(hello, "tag_id")
    store.see_tag(tag_id, clock.now_ms())
    # Before the tag is told: a cut behind this line must not leave a fitted tag without a pinned key.
    store.pin_key(tag_id, octets(hello, "public_key"))

    def begin(hello: Values) -> None:
        attest(client, hello, clock, station)
        _tell(
            client,
            lambda: client.fit(order_id, order.cadence_s, order.seal_interval_s),
            lambda status: bool(number(status, "fitted")) and octets(status, "order_id") == order_id,
            may_be_done=True,
        )

    _with_room(client, hello, begin, lambda: sync(client, store, clock, station, progress))
    last = store.fittings(tag_id)[-1:]
    if not last or last[0].order_id != order_id or last[0].removed_utc_ms is not None:
        store.add_fitting(
            Fitted(
                tag_id,
                order_id,
                order.text,
                order.subject,
                order.cadence_s,
                order.seal_interval_s,
                clock.now_ms(),
                None,
            )
        )
    return sync(client, store, clock, station, progress)


def _with_room(client: Client, hello: Values, change: Callable[[Values], None], read_out: Callable[[], Synced]) -> None:
    """Change the tag; where its log is too full for that, read it out, which makes room, and change it then."""
    try:
        change(hello)
        return
    except TagRefused as error:
        if not is_full(error):
            raise
    read_out()
    try:
        change(client.hello())
    except TagRefused as error:
        if not is_full(error):
            raise
        raise still_full() from error


def _tell(client: Client, ask: Callable[[], Values], done: Callable[[Values], bool], may_be_done: bool) -> None:
    """Not repeated blindly: after a lost reply the tag's status says whether it was the request or the reply.

    may_be_done: a refusal for the tag's state can mean that an earlier try, whose reply was lost, had done it.
    """
    for left in reversed(range(_TRIES)):
        try:
            ask()
            return
        except (TagSilent, TagRefused) as error:  # noqa: PERF203 - each try waits for seconds
            if isinstance(error, TagRefused) and not (may_be_done and error.code == messages.ERROR_STATE):
                raise
            if done(client.status()):
                return
            if isinstance(error, TagRefused) or not left:
                raise


def remove(
    client: Client,
    store: Store,
    clock: StationClock,
    station: str,
    reason: int = REASON_ORDER_ENDED,
    progress: Progress = lambda confirmed, total: None,
) -> Synced:
    """End the fitting, then sync; a tag whose log is full is synced before, too.

    A tag that is not fitted any more, though this store's fitting lasts, is taken as removed: the reply may have been
    lost in a cut.
    """
    hello = client.hello()
    tag_id = octets(hello, "tag_id")
    store.see_tag(tag_id, clock.now_ms())
    lasts = any(fitted.removed_utc_ms is None for fitted in store.fittings(tag_id)[-1:])

    def end(hello: Values) -> None:
        attest(client, hello, clock, station)
        _tell(client, lambda: client.remove(reason), lambda status: not number(status, "fitted"), may_be_done=lasts)

    _with_room(client, hello, end, lambda: sync(client, store, clock, station, progress))
    store.end_fitting(tag_id, clock.now_ms())
    return sync(client, store, clock, station, progress)
