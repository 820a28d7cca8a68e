"""Rows of several tables that stand or fall with one first row, on the intake's hot path.

SQLite takes a list of rows as one prepared insert, a table at a time. To PostgreSQL every statement is a
journey, so there all tables go in one: one array a column, unnested by the server. Both are compiled once.
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.models import Base

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
    table = model.__table__
    assert isinstance(table, sa.Table)
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
    arrays = {
        f"{rows.shape.table.name}_{name}": [_postgresql_value(row[name]) for row in rows.values]
        for rows in (owners, *owned)
        for name in rows.shape.names
    }
    return {row[0] for row in connection.exec_driver_sql(text, arrays)}


def _postgresql_value(value: Any) -> Any:
    """JSON travels as text: its arrays have no literal form of their own."""
    return json.dumps(value) if type(value) in (list, dict) else value


@cache
def _postgresql_insert(dialect: sa.Dialect, owners: Shape, owned: tuple[Shape, ...]) -> str:
    rows = _unnested(owners)
    first = (
        postgresql.insert(owners.table)
        .from_select(list(owners.names), sa.select(*_columns(owners, rows)))
        .on_conflict_do_nothing()
        .returning(owners.table.c[owners.owner])
        .cte("owners")
    )
    fresh = sa.select(first.c[owners.owner])
    return str(fresh.add_cte(*(_owned(shape, fresh) for shape in owned)).compile(dialect=dialect))


def _owned(shape: Shape, fresh: sa.Select[Any]) -> sa.CTE:
    rows = _unnested(shape)
    chosen = sa.select(*_columns(shape, rows)).where(rows.c[shape.owner].in_(fresh))
    return postgresql.insert(shape.table).from_select(list(shape.names), chosen).cte(f"to_{shape.table.name}")


def _unnested(shape: Shape) -> sa.TableValuedAlias:
    arrays = [
        sa.bindparam(f"{shape.table.name}_{name}", type_=postgresql.ARRAY(_element(shape, name)))
        for name in shape.names
    ]
    return sa.func.unnest(*arrays).table_valued(*shape.names).render_derived(f"{shape.table.name}_rows")


def _columns(shape: Shape, rows: sa.TableValuedAlias) -> list[sa.ColumnElement[Any]]:
    return [
        sa.cast(rows.c[name], shape.table.c[name].type) if _is_json(shape, name) else rows.c[name]
        for name in shape.names
    ]


def _element(shape: Shape, name: str) -> sa.types.TypeEngine[Any]:
    return sa.Text() if _is_json(shape, name) else shape.table.c[name].type


def _is_json(shape: Shape, name: str) -> bool:
    return isinstance(shape.table.c[name].type, sa.JSON)
