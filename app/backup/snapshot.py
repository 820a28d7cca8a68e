"""All rows as they were at one moment, read while others write and without keeping anybody waiting.

PostgreSQL gives every transaction such a moment. SQLite with a rollback journal makes each commit wait for
whoever reads, so nobody may read for longer than a few milliseconds: rows are read a few at a time, triggers
note which rows were changed meanwhile, and those are read again, in rounds, until so few are left that the
last round is one short read. What a row was in its latest round is what it was at that moment.
"""

import fcntl
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.backup.rows import CHANGES, Table, find_tables
from app.db import BUSY_MILLISECONDS, Database
from app.errors import UpkeepError

# The longest a commit should wait for one read. SQLite looks again after up to 25 ms.
READ_SECONDS = 0.004
PATIENCE_SECONDS, GAP_SECONDS = 120.0, 0.002
FEWEST, MOST = 8, 4096
# So few changes are read in one go that nobody notices; more are read in another round.
LAST_ROUND = 64
AT_ONCE, ALL = 2048, -1
MOST_ROUNDS = 200


@dataclass(frozen=True)
class Batch:
    """Some rows of one table, as lines without line ends.

    `round` 0 is the first reading. In a later round `changed` are the numbers of rows that were changed: what
    earlier rounds said of them no longer holds. `numbers` are those of `lines`, and both are empty where
    nothing can change (PostgreSQL).
    """

    table: str
    round: int
    lines: list[bytes]
    numbers: list[int]
    changed: list[int]


class SqliteSnapshot:
    """The rows of an SQLite file. One at a time, which a lock beside the file makes sure of."""

    def __init__(self, path: Path, tables: Sequence[Table]) -> None:
        self._path, self._tables = path, tables
        self._at_once = FEWEST

    @contextmanager
    def open(self) -> Iterator["SqliteSnapshot"]:
        """Changes are noted until the block ends. Raises UpkeepError when another backup is under way."""
        with only_one(self._path):
            self._connection = sqlite3.connect(self._path, isolation_level=None)
            try:
                self._connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
                forget_changes(self._connection)
                self._note_changes()
                self._connection.execute("PRAGMA busy_timeout=0")
                try:
                    yield self
                finally:
                    # On a full disk this fails, too; the next backup does it.
                    self._connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
                    with suppress(sqlite3.OperationalError):
                        forget_changes(self._connection)
            finally:
                self._connection.close()

    def batches(self) -> Iterator[Batch]:
        """Every row of every table, and then again what changed."""
        for table in self._tables:
            yield from self._first_round(table)
        yield from self._later_rounds()

    def _note_changes(self) -> None:
        self._token = secrets.token_hex(8)
        statements = [
            f"CREATE TABLE {CHANGES} (n INTEGER PRIMARY KEY, place INTEGER, number INTEGER, token TEXT)"
        ]
        statements += [
            _trigger(place, table.name, act) for place, table in enumerate(self._tables) for act in _ACTS
        ]
        with _writing(self._connection):
            for statement in statements:
                self._connection.execute(statement)
            self._connection.execute(f"INSERT INTO {CHANGES} (token) VALUES (?)", (self._token,))
        self._seen = 1

    def _first_round(self, table: Table) -> Iterator[Batch]:
        last = -(2**63)
        wanted = _select(table) + " WHERE rowid > ? ORDER BY rowid LIMIT ?"
        while True:
            many = self._at_once
            rows = self._read(wanted, (last, many))
            if rows:
                last = rows[-1][0]
                yield _batch(table, 0, rows, [])
            if len(rows) < many:
                return

    def _read(self, wanted: str, values: Sequence[object]) -> list[tuple[int, str]]:
        began = time.perf_counter()
        rows = self._ask(wanted, values)
        took = time.perf_counter() - began
        # As many as can be read in that time; a machine that is busy with others makes it fewer.
        if took > READ_SECONDS:
            self._at_once = max(FEWEST, self._at_once // 2)
        elif len(rows) == self._at_once and took < READ_SECONDS / 2:
            self._at_once = min(MOST, self._at_once * 2)
        return rows

    def _ask(self, wanted: str, values: Sequence[object]) -> list[Any]:
        """SQLite's own patience sleeps ever longer, and between busy writers the gaps are short."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._connection.execute(wanted, values).fetchall()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(GAP_SECONDS)

    def _later_rounds(self) -> Iterator[Batch]:
        for number in range(1, MOST_ROUNDS):
            waiting = self._changes(AT_ONCE)
            if len(waiting) <= LAST_ROUND:
                yield from self._last_round(number)
                return
            self._seen = waiting[-1][0]
            yield from self._again(number, waiting)
        yield from self._last_round(MOST_ROUNDS)

    def _last_round(self, number: int) -> Iterator[Batch]:
        """One read of everything that is left: this is the moment of the backup."""
        self._connection.execute("BEGIN")
        try:
            batches = list(self._again(number, self._changes(ALL)))
        finally:
            self._connection.execute("COMMIT")
        yield from batches

    def _changes(self, most: int) -> list[tuple[int, int, int]]:
        """Those after the last that was seen. Raises UpkeepError when they were not noted all the time."""
        wanted = f"SELECT n, place, number FROM {CHANGES} WHERE n > ? ORDER BY n LIMIT ?"
        mark = f"SELECT 1 FROM {CHANGES} WHERE token = ?"
        try:
            noted = self._ask(mark, (self._token,))
            changes = self._ask(wanted, (self._seen, most))
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            noted = []
        if not noted:
            raise UpkeepError("The tables were changed while they were read. Make the backup again.")
        return changes

    def _again(self, round_: int, changes: Iterable[tuple[int, int, int]]) -> Iterator[Batch]:
        numbers: dict[int, set[int]] = {}
        for _n, place, number in changes:
            numbers.setdefault(place, set()).add(number)
        for place, changed in numbers.items():
            yield from self._read_again(round_, self._tables[place], sorted(changed))

    def _read_again(self, round_: int, table: Table, changed: list[int]) -> Iterator[Batch]:
        for start in range(0, len(changed), LAST_ROUND):
            some = changed[start : start + LAST_ROUND]
            listed = ", ".join("?" * len(some))
            rows = self._ask(f"{_select(table)} WHERE rowid IN ({listed})", some)
            yield _batch(table, round_, rows, some)


class PostgresqlSnapshot:
    """The rows of a PostgreSQL database: one repeatable-read transaction, and COPY."""

    def __init__(self, connection: sa.Connection, tables: Sequence[Table]) -> None:
        self._connection, self._tables = connection, tables

    def batches(self) -> Iterator[Batch]:
        """Every row of every table."""
        for table in self._tables:
            yield from (Batch(table.name, 0, lines, [], []) for lines in copy_out(self._connection, table))


def copy_out(connection: sa.Connection, table: Table) -> Iterator[list[bytes]]:
    """The rows of a PostgreSQL table, a few thousand lines at a time."""
    driver = connection.connection.driver_connection
    assert driver is not None
    lines: list[bytes] = []
    wanted = f'COPY (SELECT {", ".join(table.values)} FROM "{table.name}") TO STDOUT'
    with driver.cursor() as cursor, cursor.copy(wanted) as copy:
        for block in copy:
            lines.extend(bytes(block).split(b"\n")[:-1])
            if len(lines) >= MOST:
                yield lines
                lines = []
    if lines:
        yield lines


def read_sqlite(connection: sqlite3.Connection, table: Table) -> Iterator[list[bytes]]:
    """The rows of an SQLite table, of one that nobody else writes to."""
    cursor = connection.execute(_select(table))
    while rows := cursor.fetchmany(MOST):
        yield [row[1].encode() for row in rows]


def tables_of(database: Database) -> list[Table]:
    """Those of a database, as it is. Many questions, and no commit waits for more than one of them."""
    with database.reading_core() as connection:
        return find_tables(connection)


def forget_changes(connection: sqlite3.Connection) -> None:
    """Note changes no more; also what a backup left that was killed."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'backup~_change~_%' ESCAPE '~'"
    ).fetchall()
    with _writing(connection):
        for (name,) in found:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(f"DROP TABLE IF EXISTS {CHANGES}")


_ACTS = {"INSERT": ("new",), "UPDATE": ("old", "new"), "DELETE": ("old",)}


def _trigger(place: int, table: str, act: str) -> str:
    notes = "; ".join(
        f"INSERT INTO {CHANGES} (place, number) VALUES ({place}, {which}.rowid)" for which in _ACTS[act]
    )
    return f'CREATE TRIGGER "{CHANGES}_{table}_{act.lower()}" AFTER {act} ON "{table}" BEGIN {notes}; END'


def _select(table: Table) -> str:
    line = " || char(9) || ".join(f"coalesce({value}, '\\N')" for value in table.values)
    return f'SELECT rowid, {line} FROM "{table.name}"'


def _batch(table: Table, round_: int, rows: list[tuple[int, str]], changed: list[int]) -> Batch:
    return Batch(table.name, round_, [row[1].encode() for row in rows], [row[0] for row in rows], changed)


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """A lock of its own: closing another descriptor of the database would drop SQLite's locks on it."""
    lock = path.with_name(f"{path.name}-backup.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UpkeepError("Another backup is under way.") from error
        yield
    finally:
        os.close(descriptor)
