"""The store as a file: opened, brought up to date, asked in transactions, its failures told in a sentence."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import sqlalchemy as sa

from ..errors import StoreError
from .schema import bring_up_to_date

_BUSY_S = 20
T = TypeVar("T", bound="StoreFile")


class StoreFile:
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

    def __enter__(self: T) -> T:
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


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # What is acknowledged to the tag must survive the station's power cut.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
