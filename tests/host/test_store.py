"""The store: every content once and for ever, versions told apart, failures in a sentence."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st

from ankletag import store as store_package
from ankletag.errors import EvidenceRefused, StoreError
from ankletag.store import Fitted, Store
from ankletag.store.schema import HEAD
from ankletag.store.tables import metadata
from programme import Programme

TAG = b"tag-0001"
received = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=20)


@given(st.lists(received, min_size=1, max_size=3))
@settings(max_examples=20)
def test_pages_against_a_model(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[int, int, bool]]]
) -> None:
    path = tmp_path_factory.mktemp("model") / "store.sqlite"
    contents: list[bytes] = []
    closed: set[int] = set()
    for batch in batches:
        # Opened anew each time: what was stored must be in the file.
        with Store(path) as store:
            store.see_tag(TAG, 0)
            session = store.begin_session(TAG, 0)
            pages = [(seq, bytes((seq, variant)) * 128, is_closed) for seq, variant, is_closed in batch]
            store.add_pages(session, TAG, pages, 0)
            contents += [raw for _, raw, _ in pages if raw not in contents]
            contents = list(dict.fromkeys(contents))
            closed |= {seq for seq, _, is_closed in pages if is_closed}
            assert store.pages(TAG) == contents
            assert store.closed_pages(TAG) == closed


def test_the_tables_are_what_the_steps_make(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        context = MigrationContext.configure(store._connection)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    folder = Path(store_package.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [HEAD]


def test_a_store_of_a_newer_version_is_refused_with_both_named(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.close()
    with pytest.raises(StoreError, match=r"version 0099; this program writes version 0002"):
        Store(path)


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    foreign, garbage = tmp_path / "foreign.sqlite", tmp_path / "garbage.sqlite"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    garbage.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="some other program"):
        Store(foreign)
    with pytest.raises(StoreError, match="does not work"):
        Store(garbage)
    with pytest.raises(StoreError, match="There is no store"):
        Store(tmp_path / "absent.sqlite", create=False)
    with pytest.raises(StoreError, match="cannot be made"):
        Store(garbage / "below" / "store.sqlite")


def test_a_pinned_key_stays(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        store.see_tag(TAG, 5)
        assert store.pinned_key(TAG) is None
        store.pin_key(TAG, b"k" * 64)
        store.pin_key(TAG, b"k" * 64)
        with pytest.raises(EvidenceRefused, match="another key"):
            store.pin_key(TAG, b"x" * 64)
        assert store.pinned_key(TAG) == b"k" * 64


def test_fittings_begin_and_end(tmp_path: Path) -> None:
    first = Fitted(TAG, b"o" * 16, "A-1", None, 60, 21600, 1000, None)
    with Store(tmp_path / "store.sqlite") as store:
        store.see_tag(TAG, 5)
        store.add_fitting(first)
        assert store.fittings(TAG) == [first]
        store.end_fitting(TAG, 2000)
        assert store.fittings(TAG)[0].removed_utc_ms == 2000
        assert store.tag_ids() == [TAG]


def test_pages_need_a_session_of_a_known_tag(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store, pytest.raises(StoreError, match="FOREIGN KEY"):
        store.add_pages(77, TAG, [(0, bytes(256), True)], 0)


def test_pages_survive_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    program = (
        "import os, sys, pathlib; from ankletag.store import Store\n"
        "store = Store(pathlib.Path(sys.argv[1])); store.see_tag(b'tag-0001', 0)\n"
        "store.add_pages(store.begin_session(b'tag-0001', 0), b'tag-0001', [(0, bytes(256), True)], 0)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == -9
    with Store(path) as store:
        assert store.pages(TAG) == [bytes(256)]


def test_what_is_stored_survives_a_power_cut_of_the_station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag may forget what is acknowledged to it, so each commit must reach the disk."""
    asked: list[int] = []
    transaction = Store._transaction

    @contextlib.contextmanager
    def watched(store: Store) -> Iterator[sa.Connection]:
        with transaction(store) as connection:
            asked.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
            yield connection

    monkeypatch.setattr(Store, "_transaction", watched)
    with Store(tmp_path / "store.sqlite") as store:
        store.see_tag(TAG, 0)
    assert asked == [2]  # FULL


def test_documents_are_kept_once_and_only_documents(tmp_path: Path) -> None:
    programme = Programme()
    with Store(tmp_path / "store.sqlite") as store:
        store.add_documents(programme.chain[:2])
        store.add_documents(programme.chain)
        assert store.documents() == sorted(programme.chain)
        with pytest.raises(ValueError, match="not a document"):
            store.add_documents([programme.list_document(1), b"no document"])
        assert store.documents() == sorted(programme.chain)


def test_what_a_tag_had_when_it_was_last_seen_is_never_taken_back(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        store.see_tag(TAG, 0)
        for number, seal_hash in ((7, b"a" * 32), (9, b"b" * 32), (7, b"a" * 32), (7, b"c" * 32)):
            store.add_witness(TAG, number, seal_hash, 0)
        assert store.witnesses(TAG) == [(7, b"a" * 32), (7, b"c" * 32), (9, b"b" * 32)]
        assert store.witnesses(b"tag-0002") == []


def test_a_store_of_the_first_version_is_brought_up_to_date_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        store.see_tag(TAG, 5)
        store.add_pages(store.begin_session(TAG, 0), TAG, [(0, bytes(256), True)], 0)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE documents")
        connection.execute("DROP TABLE witnesses")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    with Store(path) as store:
        assert store.pages(TAG) == [bytes(256)]
        assert store.documents() == []
        store.add_witness(TAG, 1, bytes(32), 0)
        assert compare_metadata(MigrationContext.configure(store._connection), metadata) == []
