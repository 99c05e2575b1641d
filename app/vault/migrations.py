"""How a vault's file of an older schema becomes one of today's: a step for each version, in one transaction.

The steps are written out and never made from `tables`: what an old file holds does not change when the tables do.
"""

from sqlalchemy import Connection

from app.vault import tables

_STEPS: tuple[tuple[str, ...], ...] = (
    (),  # 0 is an empty file
    (  # 1 to 2
        "ALTER TABLE record ADD COLUMN as_of INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE record ADD COLUMN whole BOOLEAN NOT NULL DEFAULT 1",
        "ALTER TABLE record ADD COLUMN left BOOLEAN NOT NULL DEFAULT 0",
        "CREATE TABLE entry (person INTEGER NOT NULL, area TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, "
        "link TEXT NOT NULL, PRIMARY KEY (person, area, seq))",
        "CREATE INDEX entry_id ON entry (person, id)",
        "INSERT INTO entry SELECT person, area, seq, id, link FROM change WHERE seq IS NOT NULL",
        "DROP INDEX change_seq",
        "ALTER TABLE change DROP COLUMN seq",
        "ALTER TABLE change DROP COLUMN link",
        "ALTER TABLE change ADD COLUMN applied BOOLEAN NOT NULL DEFAULT 1",
        "CREATE INDEX change_state ON change (person, state)",
        "ALTER TABLE cursor ADD COLUMN after TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE cursor ADD COLUMN base_seq INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE cursor ADD COLUMN base TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE cursor ADD COLUMN seal TEXT NOT NULL DEFAULT ''",
        "CREATE TABLE wanted (person INTEGER NOT NULL, attachment TEXT NOT NULL, PRIMARY KEY (person, attachment))",
        "CREATE TABLE fetched (person INTEGER NOT NULL, attachment TEXT NOT NULL, i INTEGER NOT NULL, "
        "area TEXT NOT NULL, gen INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (person, attachment, i))",
    ),
)


def bring_up(sql: Connection, version: int) -> None:
    """Makes the tables of an empty file (version 0), or takes the steps from an older version to today's."""
    if version == 0:
        tables.metadata.create_all(sql)
    else:
        for step in _STEPS[version:]:
            for statement in step:
                sql.exec_driver_sql(statement)
    sql.exec_driver_sql(f"PRAGMA user_version={tables.SCHEMA}")
