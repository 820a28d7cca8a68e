"""What every test may ask for. Whatever touches tables runs twice: on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from app.assets import build_assets
from app.config import Settings, load_settings
from app.db import Database
from app.keys import make_folder
from app.migrations import upgrade
from app.services import accounts
from app.services.wrapping import load_keys
from tests.factories import Factory, visitor
from tests.postgres import Postgres
from tests.templates import compile_once

SHARED = "BETWEEN_TEST_SHARED"
NOON = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes one directory that all processes of this run share."""
    compile_once()
    # What a hash costs is paid in full by the servers of the browser tests, not by every person made here.
    accounts._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="between-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(SHARED), ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real browsers and servers first: the longest tests, and a long one begun last leaves a core idle."""
    items.sort(key=lambda item: not {"browser", "live"}.intersection(item.path.parts))


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest tables and let go of it."""
    database = Database(url)
    upgrade(database)
    database.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The run's PostgreSQL server."""
    server = Postgres(Path(os.environ[SHARED]) / "postgres")
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgresql_template(postgres: Postgres) -> str:
    """A migrated PostgreSQL database, from which those that tests have are made."""
    return postgres.make_template(migrate)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "between.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file."""
    path = tmp_path / "between.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres: Postgres, postgresql_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database without rows."""
    with postgres.lend(postgresql_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """The database itself, without the web around it."""
    database = Database(database_url)
    load_keys(database, tmp_path / "instance", datetime.now(UTC))
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def built_assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phone's files, compressed once: at every start that is most of what a start costs."""
    instance = tmp_path_factory.mktemp("assets")
    build_assets(instance)
    return instance / "static"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, built_assets: Path) -> Settings:
    """What `python app.py` would read, in a directory of its own and with no demo clinic."""
    instance = tmp_path / "instance"
    make_folder(instance)
    (instance / "static").symlink_to(built_assets, target_is_directory=True)
    return load_settings(
        {
            "BETWEEN_INSTANCE": str(instance),
            "DATABASE_URL": database_url,
            "BETWEEN_DEMO": "0",
            "BETWEEN_VAPID_CONTACT": "mailto:operator@clinic.example.com",
        }
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole application, as the server makes it."""
    from app import create_app

    app = create_app(settings)
    app.testing = True
    yield app
    app.extensions["between"].database.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser with empty pockets that comes from this very site."""
    return visitor(app)


@pytest.fixture
def make(database: Database) -> Factory:
    """Makes clinics, people and visits through the real services, now."""
    return Factory(database, datetime.now(UTC))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands at noon in New York on 21 November 2026 until the test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path, built_assets: Path) -> Iterator[Flask]:
    """The whole application on a database that need not survive a power cut: for thousands of requests."""
    from app import create_app

    instance = tmp_path / "instance"
    make_folder(instance)
    (instance / "static").symlink_to(built_assets, target_is_directory=True)
    environ = {"BETWEEN_INSTANCE": str(instance), "DATABASE_URL": sqlite_url, "BETWEEN_DEMO": "0"}
    app = create_app(load_settings(environ))
    database = app.extensions["between"].database
    database.dispose()
    sa.event.listen(database.engine, "connect", _forget_to_sync)
    yield app
    database.dispose()


def _forget_to_sync(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()
