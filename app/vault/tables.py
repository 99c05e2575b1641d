"""The tables of a vault. What is in clear here a thief reads: opaque ids, area codes, row numbers, sizes and states.

Everything personal is in a column named `sealed`, sealed for its row (see `keyring`). A compartment is one person's
copy of one area: two people who share a tablet and an area hold it twice, each under their own key. So nobody's key
ever needs to be wrapped for somebody else, and what one reads was never readable by the other.

Names and roles of the people are in clear, because the unlock screen must name them before any key is there.

Evolution rule: `SCHEMA` is the file's `user_version`. An older file is brought up to it by the steps in `migrations`,
which never lose a row.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.sqlite import Insert, insert

SCHEMA = 2
"""1: 2026-11, first trial. 2: 2026-11, a change may stand in several feeds (`entry`), records come in snapshots
(`record.as_of`, `record.whole`, `cursor.after`), feeds are sealed by the county, photos of others are fetched."""

metadata = MetaData()


_Kind: TypeAlias = type[Text] | type[Integer] | type[LargeBinary] | type[Boolean]


def _required(name: str, kind: _Kind) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _key(name: str, kind: _Kind) -> Column[Any]:
    return Column(name, kind, primary_key=True)


def upsert(table: Table) -> Insert:
    """Inserts rows, or writes them over those of the same key; to be executed with a list of whole rows."""
    new = insert(table)
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: new.excluded[column.name] for column in table.columns if not column.primary_key},
    )


def batched(ids: Sequence[str]) -> Iterator[list[str]]:
    """Ids in lots that one statement can name: SQLite takes so many parameters and no more."""
    for i in range(0, len(ids), 500):
        yield list(ids[i : i + 500])


fact = Table("fact", metadata, _key("name", Text), _required("data", LargeBinary))
"""About the vault itself: its id."""

person = Table(
    "person",
    metadata,
    _key("no", Integer),
    Column("user", Text, nullable=False, unique=True),
    _required("name", Text),
    _required("role", Text),
)

slot = Table(
    "slot",
    metadata,
    _key("person", Integer),
    _key("kind", Text),
    _required("head", LargeBinary),
    _required("mark", LargeBinary),
    _required("wrapped", LargeBinary),
    _required("failures", Integer),
    Column("failed_at", Text),
)

account = Table(
    "account",
    metadata,
    _key("person", Integer),
    _required("rev", Integer),
    _required("sealed", LargeBinary),
    _required("n", Integer),
    _required("prev", Text),
    _required("tick", Integer),
    Column("last_contact", Text),
)
"""`sealed`: grant, device keys, server address, under the user's key. `n`, `prev`: the end of the device's chain.
`tick` counts writes, so that a cache knows which summaries are newer than itself."""

area_key = Table(
    "area_key",
    metadata,
    _key("person", Integer),
    _key("area", Text),
    _key("gen", Integer),
    _required("wrapped", LargeBinary),
    _required("county_key", Text),
    _required("escrow", LargeBinary),
)
"""A compartment's key: wrapped under the user's key, and boxed to the county's public key `county_key`."""

record = Table(
    "record",
    metadata,
    _key("person", Integer),
    _key("id", Text),
    _required("household", Text),
    _required("kind", Text),
    _required("area", Text),
    _required("gen", Integer),
    _required("rev", Integer),
    _required("as_of", Integer),
    _required("whole", Boolean),
    _required("left", Boolean),
    _required("sealed", LargeBinary),
    Index("record_household", "person", "household"),
)
"""The heads of each record. `as_of`: they hold all of it up to this number of its area's feed. `whole`: every change
they come from is here, so that they can be worked out anew; not so for a record that came in a snapshot. `left`: the
household has moved to an area that has not brought it here."""

summary = Table(
    "summary",
    metadata,
    _key("person", Integer),
    _key("household", Text),
    _required("area", Text),
    _required("gen", Integer),
    _required("rev", Integer),
    _required("tick", Integer),
    _required("sealed", LargeBinary),
    Index("summary_tick", "person", "tick"),
)

blind = Table(
    "blind",
    metadata,
    _key("person", Integer),
    _key("token", LargeBinary),
    _key("record", Text),
    Index("blind_record", "person", "record"),
)
"""National ids as keyed hashes: equal ids of one compartment have equal tokens, and nothing else can be read."""

change = Table(
    "change",
    metadata,
    _key("person", Integer),
    _key("id", Text),
    _required("household", Text),
    _required("record", Text),
    _required("area", Text),
    _required("gen", Integer),
    Column("n", Integer),
    _required("state", Text),
    Column("reason", Text),
    _required("applied", Boolean),
    _required("sealed", LargeBinary),
    Index("change_record", "person", "record"),
    Index("change_own", "person", "n", unique=True),
    Index("change_state", "person", "state"),
)
"""Changes of the person's records. `n` is its number on this device, for own ones. `state`: unsent, sent, held, fed or
rested (`changes`). `applied`: it is in its record's heads. `area` is the compartment it is sealed in."""

entry = Table(
    "entry",
    metadata,
    _key("person", Integer),
    _key("area", Text),
    _key("seq", Integer),
    _required("id", Text),
    _required("link", Text),
    Index("entry_id", "person", "id"),
)
"""The feeds as they came down: which change stands where, and the chain after it. A change may stand in several."""

cursor = Table(
    "cursor",
    metadata,
    _key("person", Integer),
    _key("area", Text),
    _required("seq", Integer),
    _required("chain", Text),
    _required("after", Text),
    _required("base_seq", Integer),
    _required("base", Text),
    _required("seal", Text),
)
"""Where the person stands in each feed. `after`: how far the snapshot under way has come. `base_seq`, `base`: the
number and chain that the entries here begin after. `seal`: the county's over `seq` and `chain`, empty for none."""

working = Table(
    "working",
    metadata,
    _key("person", Integer),
    _key("visit", Text),
    _required("household", Text),
    _required("area", Text),
    _required("gen", Integer),
    _required("rev", Integer),
    _required("sealed", LargeBinary),
)

document = Table(
    "document",
    metadata,
    _key("no", Integer),
    Column("hash", Text, nullable=False, unique=True),
    _required("kind", Text),
    _required("name", Text),
    _required("signature", Text),
    _required("in_force", Boolean),
    _required("data", LargeBinary),
)
"""Forms and packs: public, signed by the county, and shared by all people of the vault."""

attachment = Table(
    "attachment",
    metadata,
    _key("person", Integer),
    _key("id", Text),
    _required("household", Text),
    _required("visit", Text),
    _required("area", Text),
    _required("gen", Integer),
    _required("file", Text),
    _required("state", Text),
    _required("sealed", LargeBinary),
)
"""`state`: kept (the visit is still open), recorded (its record is written), or safe (all chunks at the server)."""

chunk = Table("chunk", metadata, _key("person", Integer), _key("attachment", Text), _key("i", Integer))
"""Chunks of recorded attachments that the server is not known to hold."""

wanted = Table("wanted", metadata, _key("person", Integer), _key("attachment", Text))
"""Photos of other tablets that the person asked for and that are not here yet."""

fetched = Table(
    "fetched",
    metadata,
    _key("person", Integer),
    _key("attachment", Text),
    _key("i", Integer),
    _required("area", Text),
    _required("gen", Integer),
    _required("sealed", LargeBinary),
)
"""Chunks of wanted photos that came so far."""
