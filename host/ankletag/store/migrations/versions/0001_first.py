"""Tags, fittings, sessions, pages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "tags",
        sa.Column("tag_id", sa.LargeBinary(8), primary_key=True),
        sa.Column("pinned_key", sa.LargeBinary(64)),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("first_seen_utc_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "fittings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("tag_id", sa.LargeBinary(8), sa.ForeignKey("tags.tag_id"), nullable=False),
        sa.Column("order_id", sa.LargeBinary(16), nullable=False),
        sa.Column("order_text", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("cadence_s", sa.Integer, nullable=False),
        sa.Column("seal_interval_s", sa.Integer, nullable=False),
        sa.Column("fitted_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("removed_utc_ms", sa.BigInteger),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("tag_id", sa.LargeBinary(8), sa.ForeignKey("tags.tag_id"), nullable=False),
        sa.Column("started_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_utc_ms", sa.BigInteger),
        sa.Column("nonce", sa.LargeBinary(32)),
        sa.Column("outcome", sa.Text),
    )
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("tag_id", sa.LargeBinary(8), sa.ForeignKey("tags.tag_id"), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("raw", sa.LargeBinary(256), nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("session_id", sa.Integer, sa.ForeignKey("sessions.id"), nullable=False),
        sa.Column("received_utc_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("tag_id", "seq", "sha256", name="one_row_for_each_content"),
    )
