"""A database that is full, locked, read-only or gone: 503 with Retry-After and a sentence, on every route.

Each condition is the real one, made by the database itself; nothing is acknowledged meanwhile, and everything
works again as soon as it is over, without a restart.
"""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app, db
from app.config import Settings
from app.db import Database
from app.models import AuditRow, Envelope
from tests.access_cells import cells
from tests.access_table import TABLE
from tests.access_world import World, address_of, body_of, build_world
from tests.factories import seal_for

Condition = Callable[[Database], AbstractContextManager[None]]
NO_DATABASE = {
    "pwa.check_in",
    "pwa.help_page",
    "pwa.licences",
    "pwa.shell",
    "pwa.worker",
    "pwa.manifest",
    "openapi.show_openapi",
}
NOTE = {"executive": {"direction": None, "text": "x" * 9000, "attribution": []}}


@contextmanager
def at_checkout(database: Database, statement: str, after: str) -> Iterator[None]:
    """Every connection that is handed out is told `statement` first; at the end the pool is emptied."""

    def tell(connection: Any, *_rest: object) -> None:
        connection.execute(statement).close()

    sa.event.listen(database.engine, "checkout", tell)
    try:
        yield
    finally:
        sa.event.remove(database.engine, "checkout", tell)
        database.dispose()
        with database.engine.connect() as connection:
            connection.exec_driver_sql(after)


def full(database: Database) -> AbstractContextManager[None]:
    # As small as the file is already: every page more is one too many.
    return at_checkout(database, "PRAGMA max_page_count=1", "PRAGMA max_page_count=1073741823")


def read_only(database: Database) -> AbstractContextManager[None]:
    return at_checkout(database, "PRAGMA query_only=ON", "PRAGMA query_only=OFF")


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another_process(database: Database, how: str) -> Iterator[None]:
    path = database.engine.url.database
    assert path is not None
    command = [sys.executable, "-c", HOLD, path, how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.kill()


def locked(database: Database) -> AbstractContextManager[None]:
    return held_by_another_process(database, "IMMEDIATE")


def locked_for_reading_too(database: Database) -> AbstractContextManager[None]:
    return held_by_another_process(database, "EXCLUSIVE")


@contextmanager
def told(database: Database, during: str, after: str) -> Iterator[None]:
    """The server is told about this very database, and all connections are made anew."""
    name = database.engine.url.database
    with (
        sa.create_engine(database.url).execution_options(isolation_level="AUTOCOMMIT").connect() as connection
    ):
        connection.exec_driver_sql(during.format(name=name))
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )
        try:
            yield
        finally:
            connection.exec_driver_sql(after.format(name=name))
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
            )


def standby(database: Database) -> AbstractContextManager[None]:
    read_only = "ALTER DATABASE {name} SET default_transaction_read_only = "
    return told(database, read_only + "on", read_only + "off")


def refusing(database: Database) -> AbstractContextManager[None]:
    allow = "UPDATE pg_database SET datallowconn = {} WHERE datname = '{{name}}'"
    return told(database, allow.format("false"), allow.format("true"))


@contextmanager
def disk_full(database: Database) -> Iterator[None]:
    """Errors of class 53100, raised by the server in the middle of a statement."""
    fill = "BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END"
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $${fill}$$")
        for table in ("audit", "envelope", "web_session", "throttle"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION fill()"
            )
    yield
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION fill() CASCADE")


@contextmanager
def tables_locked(database: Database) -> Iterator[None]:
    holder = sa.create_engine(database.url, poolclass=sa.NullPool)
    with holder.connect() as connection:
        for table in ("audit", "envelope", "person", "web_session", "append_credential", "throttle"):
            connection.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


CONDITIONS: list[tuple[str, Condition]] = [
    ("sqlite", full),
    ("sqlite", read_only),
    ("sqlite", locked),
    ("sqlite", locked_for_reading_too),
    ("postgresql", standby),
    ("postgresql", refusing),
    ("postgresql", disk_full),
    ("postgresql", tables_locked),
]


@dataclass(frozen=True)
class Knock:
    """One request that is ready to be made, and what comes of it on a good day."""

    endpoint: str
    browser: FlaskClient
    path: str
    body: dict[str, Any]
    expected: int

    def ask(self) -> TestResponse:
        return self.browser.open(self.path, method=TABLE[self.endpoint].method, **self.body)


def knocks(world: World) -> list[Knock]:
    """Every route, by whoever gets furthest there."""
    return [_knock(world, endpoint) for endpoint in TABLE]


def _knock(world: World, endpoint: str) -> Knock:
    known = [(name, status) for name, status in cells(endpoint) if isinstance(name, str)]
    name, expected = min(known, key=lambda one: (one[1] >= 400, one[1] in (302, 401), one[1]))
    body = body_of(world, endpoint)
    if endpoint == "sync.sync":
        body["json"]["items"] = [seal_for(world.app, world.june, note={**NOTE, "hedonic": NOTE["executive"]})]
    path = address_of(world, endpoint)
    return Knock(endpoint, world.browser(name), path, body, expected)


@pytest.fixture(params=CONDITIONS, ids=lambda pair: f"{pair[0]}-{pair[1].__name__}")
def condition(request: pytest.FixtureRequest) -> tuple[str, Condition]:
    pair: tuple[str, Condition] = request.param
    return pair


@pytest.fixture
def database_url(request: pytest.FixtureRequest, condition: tuple[str, Condition]) -> str:
    url: str = request.getfixturevalue(f"{condition[0]}_url")
    return url


@pytest.fixture
def impatient(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application, with nobody waiting eight seconds for a lock."""
    monkeypatch.setattr(db, "BUSY_MILLISECONDS", 30)
    app = create_app(settings)
    yield app
    app.extensions["between"].database.dispose()


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_every_route_says_come_again_and_works_afterwards(
    impatient: Flask, condition: tuple[str, Condition], caplog: pytest.LogCaptureFixture
) -> None:
    database: Database = impatient.extensions["between"].database
    ready = knocks(build_world(impatient))
    before = count(database, Envelope), count(database, AuditRow)
    wrong, refused = [], 0
    with caplog.at_level(logging.INFO), condition[1](database):
        for knock in ready:
            response = knock.ask()
            refused += response.status_code == 503
            wrong += _faults(knock, response)
    assert not wrong, "\n".join(wrong)
    # What still fits into the pages there are is stored, and rightly so.
    assert refused > (0 if condition[1] is full else 10), "the condition did not bite"
    stored = count(database, Envelope), count(database, AuditRow)
    if condition[1] is not full:
        assert stored == before
    assert "x" * 50 not in caplog.text
    later = [(knock.endpoint, knock.ask().status_code, knock.expected) for knock in ready]
    assert [one for one in later if one[1] >= 500] == []
    # What one act did makes another of them too late or too early, here as on any day.
    assert len([one for one in later if one[1] in (one[2], 409)]) > 0.97 * len(later)


# What was not held cannot be let go.
TOO_EARLY = {"holds.lift": 404}


def _faults(knock: Knock, response: TestResponse) -> list[str]:
    """503 with all it needs, or a route that could do without the database."""
    said = response.text
    faults = [word for word in ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "SELECT") if word in said]
    if response.status_code == 503:
        faults += [] if response.headers.get("Retry-After") == "5" else ["no Retry-After"]
        faults += [] if "try again in a moment" in said else ["no sentence"]
        faults += ["needs no database"] if knock.endpoint in NO_DATABASE else []
    # What an act before it could not do now makes this one too early: it says so, and does nothing.
    elif response.status_code not in (knock.expected, TOO_EARLY.get(knock.endpoint, 409)):
        faults.append(f"{response.status_code} instead of {knock.expected} or 503")
    return [f"{knock.endpoint}: {fault}" for fault in faults]


def test_nothing_is_acknowledged_and_all_is_well_afterwards(
    impatient: Flask, condition: tuple[str, Condition]
) -> None:
    database: Database = impatient.extensions["between"].database
    world = build_world(impatient)
    sync = _knock(world, "sync.sync")
    form = _knock(world, "form.send_form")
    answers = {"phq9-1": "2", "executive-text": "I walked away. " * 600}
    with condition[1](database):
        response = sync.ask()
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert response.json is not None
        assert "receipts" not in response.json
        page = form.browser.post(form.path, data=answers)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert "I walked away." in page.text, "what was typed must stay in the page"
    again = sync.ask()
    assert again.json is not None
    assert again.json["receipts"][0]["status"] == "stored"
    assert form.browser.post(form.path, data=answers).status_code == 200
