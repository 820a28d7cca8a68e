"""Rows of several tables that stand or fall with one first row, on the intake's hot path.

SQLite takes a list of rows as one prepared insert, a table at a time. To PostgreSQL every statement is a
journey, so there all tables go in one, as JSON that the server unfolds. Both are compiled once.
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from app.models import Base, table_of

RowValues = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True)
class Shape:
    """A table and the columns that its rows name. `owner` is the column that holds the first row's id."""

    table: sa.Table
    names: tuple[str, ...]
    owner: str


@dataclass(frozen=True)
class Rows:
    """What one table is to get."""

    shape: Shape
    values: Sequence[RowValues]


def shape_of(model: type[Base], owner: str) -> Shape:
    """Every column of a model's table, but for a number that the database counts by itself."""
    table = table_of(model)
    names = tuple(column.name for column in table.c if column is not table.autoincrement_column)
    return Shape(table, names, owner)


def insert_with_owners(connection: sa.Connection, owners: Rows, owned: Sequence[Rows]) -> set[uuid.UUID]:
    """Insert the owners that meet no row with the same unique key, and what is owned by those.

    Returns the ids of the owners that went in.
    """
    if connection.dialect.name == "postgresql":
        return _insert_at_once(connection, owners, owned)
    fresh = _insert_owners(connection, owners)
    for rows in owned:
        of_fresh = [row for row in rows.values if row[rows.shape.owner] in fresh]
        if of_fresh:
            _insert_each(connection, _plain(rows.shape), rows.shape, of_fresh)
    return fresh


def insert_rows(connection: sa.Connection, rows: Sequence[Rows]) -> None:
    """Insert rows whose owners are there already."""
    for one in rows:
        if one.values:
            connection.execute(sa.insert(one.shape.table), [dict(row) for row in one.values])


def _insert_owners(connection: sa.Connection, owners: Rows) -> set[uuid.UUID]:
    given = {row[owners.shape.owner] for row in owners.values}
    if _insert_each(connection, _unless_there(owners.shape), owners.shape, owners.values) == len(given):
        return given
    own = owners.shape.table.c[owners.shape.owner]
    return set(connection.scalars(sa.select(own).where(own.in_(given))))


def _insert_each(connection: sa.Connection, text: str, shape: Shape, values: Sequence[RowValues]) -> int:
    columns = tuple(zip(shape.names, _converts(shape), strict=True))
    rows = [
        tuple(convert(row[name]) if convert else row[name] for name, convert in columns) for row in values
    ]
    return connection.exec_driver_sql(text, rows).rowcount


@cache
def _plain(shape: Shape) -> str:
    return _text(shape, sqlite.insert(shape.table))


@cache
def _unless_there(shape: Shape) -> str:
    return _text(shape, sqlite.insert(shape.table).on_conflict_do_nothing())


def _text(shape: Shape, statement: sa.Insert) -> str:
    return str(statement.compile(dialect=sqlite.dialect(), column_keys=list(shape.names)))


@cache
def _converts(shape: Shape) -> tuple[Convert, ...]:
    """What makes each value the driver's own. Through SQLAlchemy's own way a row costs twice as much."""
    dialect = sqlite.dialect()
    kinds = [shape.table.c[name].type for name in shape.names]
    return tuple(kind.dialect_impl(dialect).bind_processor(dialect) for kind in kinds)


def _insert_at_once(connection: sa.Connection, owners: Rows, owned: Sequence[Rows]) -> set[uuid.UUID]:
    text = _postgresql_insert(connection.dialect, owners.shape, tuple(rows.shape for rows in owned))
    told = {rows.shape.table.name: json.dumps(rows.values, default=_told) for rows in (owners, *owned)}
    return {row[0] for row in connection.exec_driver_sql(text, told)}


def _told(value: uuid.UUID | datetime | bytes) -> str:
    return value.isoformat() if isinstance(value, datetime) else _hex(value)


def _hex(value: uuid.UUID | bytes) -> str:
    return value.hex if isinstance(value, uuid.UUID) else value.hex()


@cache
def _postgresql_insert(dialect: sa.Dialect, owners: Shape, owned: tuple[Shape, ...]) -> str:
    """One statement for all. psycopg remembers how it reads a statement only up to 4,096 characters."""
    fresh = f"SELECT {owners.owner} FROM fresh"  # noqa: S608 (all names are our own tables')
    first = f"fresh AS ({_unfold(dialect, owners)} ON CONFLICT DO NOTHING RETURNING {owners.owner})"
    rest = (
        f"to_{shape.table.name} AS ({_unfold(dialect, shape)} WHERE t.{shape.owner} IN ({fresh}))"
        for shape in owned
    )
    return f"WITH {', '.join([first, *rest])} {fresh}"


def _unfold(dialect: sa.Dialect, shape: Shape) -> str:
    quote = dialect.identifier_preparer.quote
    kinds = {name: shape.table.c[name].type for name in shape.names}
    read = [_read(f"t.{quote(name)}", kind) for name, kind in kinds.items()]
    told = [f"{quote(name)} {_told_type(kind).compile(dialect)}" for name, kind in kinds.items()]
    source = f"json_to_recordset(%({shape.table.name})s::json) AS t({', '.join(told)})"
    target = f"{quote(shape.table.name)} ({', '.join(map(quote, shape.names))})"
    return f"INSERT INTO {target} SELECT {', '.join(read)} FROM {source}"  # noqa: S608


def _told_type(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    return sa.Text() if isinstance(kind, sa.LargeBinary) else kind


def _read(column: str, kind: sa.types.TypeEngine[Any]) -> str:
    return f"decode({column}, 'hex')" if isinstance(kind, sa.LargeBinary) else column
