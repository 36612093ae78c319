"""Documents of the authority, and what tags had when they were last seen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "documents",
        sa.Column("sha256", sa.LargeBinary(32), primary_key=True),
        sa.Column("type", sa.Integer, nullable=False),
        sa.Column("subject", sa.LargeBinary(8), nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "witnesses",
        sa.Column("tag_id", sa.LargeBinary(8), sa.ForeignKey("tags.tag_id"), primary_key=True),
        sa.Column("seal_number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seal_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("seen_utc_ms", sa.BigInteger, nullable=False),
    )
