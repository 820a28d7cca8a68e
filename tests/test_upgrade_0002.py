"""From the tables of 0.1.0 on: every row is still there, and what asked to talk in person says so."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from app.db import Database
from app.migrations import _config, upgrade
from tests.postgres import Postgres

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SENTENCE = "Asks to talk in person instead of answering the questions today."


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the tables of revision 0001."""
    if request.param == "sqlite":
        yield _at_0001(f"sqlite:///{tmp_path / 'old.db'}")
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.copy("template0") as url:
        yield _at_0001(url)


def _at_0001(url: str) -> Database:
    database = Database(url)
    command.upgrade(_config(database), "0001")
    return database


def test_the_data_is_intact_and_the_asking_has_its_kind(old: Database) -> None:
    ids = _fill(old)
    upgrade(old)
    with old.engine.begin() as connection:
        kinds = dict(connection.execute(sa.text("SELECT wall, kind FROM check_in")).all())  # type: ignore[arg-type]
        assert kinds == {"asked": "in_person", "typed": "note", "full": "full"}
        answers = connection.execute(sa.text("SELECT item_8, item_9 FROM instrument_score")).all()
        assert answers == [(None, 1)]
        indexes = {one["name"] for one in sa.inspect(connection).get_indexes("check_in")}
        assert "ix_check_in_patient" in indexes
    with pytest.raises(sa.exc.IntegrityError), old.engine.begin() as connection:
        connection.execute(sa.text("UPDATE check_in SET kind = 'shout'"))
    assert len(ids) == 3
    old.dispose()


def _fill(old: Database) -> list[uuid.UUID]:
    """Three check-ins as 0.1.0 wrote them, in its own tables and not through today's models."""
    tables = sa.MetaData()
    with old.engine.connect() as connection:
        tables.reflect(connection)
    clinic, person, member, patient = (uuid.uuid4() for _ in range(4))
    said = (
        ("asked", "note", ["other"], SENTENCE),
        ("typed", "note", ["other"], SENTENCE + " Or on Monday."),
        ("full", "full", [], ""),
    )
    ids = [uuid.uuid4() for _ in said]

    def put(connection: sa.Connection, table: str, **values: object) -> None:
        columns = tables.tables[table].columns
        as_stored = {key: _stored(value, old.is_sqlite) for key, value in values.items() if key in columns}
        connection.execute(tables.tables[table].insert(), as_stored)

    with old.engine.begin() as connection:
        put(
            connection,
            "clinic",
            id=clinic,
            name="H",
            phone="1",
            zone="UTC",
            hours={},
            answer_words={},
            created_at=NOW,
        )
        put(
            connection,
            "person",
            id=person,
            name="J",
            language="en",
            zone="UTC",
            numbers_hidden=False,
            created_at=NOW,
        )
        own = {"clinic_id": clinic}
        put(
            connection,
            "membership",
            **own,
            id=member,
            person_id=person,
            role="patient",
            state="active",
            created_at=NOW,
        )
        put(
            connection,
            "patient",
            **own,
            id=patient,
            membership_id=member,
            lead_id=member,
            safety_plan="",
            created_at=NOW,
        )
        for key, (wall, kind, topics, text) in zip(ids, said, strict=True):
            common = own | {"id": key, "patient_id": patient, "client_id": key, "arrived_at": NOW}
            put(
                connection,
                "envelope",
                **common,
                variant="",
                sha256=b"",
                source="phone",
                key_id="",
                sealed=b"",
                repair="",
            )
            put(
                connection,
                "check_in",
                **common,
                is_conflict=False,
                kind=kind,
                language="en",
                started_at=NOW,
                answered_at=NOW,
                wall=wall,
                zone="UTC",
                offset_minutes=0,
                app_version="0.1.0",
                install_id=key,
                sequence=1,
                pending=0,
                difficulty_asked=False,
                should_know_topics=topics,
                should_know_text=text,
            )
        put(
            connection,
            "instrument_score",
            **own,
            check_in_id=ids[2],
            instrument="phq9",
            version="1",
            status="incomplete",
            answered=1,
        )
        put(
            connection,
            "item_answer",
            **own,
            check_in_id=ids[2],
            instrument="phq9",
            item=9,
            value=1,
            language="en",
        )
    return ids


def _stored(value: object, is_sqlite: bool) -> object:
    """SQLite's reflected columns know neither ids nor zones."""
    if is_sqlite and isinstance(value, uuid.UUID):
        return value.hex
    if is_sqlite and isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value
