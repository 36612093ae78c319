"""From the options of a command to a client, a store and a clock."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..client import Client, Signer
from ..errors import UsageError
from ..stationclock import StationClock, read_clock
from ..store import Store, default_path
from ..transport import choose_port, open_port
from ..trust.identity import load_identity
from .output import note


@dataclass(frozen=True, slots=True)
class Session:
    """What a command that talks to a tag works with."""

    client: Client
    store: Store
    clock: StationClock


def open_client(port: str | None, signer: Signer | None = None) -> Client:
    """A client on the port that was named, or on the only one; which one is said."""
    chosen = choose_port(port)
    if port is None:
        note(f"using port {chosen}")
    return Client(open_port(chosen), signer)


@contextlib.contextmanager
def talking(port: str | None, store: Path | None, clock: Path | None, station: Path | None) -> Iterator[Session]:
    """A station's conversation with a tag. station: the folder of its key."""
    with talking_as(load_identity(station), port, store, clock) as session:
        yield session


@contextlib.contextmanager
def talking_as(signer: Signer, port: str | None, store: Path | None, clock: Path | None) -> Iterator[Session]:
    """Open store and port. A clock file is read behind the tag's first answer: its emulator has written it by then."""
    with open_store(store, create=True) as opened, open_client(port, signer) as client:
        if clock is not None:
            client.hello()
        yield Session(client, opened, read_clock(clock))


def open_store(path: Path | None, create: bool = False) -> Store:
    """The store that was named, or this account's."""
    return Store(path or default_path(), create)


def choose_tag(store: Store, named: str | None) -> bytes:
    """The tag that was named, or the only one that the store knows. Raises UsageError."""
    known = store.tag_ids()
    if named is not None:
        found = [tag_id for tag_id in known if tag_id.hex() == named.strip().lower()]
        if not found:
            raise UsageError(f"The store {store.path} does not know tag {named}.", _known(known))
        return found[0]
    if len(known) != 1:
        raise UsageError(f"The store {store.path} knows {len(known)} tags.", _known(known))
    return known[0]


def _known(known: list[bytes]) -> str:
    if not known:
        return "Fit or sync a tag first."
    return "Name one with --tag: " + ", ".join(tag_id.hex() for tag_id in known) + "."
