"""A clinic with one of everything that is quick to make, its backup, and an instance that is empty."""

import dataclasses
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.backup import secret
from app.backup.archive import Made, make_backup
from app.backup.keys import save_keys
from app.backup.restore import restore
from app.backup.rows import Tally, find_tables
from app.backup.secret import Secret, from_passphrase
from app.backup.snapshot import copy_out, read_sqlite
from app.config import Settings
from app.db import Database
from app.errors import UpkeepError
from tests.factories import Factory, seal_for, signed_in
from tests.postgres import Postgres

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PASSPHRASE = "seven plain words that open it"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a pass-phrase costs is paid in full in the drill only."""
    monkeypatch.setattr(secret, "COST", {"time": 1, "memory": 64, "lanes": 1})


@pytest.fixture
def opener(cheap: None) -> Secret:
    return from_passphrase(PASSPHRASE)


@dataclass(frozen=True)
class Kept:
    """A running clinic, the backup of its rows and of its keys."""

    app: Flask
    database: Database
    settings: Settings
    rows: Path
    keys: Path


def fill(app: Flask, database: Database) -> None:
    """A patient with answers, words that would be unwell in a file, a caregiver and a visit."""
    make = Factory(database, datetime.now(UTC))
    lead = make.clinician(make.clinic())
    june = make.patient(lead, "June \t\\N Kow\\alski\n\x0b\x08 ñ 🌙")
    make.caregiver(june)
    make.visit(lead, june)
    words = {"direction": "harder", "text": "a\\tb \\\\ \t \r\n \\N 'quoted' — é", "attribution": []}
    items = [seal_for(app, june, note={"executive": words, "hedonic": words}) for _ in range(3)]
    body = {"person": str(june.person_id), "items": items}
    assert signed_in(app, june).post("/api/sync", json=body).status_code == 200


def back_up(database: Database, settings: Settings, folder: Path, opener: Secret) -> Made:
    folder.mkdir(exist_ok=True)
    return make_backup(database, settings, folder, opener, datetime.now(UTC))


@pytest.fixture
def kept(app: Flask, settings: Settings, database: Database, tmp_path: Path, opener: Secret) -> Kept:
    fill(app, database)
    made = back_up(database, settings, tmp_path / "backups", opener)
    save_keys(settings.instance, tmp_path / "keys.between", opener, datetime.now(UTC))
    return Kept(app, database, settings, made.path, tmp_path / "keys.between")


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[str]:
    """An empty database, of the kind the test runs on."""
    if "sqlite" in request.getfixturevalue("database_url"):
        (tmp_path / "elsewhere").mkdir()
        yield f"sqlite:///{tmp_path}/elsewhere/between.db"
        return
    with postgres.copy(postgres.make_template(lambda _url: None)) as url:
        yield url


@pytest.fixture
def empty(settings: Settings, empty_url: str, tmp_path: Path) -> Settings:
    """The settings of a machine on which nothing is yet."""
    return dataclasses.replace(settings, instance=tmp_path / "elsewhere", database_url=empty_url)


Contents = dict[str, dict[str, int | str]]


@pytest.fixture
def holds() -> Callable[[str], Contents]:
    """What each table of the database at a URL holds: how many rows, and the sum over them."""

    def ask(url: str) -> Contents:
        database = Database(url)
        with database.engine.connect() as connection:
            found = {}
            for found_table in find_tables(connection):
                # Migrations leave the columns in another order on SQLite.
                table = found_table.arranged(sorted(found_table.columns))
                tally = Tally()
                for lines in (
                    read_sqlite(connection.connection.driver_connection, table)  # type: ignore[arg-type]
                    if database.is_sqlite
                    else copy_out(connection, table)
                ):
                    tally.add(lines)
                found[table.name] = tally.told()
        database.dispose()
        return found

    return ask


def left_in(folder: Path) -> list[str]:
    """The files below it."""
    return sorted(
        str(Path(above, name).relative_to(folder)) for above, _, names in os.walk(folder) for name in names
    )


def tables_in(url: str) -> list[str]:
    engine = sa.create_engine(url)
    try:
        return sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()


def refused(settings: Settings, rows: Path, keys: Path | None, opener: Secret, sentence: str) -> None:
    """It says so, and nothing is there that was not there before."""
    before = left_in(settings.instance) if settings.instance.exists() else []
    with pytest.raises(UpkeepError, match=sentence):
        restore(settings, rows, keys, opener, NOW)
    assert (left_in(settings.instance) if settings.instance.exists() else []) == before
    if not settings.database_url.startswith("sqlite"):
        assert tables_in(settings.database_url) == []
