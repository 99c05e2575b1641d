"""Many rows into a table at once, as they are.

SQLAlchemy looks at every value of every row on its way to the driver, which for a batch of changes takes as long as the
database itself. Here it only makes the statement, once for a table; so a column of JSON must be given its text.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows, all of the same columns; not one of them may be there."""
    _write(connection, table, rows, over=False)


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows, all of the same columns, or writes them over those of the same key."""
    _write(connection, table, rows, over=True)


def _write(connection: Connection, table: Table, rows: Sequence[Row], over: bool) -> None:
    if not rows:
        return
    sql, order = _statement(table, tuple(rows[0]), connection.dialect, over)
    connection.exec_driver_sql(sql, [tuple([row[name] for name in order]) for row in rows] if order else list(rows))


@cache
def _statement(table: Table, columns: tuple[str, ...], dialect: Dialect, over: bool) -> tuple[str, tuple[str, ...]]:
    """The statement, and the columns in the order it wants them, empty when it names them."""
    new = (postgresql.insert if dialect.name == "postgresql" else sqlite.insert)(table)
    if over:
        key = [column.name for column in table.primary_key]
        new = new.on_conflict_do_update(
            index_elements=key, set_={name: new.excluded[name] for name in columns if name not in key}
        )
    made = new.compile(dialect=dialect, column_keys=list(columns))
    return str(made), tuple(made.positiontup or ())
