"""Breaking the glass: the authority itself reads all of a tag, or ends a fitting, where no station can."""

from tagproto.commands import SCOPE_ALL

from .client import Client, number
from .fitting import REASON_OTHER, end_fitting
from .pull import Progress, no_progress
from .stationclock import StationClock
from .store import Store
from .sync import Session, Synced, in_session


def read_out(client: Client, store: Store, clock: StationClock, progress: Progress = no_progress) -> Synced:
    """All pages that the tag has, under a new seal, into the store; the client's signer is the authority's root.

    Nothing is acknowledged and no time attested: that is for stations. Raises as `sync.sync`.
    """
    return in_session(client, store, clock, progress, _read)


def break_off(
    client: Client,
    store: Store,
    clock: StationClock,
    reason: int = REASON_OTHER,
    progress: Progress = no_progress,
) -> Synced:
    """End the fitting as the authority, then read out. Raises as `fitting.remove`."""

    def job(session: Session) -> Synced:
        end_fitting(session.client, session.store, session.tag_id, reason)
        session.store.end_fitting(session.tag_id, session.clock.now_ms())
        return _read(session)

    return in_session(client, store, clock, progress, job)


def _read(session: Session) -> Synced:
    session.client.open(SCOPE_ALL)
    sealed = session.client.seal(session.nonce)
    status = session.client.status()
    behind = session.pull_up_to(sealed, number(status, "oldest_page"))
    return session.result(status, sealed, session.judged(), behind, "")
