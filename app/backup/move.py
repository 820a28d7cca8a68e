"""From SQLite to PostgreSQL: all rows or none, compared row by row; the old file takes no more."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from app.backup.restore import fill, finish
from app.backup.rows import Table, Tally
from app.backup.snapshot import forget_changes, only_one, read_sqlite, tables_of
from app.backup.target import PostgresqlTarget
from app.backup.verification import find_count_faults
from app.config import Settings
from app.db import Database
from app.errors import UpkeepError
from app.migrations import current_revision, head
from app.services.upkeep import MOVED, WORKER, read_upkeep

# A worker ticks every half minute; one that ticked so lately still runs.
ALIVE = timedelta(seconds=75)
# No table has this name, so that whatever writes is told the database cannot do it: 503, come again.
NOWHERE = "moved_to_postgresql"


def move(settings: Settings, source: Database, url: str, now: datetime) -> dict[str, int]:
    """Returns how many rows each table has there. Raises UpkeepError; then nothing was changed."""
    path = _path_of(source)
    if current_revision(source) != head():
        raise UpkeepError(
            "The SQLite database is not at this version. Start Between once, stop it, then move."
        )
    with source.reading() as session:
        last = read_upkeep(session)
    if MOVED in last:
        raise UpkeepError(f"This database was moved {last[MOVED][1]} already.")
    if WORKER in last and now - last[WORKER][0] < ALIVE:
        raise UpkeepError("Between still runs on this database. Stop it, wait a minute, and move then.")
    target = PostgresqlTarget(url)
    target.refuse_used()
    with _alone(path) as connection:
        return _move(connection, source, target, settings.instance, now)


def _move(
    connection: sqlite3.Connection, source: Database, target: PostgresqlTarget, instance: Path, now: datetime
) -> dict[str, int]:
    tables = {table.name: table for table in tables_of(source)}
    columns = {name: list(table.columns) for name, table in tables.items()}
    told: dict[str, Tally] = {name: Tally() for name in tables}

    def lines_of(name: str) -> Iterator[list[bytes]]:
        for lines in read_sqlite(connection, tables[name]):
            told[name].add(lines)
            yield lines

    try:
        counted = fill(target, head(), columns, lines_of)
        wanted = {name: tally.told() for name, tally in told.items()}
        finish(target, find_count_faults(wanted, counted), instance, now)
        _close_source(connection, list(tables.values()), now)
    except BaseException:
        target.discard()
        raise
    target.keep()
    return {name: tally.count for name, tally in told.items()}


def _close_source(connection: sqlite3.Connection, tables: list[Table], now: datetime) -> None:
    """A process that still has the file open must not take what would be found nowhere."""
    connection.execute(
        "INSERT INTO upkeep (name, at, told) VALUES (?, ?, ?)",
        (MOVED, f"{now.replace(tzinfo=None):%Y-%m-%d %H:%M:%S.%f}", f"to PostgreSQL on {now:%Y-%m-%d}"),
    )
    for table in tables:
        for act in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(
                f'CREATE TRIGGER "moved_{table.name}_{act.lower()}" BEFORE {act} ON "{table.name}" '
                f"BEGIN INSERT INTO {NOWHERE} VALUES (1); END"
            )
    connection.execute("COMMIT")


def _path_of(source: Database) -> Path:
    path = source.engine.url.database
    if not source.is_sqlite or path is None or not Path(path).exists():
        raise UpkeepError("There is no SQLite database here that could be moved.")
    return Path(path)


@contextmanager
def _alone(path: Path) -> Iterator[sqlite3.Connection]:
    """With the write lock from before the first row is read until the old file is closed."""
    with only_one(path), closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as connection:
        try:
            forget_changes(connection)
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise UpkeepError("Somebody writes to this database. Stop Between first.") from error
        yield connection
