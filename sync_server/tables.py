"""Every table of the server, in one place, for SQLite and PostgreSQL alike.

Three rules. The county code leads every key, so that a big deployment can partition or distribute by county without a
redesign. Moments are stamps (`schemas.clock.stamp`): text of one fixed length that sorts as time does. What a device
said is kept as it said it (`change.data`, canonical bytes); every other column of a change is an index over that, and
every row of `head` can be worked out again from the changes and the feeds (`sync_server.verify`).

Evolution rule: a column here needs a migration in `migrations/versions`; a test compares the two.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)

Code = String(12)  # an area code or a prefix of one
Hash = String(64)
Link = String(32)  # a change id, or a link of a chain
Stamp = String(24)

county = Table(
    "county",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("name", Text, nullable=False),
    Column("audit_n", BigInteger, nullable=False, default=0),
    Column("audit_chain", Link, nullable=False, default=""),
    comment="A county and the end of its audit chain. Its private keys are in the data folder, never here.",
)

area = Table(
    "area",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("town", String(9), nullable=False),
    Column("town_name", Text, nullable=False),
    Column("seq", BigInteger, nullable=False, default=0),
    Column("chain", Link, nullable=False, default=""),
    ForeignKeyConstraint(["county"], ["county.code"]),
    comment="A village, and the end of its feed. This row is the counter that writers lock.",
)

person = Table(
    "person",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("user", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("scope", JSON, nullable=False),  # list of code prefixes
    Column("password_hash", Text),  # null: no desk login
    Column("active", Boolean, nullable=False, default=True),
    Column("failures", Integer, nullable=False, default=0),
    Column("wait_until", Stamp),
    ForeignKeyConstraint(["county"], ["county.code"]),
    UniqueConstraint("user"),
)

device = Table(
    "device",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("user", String(64)),  # null: the desk's own device, which writes for whoever is logged in
    Column("name", Text, nullable=False),
    Column("sign_key", Hash, nullable=False),
    Column("box_key", Hash, nullable=False),
    Column("n", BigInteger, nullable=False, default=0),
    Column("last_id", Link, nullable=False, default=""),
    Column("enrolled_at", Stamp, nullable=False),
    Column("granted_at", Stamp),  # when the grant that lasts until `expires_at` was given
    Column("expires_at", Stamp),
    Column("revoked_at", Stamp),
    Column("last_contact", Stamp),
    Column("skew", BigInteger, nullable=False, default=0),  # seconds the device's clock is ahead
    ForeignKeyConstraint(["county", "user"], ["person.county", "person.user"]),
    UniqueConstraint("id"),
)

code = Table(
    "code",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("hash", Hash, primary_key=True),
    Column("user", String(64), nullable=False),
    Column("made_at", Stamp, nullable=False),
    Column("expires", Stamp, nullable=False),
    Column("used_at", Stamp),
    Column("device", String(36)),  # what it enrolled, so that a lost answer can be asked for again
    ForeignKeyConstraint(["county", "user"], ["person.county", "person.user"]),
    UniqueConstraint("hash"),
    comment="One-time enrolment codes, by their hash.",
)

session = Table(
    "session",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("token_hash", Hash, primary_key=True),
    Column("user", String(64), nullable=False),
    Column("started", Stamp, nullable=False),
    Column("expires", Stamp, nullable=False),
    ForeignKeyConstraint(["county", "user"], ["person.county", "person.user"]),
    UniqueConstraint("token_hash"),
    comment="Desk logins, by the hash of their token.",
)

change = Table(
    "change",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("id", Link, primary_key=True),
    Column("household", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("device", String(36), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("at", Text, nullable=False),  # the device's clock
    Column("taken_at", Stamp, nullable=False),  # the server's clock when it came
    Column("skew", BigInteger, nullable=False, default=0),  # of the push that brought it, seconds
    Column("witness", String(36)),  # the device that brought it in its maker's place; null when its maker did
    Column("data", LargeBinary, nullable=False),
    # Not unique: a server that was put back from a backup may number a change of its own desk as one that is lost, and
    # then be told of that one by a witness. Who writes for a device locks its row, and `verify` walks its chain.
    Index("ix_change_device", "county", "device", "n"),
    Index("ix_change_household", "county", "household"),
    comment="Every change, as it came. Rows are added and never removed.",
)

entry = Table(
    "entry",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("area", Code, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("change", Link, nullable=False),
    Column("chain", Link, nullable=False),  # the area's chain after this entry
    Index("ix_entry_change", "county", "change"),
    comment="The feed of each area. A change in none is held; those of a household that moved are in several.",
    sqlite_with_rowid=False,
)

held = Table(
    "held",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("change", Link, primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("household", Text, nullable=False),
    Column("device", String(36), nullable=False),
    Column("area", Code),  # where it would go, when that is known
    Column("at", Stamp, nullable=False),
    Column("released_at", Stamp),  # taken into the feed after all
    Column("dismissed_at", Stamp),  # a supervisor looked at it and let it rest
    Column("settled_by", String(64)),
    Index("ix_held_device", "county", "device"),
    Index("ix_held_household", "county", "household"),
    comment="Changes set aside for a supervisor, with the reason. Open while neither released nor dismissed.",
)

head = Table(
    "head",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("record", String(36), primary_key=True),
    Column("household", String(36), nullable=False),
    Column("area", Code, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("data", JSON, nullable=False),  # merge.Heads.wire()
    Column("conflicts", Integer, nullable=False, default=0),  # slots with rival values
    Column("status", Text),  # of a visit or household
    Column("visited_on", String(10)),  # of a visit
    Column("visit", Text),  # of an assessment or attachment
    Column("received_at", Stamp, nullable=False),  # of the first change
    Column("updated_at", Stamp, nullable=False),  # of the latest change
    Column("author", Text, nullable=False),  # of the first change: a visit's visitor
    Column("skew", BigInteger, nullable=False, default=0),  # of the latest change, seconds
    Index("ix_head_household", "county", "household"),
    Index("ix_head_area", "county", "area", "household", "record"),
    Index("ix_head_queue", "county", "kind", "status", "updated_at", "record"),
    Index("ix_head_visit", "county", "visit"),
    comment="The live writes of each record, with small columns that queues need.",
)

trace = Table(
    "trace",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("record", String(36), primary_key=True),
    comment="What each member can be found again by (`schemas.duplicates.token` of every key). From the heads.",
    sqlite_with_rowid=False,
)

duplicate = Table(
    "duplicate",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("a", String(36), primary_key=True),
    Column("b", String(36), primary_key=True),
    Column("link", String(36), nullable=False),  # merge.link_id(a, b), whether or not that record is there
    Column("why", String(12), nullable=False),  # national_id | name_born; empty when only a link names the two
    Column("verdict", String(9), nullable=False),  # same | different | rival; empty while nobody has said
    Index("ix_duplicate_b", "county", "b"),
    Index("ix_duplicate_verdict", "county", "verdict"),
    comment="Two records, a < b, that may be one or of which somebody has said. Follows from the heads.",
)

library = Table(
    "library",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("hash", Hash, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("published_at", Stamp, nullable=False),
    Column("withdrawn_at", Stamp),
    comment="Forms and policy packs, immutable. A withdrawn one stays readable for the visits that used it.",
)

chunk = Table(
    "chunk",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("sha256", Hash, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("device", String(36), nullable=False),
    Column("at", Stamp, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("record", String(36), primary_key=True),
    Column("household", String(36), nullable=False),
    Column("area", Code, nullable=False),
    Column("visit", Text, nullable=False),
    Column("author", Text, nullable=False, server_default=""),  # on whose tablet it is
    Column("sha256", Hash, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Stamp),  # whole and its hash checked; null while chunks are missing
    Index("ix_attachment_visit", "county", "visit"),
)
Index(
    "ix_attachment_awaited",
    attachment.c.county,
    attachment.c.author,
    sqlite_where=attachment.c.received_at.is_(None),
    postgresql_where=attachment.c.received_at.is_(None),
)

attachment_chunk = Table(
    "attachment_chunk",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("record", String(36), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("sha256", Hash, nullable=False),
    Index("ix_attachment_chunk_sha256", "county", "sha256"),
)

audit = Table(
    "audit",
    metadata,
    Column("county", String(6), primary_key=True),
    Column("n", BigInteger, primary_key=True),
    Column("at", Stamp, nullable=False),
    Column("who", Text, nullable=False),  # user name, or "server"
    Column("what", String(32), nullable=False),
    Column("about", Text, nullable=False),  # an id or code, never a name
    Column("detail", JSON, nullable=False),  # figures and codes only
    Column("chain", Link, nullable=False),  # short digest of the link before and this row
    Index("ix_audit_about", "county", "about"),
    comment="What was done and read, as a hash chain: a row cannot be altered or removed unseen.",
)
