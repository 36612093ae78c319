"""The store's version: what this program writes, what a file holds, and the way from one to the other."""

import threading
from pathlib import Path

import sqlalchemy as sa

from ..errors import StoreError

# The newest step in migrations/versions; a test compares the two.
HEAD = "0002"
# Alembic knows one connection a process at a time, also where threads bring up different files.
_ALEMBIC = threading.Lock()


def version_of(connection: sa.Connection) -> str | None:
    """The step that a store is at; None for a new file."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def bring_up_to_date(connection: sa.Connection, path: str) -> None:
    """Run the missing steps. Raises StoreError for a store that a newer program wrote, or that is none."""
    if version_of(connection) == HEAD:
        return
    # Another program may be at the same: who holds the lock looks again, and everybody else waits for it.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    version = version_of(connection)
    if version == HEAD:
        return
    if version is not None and version > HEAD:
        raise StoreError(
            f"The store {path} is of version {version}; this program writes version {HEAD}.",
            "Update these host tools, or name another file with --store.",
        )
    if version is None and sa.inspect(connection).get_table_names():
        raise StoreError(f"{path} is a database of some other program.", "Name another file with --store.")
    # Only here, because Alembic takes longer to import than most commands take to run.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")
