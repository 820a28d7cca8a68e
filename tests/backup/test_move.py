"""From SQLite to PostgreSQL: every row, or none; and the old file takes no more."""

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app import create_app
from app.backup import move as moving
from app.backup.move import move
from app.config import Settings
from app.db import Database
from app.errors import SettingError, UpkeepError
from app.services.upkeep import note_upkeep
from tests.backup.conftest import Contents, fill, tables_in
from tests.postgres import Postgres

NOW = datetime.now(UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def to(postgres: Postgres) -> Iterator[str]:
    with postgres.copy(postgres.make_template(lambda _url: None)) as url:
        yield url


@pytest.fixture
def source(settings: Settings, database: Database) -> Database:
    app = create_app(settings)
    app.testing = True
    fill(app, app.extensions["between"].database)
    app.extensions["between"].database.dispose()
    return database


def test_every_row_is_moved_once(
    settings: Settings, source: Database, to: str, holds: Callable[[str], Contents]
) -> None:
    before = holds(source.url)
    counts = move(settings, source, to, NOW)
    assert holds(to) == before
    assert counts == {name: one["count"] for name, one in before.items()}
    # A process that has the old file open is told to come again; nothing goes where nobody would look.
    with pytest.raises(OperationalError), source.writing() as session:
        note_upkeep(session, "worker", NOW)
    with source.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM person")) == counts["person"]
    with pytest.raises(SettingError, match="moved to PostgreSQL"):
        create_app(settings)
    with pytest.raises(UpkeepError, match="already"):
        move(settings, source, to, NOW)
    app = create_app(dataclasses.replace(settings, database_url=to))
    there: Database = app.extensions["between"].database
    with there.writing() as session:
        session.execute(sa.text("INSERT INTO audit (at, action, subject) VALUES (now(), 'a', 'b')"))
    there.dispose()


def test_it_is_refused_where_it_could_lose_something(
    settings: Settings, source: Database, to: str, postgresql_url: str, holds: Callable[[str], Contents]
) -> None:
    before = holds(source.url)

    def refused(url: str, sentence: str, now: datetime = NOW) -> None:
        with pytest.raises(UpkeepError, match=sentence):
            move(settings, source, url, now)
        assert tables_in(to) == []

    with closing(sqlite3.connect(Path(source.url.removeprefix("sqlite:///")), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused(to, "Somebody writes")
    database = Database(postgresql_url)
    with database.writing() as session:
        note_upkeep(session, "backup", NOW)
    database.dispose()
    refused(postgresql_url, "not empty: upkeep")
    assert holds(source.url) == before
    with source.writing() as session:
        note_upkeep(session, "worker", NOW - timedelta(seconds=40))
    refused(to, "still runs")


def test_what_fails_midway_leaves_both_as_they_were(
    settings: Settings,
    source: Database,
    to: str,
    holds: Callable[[str], Contents],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = holds(source.url)
    honest = moving.read_sqlite

    def bent(connection: sqlite3.Connection, table: moving.Table) -> Iterator[list[bytes]]:
        if table.name == "visit":
            raise OSError(28, "No space left on device")
        yield from honest(connection, table)

    monkeypatch.setattr(moving, "read_sqlite", bent)
    with pytest.raises(OSError, match="No space"):
        move(settings, source, to, NOW)
    monkeypatch.undo()
    assert tables_in(to) == []
    assert holds(source.url) == before
    move(settings, source, to, NOW)
    assert holds(to) == before
