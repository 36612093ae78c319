"""Tags, fittings, sessions and raw pages in one SQLite file."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import platformdirs
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from ..errors import EvidenceRefused, StoreError
from .schema import bring_up_to_date
from .tables import fittings, pages, sessions, tags

_BUSY_S = 20


def default_path() -> Path:
    """Where the store lies unless --store says otherwise."""
    return Path(platformdirs.user_data_dir("ankletag", appauthor=False)) / "store.sqlite"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitting as the station knows it. Times in ms since 1970-01-01 UTC; removed_utc_ms None while it lasts."""

    tag_id: bytes
    order_id: bytes
    order_text: str
    subject: str | None
    cadence_s: int
    seal_interval_s: int
    fitted_utc_ms: int
    removed_utc_ms: int | None


class Store:
    """Opens, or makes, the file and brings it up to date. Every method raises StoreError when the file fails."""

    def __init__(self, path: Path, create: bool = True) -> None:
        self.path = path
        if not create and not path.is_file():
            raise StoreError(f"There is no store {path}.", "Fit or sync a tag first, or name its store with --store.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder {path.parent} cannot be made: {error.strerror}.", "Name another --store."
            ) from error
        self._engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_S}, poolclass=sa.NullPool
        )
        sa.event.listen(self._engine, "connect", _configure)
        with self._working(), self._engine.begin() as connection:
            bring_up_to_date(connection, str(path))
        with self._working():
            self._connection = self._engine.connect()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
        self._engine.dispose()

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            raise StoreError(
                f"The store {self.path} does not work: {cause}.",
                "Check the disk and the file's permissions, or name another file with --store.",
            ) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self._working(), self._connection.begin():
            yield self._connection

    # Tags

    def see_tag(self, tag_id: bytes, utc_ms: int) -> None:
        """Remember a tag from its first hello on."""
        with self._transaction() as connection:
            statement = insert(tags).values(tag_id=tag_id, epoch=0, first_seen_utc_ms=utc_ms)
            connection.execute(statement.on_conflict_do_nothing())

    def pin_key(self, tag_id: bytes, public_key: bytes) -> None:
        """Pin a tag's key of epoch 0. Raises EvidenceRefused when another one is pinned."""
        pinned = self.pinned_key(tag_id)
        if pinned is not None and pinned != public_key:
            raise EvidenceRefused(
                f"Tag {tag_id.hex()} shows another key than the one that was pinned when it was first fitted.",
                "Do not use this tag: keep it as evidence and fit another one.",
            )
        with self._transaction() as connection:
            connection.execute(tags.update().where(tags.c.tag_id == tag_id).values(pinned_key=public_key))

    def pinned_key(self, tag_id: bytes) -> bytes | None:
        """The pinned key, 64 bytes, or None."""
        with self._transaction() as connection:
            found = connection.execute(sa.select(tags.c.pinned_key).where(tags.c.tag_id == tag_id)).scalar()
        return bytes(found) if found is not None else None

    def tag_ids(self) -> list[bytes]:
        """Every tag that the store knows, in the order in which they were first seen."""
        with self._transaction() as connection:
            found = connection.execute(sa.select(tags.c.tag_id).order_by(tags.c.first_seen_utc_ms, tags.c.tag_id))
            return [bytes(row.tag_id) for row in found]

    # Fittings

    def add_fitting(self, fitted: Fitted) -> None:
        """Remember a fitting."""
        values = {name: getattr(fitted, name) for name in Fitted.__slots__}
        with self._transaction() as connection:
            connection.execute(fittings.insert().values(**values))

    def end_fitting(self, tag_id: bytes, utc_ms: int) -> None:
        """The tag was removed: its open fitting ends."""
        open_one = (fittings.c.tag_id == tag_id) & fittings.c.removed_utc_ms.is_(None)
        with self._transaction() as connection:
            connection.execute(fittings.update().where(open_one).values(removed_utc_ms=utc_ms))

    def fittings(self, tag_id: bytes) -> list[Fitted]:
        """The tag's fittings, oldest first."""
        columns = [fittings.c[name] for name in Fitted.__slots__]
        statement = sa.select(*columns).where(fittings.c.tag_id == tag_id).order_by(fittings.c.id)
        with self._transaction() as connection:
            return [Fitted(**row._mapping) for row in connection.execute(statement)]

    # Sessions and pages

    def begin_session(self, tag_id: bytes, utc_ms: int, nonce: bytes | None = None) -> int:
        """A new session's number."""
        with self._transaction() as connection:
            result = connection.execute(sessions.insert().values(tag_id=tag_id, started_utc_ms=utc_ms, nonce=nonce))
            key = result.inserted_primary_key
        assert key is not None
        return int(key[0])

    def end_session(self, session_id: int, utc_ms: int, outcome: str) -> None:
        """How it ended: 'done', or the sentence of what cut it."""
        statement = sessions.update().where(sessions.c.id == session_id)
        with self._transaction() as connection:
            connection.execute(statement.values(ended_utc_ms=utc_ms, outcome=outcome))

    def last_nonce(self, tag_id: bytes) -> bytes | None:
        """The nonce of the last session that came to its end, None when there is none."""
        done = (sessions.c.tag_id == tag_id) & (sessions.c.outcome == "done")
        statement = sa.select(sessions.c.nonce).where(done).order_by(sessions.c.id.desc()).limit(1)
        with self._transaction() as connection:
            found = connection.execute(statement).scalar()
        return bytes(found) if found is not None else None

    def add_pages(self, session_id: int, tag_id: bytes, received: list[tuple[int, bytes, bool]], utc_ms: int) -> None:
        """Store pages (seq, raw, closed) durably, all or none; each content of a page once, for ever."""
        if not received:
            return
        rows = [
            {
                "tag_id": tag_id,
                "seq": seq,
                "sha256": hashlib.sha256(raw).digest(),
                "raw": raw,
                "closed": closed,
                "session_id": session_id,
                "received_utc_ms": utc_ms,
            }
            for seq, raw, closed in received
        ]
        statement = insert(pages)
        # The same content again says only, at most, that the page has been closed since.
        closed_now = pages.c.closed | statement.excluded.closed
        again = statement.on_conflict_do_update(index_elements=["tag_id", "seq", "sha256"], set_={"closed": closed_now})
        with self._transaction() as connection:
            connection.execute(again, rows)

    def closed_pages(self, tag_id: bytes) -> set[int]:
        """The pages that need not be fetched again."""
        statement = sa.select(pages.c.seq).where((pages.c.tag_id == tag_id) & pages.c.closed)
        with self._transaction() as connection:
            return {int(row.seq) for row in connection.execute(statement)}

    def pages(self, tag_id: bytes) -> list[bytes]:
        """Every distinct raw page of a tag, in the order of receipt."""
        statement = sa.select(pages.c.raw).where(pages.c.tag_id == tag_id).order_by(pages.c.id)
        with self._transaction() as connection:
            return [bytes(row.raw) for row in connection.execute(statement)]


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # What is acknowledged to the tag must survive the station's power cut.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
