"""Feeds in a table of their own, because the changes of a household that moves stand in more than one; changes brought
by a witness; when a grant was given; records in the order in which a snapshot sends them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "area", "seq", name=op.f("pk_entry")),
        comment="The feed of each area. A change in none is held; those of a household that moved are in several.",
        sqlite_with_rowid=False,
    )
    op.execute(
        "insert into entry (county, area, seq, change, chain)"
        " select county, area, seq, id, chain from change where seq is not null"
    )
    op.create_index("ix_entry_change", "entry", ["county", "change"], unique=False)
    op.drop_index("ix_change_record", "change")
    with op.batch_alter_table("change") as change:
        change.drop_constraint(op.f("uq_change_county_area_seq"), type_="unique")
        change.drop_constraint(op.f("uq_change_county_device_n"), type_="unique")
        change.drop_column("area")
        change.drop_column("seq")
        change.drop_column("chain")
        change.add_column(sa.Column("witness", sa.String(length=36), nullable=True))
    op.create_index("ix_change_device", "change", ["county", "device", "n"], unique=False)
    op.drop_index("ix_head_area", "head")
    op.create_index("ix_head_area", "head", ["county", "area", "household", "record"], unique=False)
    op.add_column("device", sa.Column("granted_at", sa.String(length=24), nullable=True))
    op.execute("update device set granted_at = enrolled_at where expires_at is not null")
