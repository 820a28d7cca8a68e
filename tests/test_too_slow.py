"""A statement that runs too long on PostgreSQL is stopped: 503 with Retry-After, and nothing is lost."""

import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app import create_app, db
from app.config import Settings
from app.db import UNAVAILABLE, Database
from app.models import CheckIn, Envelope
from tests.factories import Factory, seal_for, signed_in

SLOW = "BEGIN PERFORM pg_sleep(0.8); RETURN NEW; END"


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    """SQLite has neither limit."""
    return postgresql_url


@pytest.fixture
def hurried(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database as requests use it, with little patience."""
    monkeypatch.setattr(db, "STATEMENT_MILLISECONDS", 300)
    monkeypatch.setattr(db, "IDLE_MILLISECONDS", 300)
    database = Database(database_url)
    database.hurry()
    yield database
    database.dispose()


def test_a_check_in_whose_statement_is_too_slow_comes_again(
    hurried: Database, make: Factory, settings: Settings
) -> None:
    june = make.patient(make.clinician(make.clinic()))
    app = create_app(settings)
    phone, item = signed_in(app, june), seal_for(app, june)
    body = {"person": str(june.person_id), "items": [item]}
    with make.database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $${SLOW}$$")
        connection.exec_driver_sql(
            "CREATE TRIGGER slow BEFORE INSERT ON envelope FOR EACH ROW EXECUTE FUNCTION slow()"
        )
    refused = phone.post("/api/sync", json=body)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    with make.database.engine.begin() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Envelope)) == 0
        connection.exec_driver_sql("DROP FUNCTION slow() CASCADE")
    assert phone.post("/api/sync", json=body).json["receipts"][0]["status"] == "stored"
    with make.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(CheckIn)) == 1
    app.extensions["between"].database.dispose()


def test_a_transaction_that_waits_for_us_is_ended_and_said_as_busy(hurried: Database) -> None:
    with pytest.raises(UNAVAILABLE), hurried.writing() as session:  # noqa: PT012
        session.execute(sa.text("SELECT 1"))
        time.sleep(0.6)
        session.execute(sa.text("SELECT 1"))
    with hurried.reading() as session:
        assert session.scalar(sa.text("SELECT 1")) == 1


def test_commands_take_their_time(hurried: Database) -> None:
    with pytest.raises(UNAVAILABLE), hurried.reading() as session:
        session.execute(sa.text("SELECT pg_sleep(0.5)"))
    hurried.take_time()
    with hurried.reading() as session:
        session.execute(sa.text("SELECT pg_sleep(0.5)"))
    with Database(hurried.url).reading() as session:
        assert session.scalar(sa.text("SHOW statement_timeout")) == "0"
