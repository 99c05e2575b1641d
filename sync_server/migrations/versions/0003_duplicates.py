"""Who may be registered twice: the index that members are found by and the pairs it finds. The server fills both from
the heads when it opens (`sync_server.duplicates.fill`)."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "trace",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("county", "token", "record", name=op.f("pk_trace")),
        comment="What each member can be found again by (`schemas.duplicates.token` of every key). From the heads.",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "duplicate",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("a", sa.String(length=36), nullable=False),
        sa.Column("b", sa.String(length=36), nullable=False),
        sa.Column("link", sa.String(length=36), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=9), nullable=False),
        sa.PrimaryKeyConstraint("county", "a", "b", name=op.f("pk_duplicate")),
        comment="Two records, a < b, that may be one or of which somebody has said. Follows from the heads.",
    )
    op.create_index("ix_duplicate_b", "duplicate", ["county", "b"], unique=False)
    op.create_index("ix_duplicate_verdict", "duplicate", ["county", "verdict"], unique=False)
