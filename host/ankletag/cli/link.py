"""From the options of a command to a client, a store and a clock."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..client import Client, Signer
from ..errors import AnkletagError, UsageError
from ..find import id_beginning
from ..stationclock import StationClock, late_clock
from ..store import Store, default_path
from ..transport import Recording, RecordingTransport, Transport, open_port
from ..trust.identity import load_identity
from .choosing import choose_port


@dataclass(frozen=True, slots=True)
class Session:
    """What a command that talks to a tag works with."""

    client: Client
    store: Store
    clock: StationClock


def open_client(port: str | None, tag: str | None, signer: Signer | None = None, record: Path | None = None) -> Client:
    """A client on the port that was named, or on that of the tag that was found. record: keeps the session there."""
    if record is None:
        return connect(choose_port(port, tag), signer)
    # Made before anything is asked: where it cannot be, nothing has happened yet.
    recording = Recording(record)
    try:
        return connect(choose_port(port, tag), signer, lambda line: RecordingTransport(line, recording))
    except BaseException:
        recording.close()
        raise


def connect(
    port: str, signer: Signer | None = None, through: Callable[[Transport], Transport] = lambda line: line
) -> Client:
    """A client on a port. through: puts something in front of the line."""
    line = open_port(port)
    try:
        return Client(through(line), signer)
    except AnkletagError:
        # A client draws a number before anything else, which a recorded session may not have.
        line.close()
        raise


@contextlib.contextmanager
def talking(
    port: str | None,
    tag: str | None,
    store: Path | None,
    clock: Path | None,
    station: Path | None,
    record: Path | None = None,
) -> Iterator[Session]:
    """A station's conversation with a tag. station: the folder of its key."""
    with talking_as(load_identity(station), port, tag, store, clock, record) as session:
        yield session


@contextlib.contextmanager
def talking_as(
    signer: Signer,
    port: str | None,
    tag: str | None,
    store: Path | None,
    clock: Path | None,
    record: Path | None = None,
) -> Iterator[Session]:
    """Open store and port."""
    with open_store(store, create=True) as opened, open_client(port, tag, signer, record) as client:
        yield Session(client, opened, late_clock(clock, client.transport.utc_ms))


def open_store(path: Path | None, create: bool = False) -> Store:
    """The store that was named, or this account's."""
    return Store(path or default_path(), create)


def choose_tag(store: Store, named: str | None) -> bytes:
    """The tag that was named, or the only one that the store knows. Raises UsageError."""
    known = store.tag_ids()
    beginning = id_beginning(named) if named is not None else ""
    found = [tag_id for tag_id in known if tag_id.hex().startswith(beginning)]
    if len(found) == 1:
        return found[0]
    if named is not None and not found:
        raise UsageError(f"The store {store.path} does not know tag {named}.", _known(known))
    raise UsageError(f"The store {store.path} knows {len(found)} {'such ' if named else ''}tags.", _known(found))


def _known(known: list[bytes]) -> str:
    if not known:
        return "Fit or sync a tag first."
    return "Name one with --tag: " + ", ".join(tag_id.hex() for tag_id in known) + "."
