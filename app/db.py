"""The database: one engine, short reads, and writes that are ours alone until they commit.

SQLite: `synchronous=FULL`, because a phone deletes its copy on our word; WAL only where the library has the
fix for its reset race (3.51.3), else TRUNCATE journal; writes start with BEGIN IMMEDIATE under one lock of
this process.

PostgreSQL stops a statement, or a transaction that waits for us, that takes longer than any request may;
commands that read or rewrite everything say that they take their time.

What the database cannot do just now (full, locked, read-only, too slow, not there) is one of `UNAVAILABLE`,
whatever the driver calls it, so that everybody can be told to come again.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session

from app.errors import SettingError

WAL_SAFE_FROM = (3, 51, 3)
BUSY_MILLISECONDS = 8000
CONNECT_SECONDS = 5
# Longer than any request of ours takes by far, and well within what a proxy waits.
STATEMENT_MILLISECONDS = 20_000
IDLE_MILLISECONDS = 20_000
READ_ONLY, IDLE_TOO_LONG = "25006", "25P03"
UNAVAILABLE = (OperationalError, InterfaceError, NoConnectionError)


def insert_into(writer: Session | sa.Connection, table: type) -> Any:
    """This database's own INSERT, which knows ON CONFLICT."""
    bind = writer.get_bind() if isinstance(writer, Session) else writer
    if bind.dialect.name != "postgresql":
        return sqlite.insert(table)
    # Nobody on SQLite waits for all that PostgreSQL can do to be read.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


class Database:
    """An engine with the two ways to use it: `reading()` and `writing()`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _make_engine(url)
        self._is_hurried = False
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writes = self.engine.execution_options(between_write=True)
        # A statement reads what is committed. A transaction would add two round trips on PostgreSQL and, on
        # SQLite, keep every commit waiting for the last statement of a page, not just for the present one.
        self._reads = self.engine.execution_options(
            **({"between_read": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"})
        )
        self._write_lock = threading.Lock()
        if not self.is_sqlite:
            sa.event.listen(self.engine, "connect", self._limit)

    def hurry(self) -> None:
        """For requests: from here on PostgreSQL stops what takes longer than any of them may."""
        self._set_hurried(True)

    def take_time(self) -> None:
        """For commands: from here on nobody stops a statement, however long it takes."""
        self._set_hurried(False)

    def _set_hurried(self, is_hurried: bool) -> None:
        self._is_hurried = is_hurried
        self.engine.dispose()

    def _limit(self, connection: Any, _record: object) -> None:
        if self._is_hurried:
            connection.execute(f"SET statement_timeout = {STATEMENT_MILLISECONDS}")
            connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MILLISECONDS}")
            connection.commit()

    def carry(self, **parts: object) -> None:
        """What every session and connection from here on has with it, among its execution options."""
        for engine in (self._writes, self._reads):
            engine.update_execution_options(**parts)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for one page of reads, which does not keep a commit waiting between two of them."""
        with Session(self._reads, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def reading_core(self) -> Iterator[sa.Connection]:
        """Like `reading`, with a bare connection: for one question that is hot."""
        with self._reads.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises."""
        with self._alone(), Session(self._writes, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def writing_core(self) -> Iterator[sa.Connection]:
        """Like `writing`, with a bare connection: for inserts that are hot."""
        with self._alone(), self._writes.begin() as connection:
            yield connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._write_lock.acquire(timeout=BUSY_MILLISECONDS / 1000):
            raise OperationalError("BEGIN IMMEDIATE", None, TimeoutError("others write"))
        try:
            yield
        finally:
            self._write_lock.release()

    @contextmanager
    def needed_to_start(self) -> Iterator[None]:
        """Raises SettingError with a sentence when the database cannot do what the start needs of it."""
        try:
            yield
        except UNAVAILABLE as error:
            said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise SettingError(f"The database at DATABASE_URL cannot be opened: {said}") from error

    def dispose(self) -> None:
        """Close all connections, before a fork or at the end."""
        self.engine.dispose()


def _make_engine(url: str) -> sa.Engine:
    engine = _sqlite_engine(url) if url.startswith("sqlite") else _postgresql_engine(url)
    sa.event.listen(engine, "handle_error", _name_unavailable)
    return engine


def _sqlite_engine(url: str) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"check_same_thread": False, "isolation_level": None},
        pool_size=16,
        max_overflow=32,
        # What people wrote travels as parameters, and messages are logged.
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql_engine(url: str) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"connect_timeout": CONNECT_SECONDS},
        pool_size=16,
        max_overflow=16,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Nobody waits for a lock without end: a request that does holds its thread."""
    connection.execute(f"SET lock_timeout = {BUSY_MILLISECONDS}")
    connection.commit()


def _name_unavailable(context: sa.engine.ExceptionContext) -> Exception | None:
    """psycopg calls a server that became read-only, or that ended a transaction, an internal error."""
    if getattr(context.original_exception, "sqlstate", None) not in (READ_ONLY, IDLE_TOO_LONG):
        return None
    return OperationalError(context.statement, None, context.original_exception, hide_parameters=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Not DELETE: its commit is the removal of a file, and nothing makes that durable. After a power cut the
    # journal is back and undoes what a phone has forgotten. TRUNCATE syncs its commit, at the same price.
    journal = "WAL" if sqlite3.sqlite_version_info >= WAL_SAFE_FROM else "TRUNCATE"
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        f"journal_mode={journal}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # What is erased must not be readable in a free page.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A deferred BEGIN that later writes fails with "locked" instead of waiting, so writers say so at once.
    options = connection.get_execution_options()
    if not options.get("between_read"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("between_write") else "BEGIN")
