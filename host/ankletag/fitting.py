"""Fit and remove: what a technician does once, safe to do again after a cut."""

from collections.abc import Callable
from dataclasses import dataclass

from tagproto import messages

from .client import Client, Values, number, octets
from .errors import EvidenceRefused, TagRefused, TagSilent, UsageError
from .models import Pace, order_id_of
from .papers import keep_papers, need_certificate
from .pull import Progress, no_progress
from .room import is_full, still_full
from .stationclock import StationClock
from .store import Fitted, Store
from .sync import Synced, sync
from .words import sampling

_TRIES = 4
# Reasons of a REMOVE record.
REASON_ORDER_ENDED = 1
REASON_EXCHANGE = 2
REASON_OTHER = 3
REASONS = {"order-ended": REASON_ORDER_ENDED, "exchange": REASON_EXCHANGE, "other": REASON_OTHER}


DEFAULT_PACE = Pace(60, 21600)


@dataclass(frozen=True, slots=True)
class Order:
    """What a fitting is for. subject: a reference that only this station's store keeps."""

    text: str
    pace: Pace = DEFAULT_PACE
    subject: str | None = None


def fit(client: Client, store: Store, clock: StationClock, order: Order, progress: Progress = no_progress) -> Synced:
    """Attest, pin the key, fit, sync what there is; a tag whose log is full is synced before, too.

    Raises TagRefused for a tag that is not provisioned, EvidenceRefused when its key is another one than was pinned or
    certified, or when its log does not show the fitting; else as `sync.sync`.

    A tag that is fitted for this very order already is taken as fitted: the reply may have been lost in a cut.
    """
    try:
        order_id = order_id_of(order.text)
    except ValueError as error:
        raise UsageError("The order is empty.", "Give the order's reference with --order.") from error
    hello = client.introduce()
    tag_id = octets(hello, "tag_id")
    store.see_tag(tag_id, clock.now_ms())
    if not keep_papers(client, store, hello):
        need_certificate(client, hello)
    # Before the tag is told: a cut behind this line must not leave a fitted tag without a pinned key.
    store.pin_key(tag_id, octets(hello, "public_key"))

    def begin() -> None:
        client.attest(clock.now_ms)
        _tell(
            client,
            lambda: client.fit(order_id, order.pace),
            lambda status: bool(number(status, "fitted")) and octets(status, "order_id") == order_id,
            may_be_done=True,
        )

    _with_room(begin, lambda: sync(client, store, clock, progress))
    last = store.fittings(tag_id)[-1:]
    if not last or last[0].order_id != order_id or last[0].removed_utc_ms is not None:
        store.add_fitting(
            Fitted(
                tag_id,
                order_id,
                order.text,
                order.subject,
                order.pace.cadence_s,
                order.pace.seal_interval_s,
                clock.now_ms(),
                None,
            )
        )
    result = sync(client, store, clock, progress)
    if result.in_force is None or result.in_force.order_id != order_id:
        raise _not_shown("fitting")
    if result.in_force.pace != order.pace:
        raise UsageError(
            "The tag was fitted for this order before, with another pace or profile, and keeps that. In force: "
            f"{sampling(result.in_force.pace)}.",
            "Change it with 'ankletag configure'.",
        )
    return result


def _not_shown(what: str) -> EvidenceRefused:
    # What a tag answers is not signed, its log is.
    return EvidenceRefused(
        f"The tag answered that it did it, but the {what} is not in its sealed log.",
        "Run the command again with another cable; if it stays so, keep the tag as evidence and use another one.",
    )


def _with_room(change: Callable[[], None], read_out: Callable[[], Synced]) -> None:
    """Change the tag; where its log is too full for that, read it out, which makes room, and change it then."""
    try:
        change()
        return
    except TagRefused as error:
        if not is_full(error):
            raise
    read_out()
    try:
        change()
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
    reason: int = REASON_ORDER_ENDED,
    progress: Progress = no_progress,
) -> Synced:
    """End the fitting, then sync; a tag whose log is full is synced before, too.

    A tag that is not fitted any more, though this store's fitting lasts, is taken as removed: the reply may have been
    lost in a cut. Raises EvidenceRefused when the log does not show the removal; else as `sync.sync`.
    """
    tag_id = octets(client.introduce(), "tag_id")
    store.see_tag(tag_id, clock.now_ms())

    def end() -> None:
        client.attest(clock.now_ms)
        end_fitting(client, store, tag_id, reason)

    _with_room(end, lambda: sync(client, store, clock, progress))
    store.end_fitting(tag_id, clock.now_ms())
    result = sync(client, store, clock, progress)
    if result.fitted:
        raise _not_shown("removal")
    return result


def end_fitting(client: Client, store: Store, tag_id: bytes, reason: int) -> None:
    """Tell the tag that the fitting ends; one that is not fitted, though this store's fitting lasts, has done it."""
    lasts = any(fitted.removed_utc_ms is None for fitted in store.fittings(tag_id)[-1:])
    _tell(client, lambda: client.remove(reason), lambda status: not number(status, "fitted"), may_be_done=lasts)


def configure(
    client: Client,
    store: Store,
    clock: StationClock,
    pace: Pace,
    progress: Progress = no_progress,
) -> Synced:
    """Change how the tag samples, seals and takes fixes for the fitting under way, then sync.

    Raises TagRefused where the tag is not fitted, EvidenceRefused when the log does not show it; else as `sync.sync`.
    """
    client.introduce()
    client.configure(pace)
    result = sync(client, store, clock, progress)
    now = result.in_force
    if now is None or now.pace != pace:
        raise _not_shown("new pace")
    return result
