"""Tags, fittings, documents, witnesses, sessions and raw pages in one SQLite file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from tagproto import documents as papers
from tagproto.bad import Bad

from ..errors import EvidenceRefused
from .file import StoreFile
from .tables import documents, fittings, pages, sessions, tags, witnesses


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


class Store(StoreFile):
    """What the file holds. Every method raises StoreError when the file fails."""

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

    # What others have said

    def add_documents(self, found: list[bytes]) -> None:
        """Keep documents of an authority, each once. Raises ValueError for bytes that are none."""
        rows = []
        for raw in found:
            parsed = papers.parse(raw)
            if isinstance(parsed, Bad):
                raise ValueError(f"not a document: {parsed.detail or parsed.reason}")
            subject = parsed.octets(papers.SUBJECT)
            digest = hashlib.sha256(raw).digest()
            rows.append({"sha256": digest, "type": parsed.type, "subject": subject, "raw": raw})
        if rows:
            with self._transaction() as connection:
                connection.execute(insert(documents).on_conflict_do_nothing(), rows)

    def documents(self) -> list[bytes]:
        """Every document, in the order of their bytes."""
        with self._transaction() as connection:
            return sorted(bytes(row.raw) for row in connection.execute(sa.select(documents.c.raw)))

    def add_witness(self, tag_id: bytes, seal_number: int, seal_hash: bytes, utc_ms: int) -> None:
        """Remember which seal (SHA-256 of its bytes) was a tag's last one when it was seen."""
        values = {"tag_id": tag_id, "seal_number": seal_number, "seal_hash": seal_hash, "seen_utc_ms": utc_ms}
        with self._transaction() as connection:
            connection.execute(insert(witnesses).values(**values).on_conflict_do_nothing())

    def witnesses(self, tag_id: bytes) -> list[tuple[int, bytes]]:
        """(number, hash) of seals that were a tag's last ones, in order."""
        columns = (witnesses.c.seal_number, witnesses.c.seal_hash)
        statement = sa.select(*columns).where(witnesses.c.tag_id == tag_id).order_by(*columns)
        with self._transaction() as connection:
            return [(int(row.seal_number), bytes(row.seal_hash)) for row in connection.execute(statement)]

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
