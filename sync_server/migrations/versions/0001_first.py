"""The first tables. Made from `sync_server.tables`; until the first release this file follows them, afterwards every
change of a table is a migration of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("household", sa.String(length=36), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("visit", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("county", "record", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_visit", "attachment", ["county", "visit"], unique=False)
    op.create_table(
        "attachment_chunk",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("county", "record", "place", name=op.f("pk_attachment_chunk")),
    )
    op.create_index("ix_attachment_chunk_sha256", "attachment_chunk", ["county", "sha256"], unique=False)
    op.create_table(
        "audit",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "n", name=op.f("pk_audit")),
        comment="What was done and read, as a hash chain: a row cannot be altered or removed unseen.",
    )
    op.create_index("ix_audit_about", "audit", ["county", "about"], unique=False)
    op.create_table(
        "change",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("chain", sa.String(length=32), nullable=True),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("device", sa.String(length=36), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.String(length=24), nullable=False),
        sa.Column("skew", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_change")),
        sa.UniqueConstraint("county", "area", "seq", name=op.f("uq_change_county_area_seq")),
        sa.UniqueConstraint("county", "device", "n", name=op.f("uq_change_county_device_n")),
        comment="Every change, as it came. Rows are added and never removed.",
    )
    op.create_index("ix_change_household", "change", ["county", "household"], unique=False)
    op.create_index("ix_change_record", "change", ["county", "record"], unique=False)
    op.create_table(
        "chunk",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("county", "sha256", name=op.f("pk_chunk")),
    )
    op.create_table(
        "county",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("audit_n", sa.BigInteger(), nullable=False),
        sa.Column("audit_chain", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_county")),
        comment="A county and the end of its audit chain. Its private keys are in the data folder, never here.",
    )
    op.create_table(
        "head",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("household", sa.String(length=36), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("visited_on", sa.String(length=10), nullable=True),
        sa.Column("visit", sa.Text(), nullable=True),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("skew", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("county", "record", name=op.f("pk_head")),
        comment="The live writes of each record, with small columns that queues need.",
    )
    op.create_index("ix_head_area", "head", ["county", "area", "kind"], unique=False)
    op.create_index("ix_head_household", "head", ["county", "household"], unique=False)
    op.create_index("ix_head_queue", "head", ["county", "kind", "status", "updated_at", "record"], unique=False)
    op.create_index("ix_head_visit", "head", ["county", "visit"], unique=False)
    op.create_table(
        "held",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("device", sa.String(length=36), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=True),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("released_at", sa.String(length=24), nullable=True),
        sa.Column("dismissed_at", sa.String(length=24), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("county", "change", name=op.f("pk_held")),
        comment="Changes set aside for a supervisor, with the reason. Open while neither released nor dismissed.",
    )
    op.create_index("ix_held_device", "held", ["county", "device"], unique=False)
    op.create_index("ix_held_household", "held", ["county", "household"], unique=False)
    op.create_table(
        "library",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("published_at", sa.String(length=24), nullable=False),
        sa.Column("withdrawn_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("county", "hash", name=op.f("pk_library")),
        comment="Forms and policy packs, immutable. A withdrawn one stays readable for the visits that used it.",
    )
    op.create_table(
        "area",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("town", sa.String(length=9), nullable=False),
        sa.Column("town_name", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["county"], ["county.code"], name=op.f("fk_area_county")),
        sa.PrimaryKeyConstraint("county", "code", name=op.f("pk_area")),
        comment="A village, and the end of its feed. This row is the counter that writers lock.",
    )
    op.create_table(
        "person",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("wait_until", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["county"], ["county.code"], name=op.f("fk_person_county")),
        sa.PrimaryKeyConstraint("county", "user", name=op.f("pk_person")),
        sa.UniqueConstraint("user", name=op.f("uq_person_user")),
    )
    op.create_table(
        "code",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.String(length=24), nullable=False),
        sa.Column("expires", sa.String(length=24), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.Column("device", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["county", "user"], ["person.county", "person.user"], name=op.f("fk_code_person")),
        sa.PrimaryKeyConstraint("county", "hash", name=op.f("pk_code")),
        sa.UniqueConstraint("hash", name=op.f("uq_code_hash")),
        comment="One-time enrolment codes, by their hash.",
    )
    op.create_table(
        "device",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sign_key", sa.String(length=64), nullable=False),
        sa.Column("box_key", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.String(length=32), nullable=False),
        sa.Column("enrolled_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=True),
        sa.Column("revoked_at", sa.String(length=24), nullable=True),
        sa.Column("last_contact", sa.String(length=24), nullable=True),
        sa.Column("skew", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["county", "user"], ["person.county", "person.user"], name=op.f("fk_device_person")),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_device")),
        sa.UniqueConstraint("id", name=op.f("uq_device_id")),
    )
    op.create_table(
        "session",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("started", sa.String(length=24), nullable=False),
        sa.Column("expires", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["county", "user"], ["person.county", "person.user"], name=op.f("fk_session_person")),
        sa.PrimaryKeyConstraint("county", "token_hash", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
        comment="Desk logins, by the hash of their token.",
    )
