"""The tables as the newest migration leaves them."""

import sqlalchemy as sa

metadata = sa.MetaData()

tags = sa.Table(
    "tags",
    metadata,
    sa.Column("tag_id", sa.LargeBinary(8), primary_key=True),
    # The public key of epoch 0 as pinned at fitting; null before.
    sa.Column("pinned_key", sa.LargeBinary(64)),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("first_seen_utc_ms", sa.BigInteger, nullable=False),
)

fittings = sa.Table(
    "fittings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tag_id", sa.LargeBinary(8), sa.ForeignKey("tags.tag_id"), nullable=False),
    sa.Column("order_id", sa.LargeBinary(16), nullable=False),
    # The order as it was typed: only here, never on the tag.
    sa.Column("order_text", sa.Text, nullable=False),
    sa.Column("subject", sa.Text),
    sa.Column("cadence_s", sa.Integer, nullable=False),
    sa.Column("seal_interval_s", sa.Integer, nullable=False),
    sa.Column("fitted_utc_ms", sa.BigInteger, nullable=False),
    sa.Column("removed_utc_ms", sa.BigInteger),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tag_id", sa.LargeBinary(8), sa.ForeignKey("tags.tag_id"), nullable=False),
    sa.Column("started_utc_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_utc_ms", sa.BigInteger),
    # Our nonce in the seal that was asked for: it shows that the seal is no older than the session.
    sa.Column("nonce", sa.LargeBinary(32)),
    # Null while it runs, then 'done' or the sentence of what cut it.
    sa.Column("outcome", sa.Text),
)

pages = sa.Table(
    "pages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tag_id", sa.LargeBinary(8), sa.ForeignKey("tags.tag_id"), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.LargeBinary(32), nullable=False),
    sa.Column("raw", sa.LargeBinary(256), nullable=False),
    # Whether the tag had gone on to a later page: an open page is fetched again, a closed one is not.
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("session_id", sa.Integer, sa.ForeignKey("sessions.id"), nullable=False),
    sa.Column("received_utc_ms", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("tag_id", "seq", "sha256", name="one_row_for_each_content"),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("sha256", sa.LargeBinary(32), primary_key=True),
    # As tagproto.documents numbers them; subject: empty for a list.
    sa.Column("type", sa.Integer, nullable=False),
    sa.Column("subject", sa.LargeBinary(8), nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
)

# The last seal of a tag at each session: a tag that comes back with less was put back, or is another one.
witnesses = sa.Table(
    "witnesses",
    metadata,
    sa.Column("tag_id", sa.LargeBinary(8), sa.ForeignKey("tags.tag_id"), primary_key=True),
    sa.Column("seal_number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seal_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("seen_utc_ms", sa.BigInteger, nullable=False),
)
