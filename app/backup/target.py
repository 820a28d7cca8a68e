"""An empty database that rows are put into: all of them, or it is empty afterwards."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from app.backup.rows import VERSION_TABLE, Table, Tally, find_tables, unescape
from app.backup.snapshot import copy_out, read_sqlite
from app.db import Database
from app.errors import UpkeepError
from app.migrations import create_tables, current_revision, upgrade

Lines = Iterable[list[bytes]]
NULL = b"\\N"


class SqliteTarget:
    """A file beside the one it will be, which it becomes only when all is well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.part = path.with_name(f".{path.name}.restored")
        self.database = Database(f"sqlite:///{self.part}")

    def refuse_used(self) -> None:
        """Raises UpkeepError when there is a database already."""
        if self._path.exists() and self._path.stat().st_size:
            raise UpkeepError(
                f"There is a database at {self._path} already. Nothing was changed: move it away first."
            )

    def create(self, revision: str) -> list[Table]:
        """The tables of that revision."""
        self.discard()
        create_tables(self.database, revision)
        self.database.dispose()
        self._connection = sqlite3.connect(self.part, isolation_level=None)
        # Nothing of it counts before it is synced and has its name.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-65536"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN")
        tables = _tables(self.database)
        for table in tables:
            self._connection.execute(f'DELETE FROM "{table.name}"')
        return tables

    def load(self, table: Table, lines: Lines) -> None:
        """All rows of one table."""
        insert_lines(self._connection, table, lines)

    def commit(self) -> None:
        """All rows are there."""
        self._connection.execute("COMMIT")

    def tally(self, table: Table) -> Tally:
        """Of the rows that are there now."""
        return _tally(read_sqlite(self._connection, table))

    def faults(self) -> list[str]:
        """What the database itself finds wrong."""
        dangling = self._connection.execute("PRAGMA foreign_key_check").fetchall()
        found = [row[0] for row in self._connection.execute("PRAGMA integrity_check")]
        self._connection.close()
        return [line for line in found if line != "ok"] + [f"{row[0]} points at nothing" for row in dangling]

    def keep(self) -> None:
        """On the disk, and then under its name."""
        self.database.dispose()
        for path, mode in ((self.part, os.O_RDWR), (self.part.parent, os.O_RDONLY)):
            descriptor = os.open(path, mode)
            os.fsync(descriptor)
            os.close(descriptor)
        self.part.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def discard(self) -> None:
        """As if nothing had been tried."""
        self.database.dispose()
        if hasattr(self, "_connection"):
            self._connection.close()
        for suffix in ("", "-journal", "-wal", "-shm"):
            self.part.with_name(self.part.name + suffix).unlink(missing_ok=True)


class PostgresqlTarget:
    """A database whose tables have no rows, or that has no tables."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def refuse_used(self) -> None:
        """Raises UpkeepError when anybody's rows are in it."""
        with self.database.engine.connect() as connection:
            for name in sa.inspect(connection).get_table_names():
                rows = connection.exec_driver_sql(f'SELECT 1 FROM "{name}" LIMIT 1').first()
                if rows and name != VERSION_TABLE:
                    raise UpkeepError(
                        f"The PostgreSQL database is not empty: {name} holds rows. Nothing was changed."
                    )

    def create(self, revision: str) -> list[Table]:
        """The tables of that revision."""
        self.discard()
        create_tables(self.database, revision)
        self._connection = self.database.engine.connect()
        tables = _tables(self.database)
        for table in tables:
            # What a migration wrote for rows that it found is not in the backup.
            self._connection.exec_driver_sql(f'DELETE FROM "{table.name}"')
        return tables

    def load(self, table: Table, lines: Lines) -> None:
        """All rows of one table."""
        copy_in(self._connection, table, lines)

    def commit(self) -> None:
        """All rows are there; numbers that the database gives go on after the last."""
        for table, column in _numbered(self._connection):
            self._connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), "
                f'(SELECT coalesce(max("{column}"), 1) FROM "{table}"), '
                f'EXISTS (SELECT FROM "{table}"))'
            )
        self._connection.commit()

    def tally(self, table: Table) -> Tally:
        """Of the rows that are there now."""
        return _tally(copy_out(self._connection, table))

    def faults(self) -> list[str]:
        """It checked every constraint while the rows came in."""
        self._connection.exec_driver_sql("ANALYZE")
        self._connection.commit()
        self._connection.close()
        return []

    def keep(self) -> None:
        """It is kept already."""
        self.database.dispose()

    def discard(self) -> None:
        """As if nothing had been tried: it was empty."""
        if hasattr(self, "_connection"):
            self._connection.close()
        with self.database.engine.begin() as connection:
            for name in sa.inspect(connection).get_table_names():
                connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
        self.database.dispose()


def insert_lines(connection: sqlite3.Connection, table: Table, lines: Lines) -> None:
    """Rows into a table of an SQLite database."""
    marks = ", ".join("?" * len(table.columns))
    insert = f'INSERT INTO "{table.name}" ({table.listed}) VALUES ({marks})'
    for some in lines:
        connection.executemany(insert, [_values(table, line) for line in some])


def copy_in(connection: sa.Connection, table: Table, lines: Lines) -> None:
    """Rows into a table of a PostgreSQL database."""
    # Moments come without a zone, and are UTC.
    connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({table.listed}) FROM STDIN') as copy:
        for some in lines:
            if some:
                copy.write(b"\n".join(some) + b"\n")


Target = SqliteTarget | PostgresqlTarget


def target_at(url: str) -> Target:
    """The target for a database's URL."""
    path = sa.make_url(url).database
    if url.startswith("sqlite"):
        assert path is not None
        return SqliteTarget(Path(path))
    return PostgresqlTarget(url)


def bring_up(target: Target) -> None:
    """From the revision it was made at to this version's."""
    upgrade(target.database)


def _tables(database: Database) -> list[Table]:
    assert current_revision(database)
    with database.engine.connect() as connection:
        return find_tables(connection)


def _tally(batches: Lines) -> Tally:
    tally = Tally()
    for lines in batches:
        tally.add(lines)
    return tally


def _values(table: Table, line: bytes) -> list[object]:
    return [
        None
        if value == NULL
        else bytes.fromhex(value[3:].decode())
        if at in table.bytes_at
        else unescape(value).decode()
        for at, value in enumerate(line.split(b"\t"))
    ]


def _numbered(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """Columns that take their value from a sequence."""
    yield from connection.exec_driver_sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"
    ).all()
