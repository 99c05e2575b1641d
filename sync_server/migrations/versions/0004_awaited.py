"""Whose tablet an attachment is on, so that a tablet can be told which of its photos the server lacks: after a server
was put back from a backup the pieces may be gone while the record is there."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("attachment", sa.Column("author", sa.Text(), server_default="", nullable=False))
    # A person's tablet holds what the person recorded, and nobody else writes to an attachment.
    op.execute(
        "update attachment set author = coalesce((select min(c.author) from change c where c.county = attachment.county"
        " and c.household = attachment.household and c.record = attachment.record), '')"
    )
    op.create_index(
        "ix_attachment_awaited",
        "attachment",
        ["county", "author"],
        unique=False,
        sqlite_where=sa.text("received_at IS NULL"),
        postgresql_where=sa.text("received_at IS NULL"),
    )
