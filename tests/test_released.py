"""What a release left behind is upgraded and opened: nothing is fewer, and every score is what it was.

`tests/fixtures/0.1.0` was made by that release's own code: a small clinic with one of everything, once on
each database, and every envelope its phones sent.
"""

import base64
import hashlib
import json
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.config import load_settings
from app.db import Database
from app.migrations import upgrade
from app.models import Alert, AlertAttempt, Base, CheckIn, Envelope, InstrumentScore, Note, Patient
from app.reading import reading_with
from app.schemas.envelope import UnreadableError, read_envelope
from app.services.at_rest import open_texts
from app.services.plain import PLACES, seal_plain
from app.services.reread import Outcome, Reader, find_kept, open_kept, reread_all
from app.services.sealing import CannotOpenError, Keyring, load_keyring
from app.services.wrapping import CannotReadError, Owner, load_keys
from tests.factories import Member, signed_in
from tests.postgres import Postgres

RELEASES = sorted((Path(__file__).parent / "fixtures").iterdir())


@dataclass(frozen=True)
class Left:
    """One release's database, copied, and what it held when it was left."""

    folder: Path
    url: str
    expected: dict[str, Any]


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def from_sqlite(folder: Path, tmp_path: Path, _postgres: Postgres) -> Iterator[str]:
    shutil.copy(folder / "database.sqlite3", tmp_path / "left.db")
    yield f"sqlite:///{tmp_path / 'left.db'}"


def from_postgresql(folder: Path, _tmp_path: Path, postgres: Postgres) -> Iterator[str]:
    template = postgres.make_template(lambda _url: None)
    with postgres.copy(template) as url:
        plain = url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute((folder / "postgresql.sql").read_bytes())
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def left(request: pytest.FixtureRequest, folder: Path, tmp_path: Path, postgres: Postgres) -> Iterator[Left]:
    """The database of that release; the test runs once on each kind."""
    make: Callable[..., Iterator[str]] = {"sqlite": from_sqlite, "postgresql": from_postgresql}[request.param]
    expected = json.loads((folder / f"{request.param}.json").read_text(encoding="utf-8"))
    for url in make(folder, tmp_path, postgres):
        yield Left(folder, url, expected)


@pytest.fixture
def upgraded(left: Left, tmp_path: Path) -> Iterator[Flask]:
    """Today's application on it."""
    shutil.copytree(left.folder / "keys", tmp_path / "instance" / "keys")
    environ = {"BETWEEN_INSTANCE": f"{tmp_path}/instance", "DATABASE_URL": left.url, "BETWEEN_DEMO": "0"}
    app = create_app(load_settings(environ))
    app.testing = True
    yield app
    app.extensions["between"].database.dispose()


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["between"].database
    return database


def test_the_upgrade_leaves_no_row_behind(upgraded: Flask, left: Left) -> None:
    with database_of(upgraded).reading() as session:
        found = {
            name: session.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar()
            for name in left.expected["counts"]
            if name != "item_answer"
        }
        found["item_answer"] = sum(
            len(score.answers) for score in session.scalars(sa.select(InstrumentScore))
        )
    assert found == left.expected["counts"]


def test_every_answer_stands_beside_its_score_in_its_language(left: Left) -> None:
    database = Database(left.url)
    with database.reading() as session:
        told = sa.text("SELECT check_in_id, instrument, item, value, language FROM item_answer")
        before = {
            (uuid.UUID(str(owner)), instrument, item): (value, language)
            for owner, instrument, item, value, language in session.execute(told)
        }
    assert before
    upgrade(database)
    with database.reading() as session:
        after = {
            (score.check_in_id, score.instrument, item): (value, score.languages[item - 1])
            for score in session.scalars(sa.select(InstrumentScore))
            for item, value in score.answers.items()
        }
    assert after == before
    database.dispose()


WORDS = {
    "check_in": (CheckIn, "should_know_text"),
    "note": (Note, "body"),
    "alert": (Alert, "outcome"),
    "alert_attempt": (AlertAttempt, "words"),
    "patient": (Patient, "safety_plan"),
}


def test_every_word_is_what_it_was_and_stands_plain_nowhere(left: Left, tmp_path: Path) -> None:
    database = Database(left.url)
    with database.reading() as session:
        before = {
            name: sorted(session.execute(sa.text(f"SELECT {column} FROM {name}")).scalars())
            for name, (_model, column) in WORDS.items()
        }
        kept = sorted(bytes(one) for one in session.execute(sa.text("SELECT sealed FROM envelope")).scalars())
    upgrade(database)
    load_keys(database, tmp_path, datetime.now(UTC))
    assert seal_plain(database) > len(kept)
    assert seal_plain(database) == 0
    assert {name: _words(database, name) for name in WORDS} == before
    assert sorted(_kept(database)) == kept
    told = [text.encode() for texts in before.values() for text in texts if text]
    assert len(told) > 5
    on_disk = b"".join(_stored(database))
    assert not [one for one in (*told, *kept) if one in on_disk]
    database.dispose()
    if database.is_sqlite:
        file = Path(left.url.removeprefix("sqlite:///")).read_bytes()
        assert not [one for one in (*told, *kept) if one in file]


def _words(database: Database, name: str) -> list[str]:
    model, column = WORDS[name]
    with database.reading() as session:
        owners = session.execute(sa.select(Patient.clinic_id, Patient.id)).all()
        rows = session.scalars(sa.select(model)).all()
        for row in rows:
            _open_with_any(session, [Owner(*one) for one in owners], row)
        return sorted(getattr(row, column) for row in rows)


def _open_with_any(session: Session, owners: list[Owner], row: Any) -> None:
    """Only one patient's key opens it, whichever that is."""
    opened = 0
    for owner in owners:
        with suppress(CannotReadError):
            open_texts(session, owner, [row])
            opened += 1
    assert opened in (1, len(owners))


def _kept(database: Database) -> Iterator[bytes]:
    with database.reading_core() as connection:
        for key in connection.execute(sa.select(Envelope.clinic_id, Envelope.id)).all():
            yield find_kept(connection, (key.clinic_id, key.id)).sealed


def _stored(database: Database) -> Iterator[bytes]:
    with database.reading() as session:
        for place in PLACES:
            yield from map(bytes, session.scalars(sa.select(place.table.c[place.column])))


def test_every_score_is_what_it_was(upgraded: Flask, left: Left) -> None:
    columns = (
        CheckIn.client_id,
        CheckIn.is_conflict,
        InstrumentScore.instrument,
        InstrumentScore.total,
        InstrumentScore.band,
        InstrumentScore.status,
        InstrumentScore.item9,
    )
    with database_of(upgraded).reading() as session:
        rows = session.execute(
            sa.select(*columns).join(InstrumentScore, InstrumentScore.check_in_id == CheckIn.id)
        )
        found = sorted(([str(row[0]), *row[1:]] for row in rows), key=str)
    assert found == left.expected["scores"]
    assert found


def test_its_pages_open(upgraded: Flask, left: Left) -> None:
    nobody = uuid.UUID(int=0)
    lead = Member(nobody, uuid.UUID(left.expected["clinician"]), nobody, "", "")
    desk = signed_in(upgraded, lead)
    for path in ("/clinic", "/clinic/repairs"):
        assert desk.get(path).status_code == 200
    for patient in left.expected["patients"].values():
        assert desk.get(f"/clinic/patients/{patient}").status_code == 200


def test_every_envelope_it_kept_opens_and_scores_the_same(upgraded: Flask) -> None:
    keyring: Keyring = upgraded.extensions["between"].keyring
    with database_of(upgraded).reading() as session:
        stored: dict[uuid.UUID, dict[str, int | None]] = {}
        for one in session.scalars(sa.select(InstrumentScore)):
            stored.setdefault(one.check_in_id, {})[one.instrument] = one.total
        rows = session.scalars(sa.select(Envelope).where(Envelope.source == "phone")).all()
    readable = [row for row in rows if not row.repair]
    assert readable
    for row in readable:
        with database_of(upgraded).reading_core() as connection:
            kept = find_kept(connection, (row.clinic_id, row.id))
        assert hashlib.sha256(kept.sealed).digest() == row.sha256
        said = read_envelope(open_kept(keyring, kept), row.client_id)
        scores = {name: one.score.total for name, one in said.instruments.items()}
        assert scores == stored.get(row.id, {})


def test_what_it_could_not_read_is_read_now(upgraded: Flask) -> None:
    """Release 0.1.0 kept a wish to talk in person without knowing what it was."""
    keyring: Keyring = upgraded.extensions["between"].keyring
    reader = Reader(database_of(upgraded), reading_with(keyring), None, datetime.now(UTC))
    came = reread_all(reader)
    assert (came[Outcome.READ], came[Outcome.UNREAD]) == (1, 2)
    with database_of(upgraded).reading() as session:
        asked = session.scalars(sa.select(CheckIn).where(CheckIn.kind == "in_person")).one()
        kept = session.get_one(Envelope, (asked.clinic_id, asked.id))
    assert (asked.arrived_at, kept.repair) == (kept.arrived_at, "")


def test_every_envelope_its_phones_sent_is_still_read(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "keys", tmp_path / "keys")
    shutil.copy(folder / "database.sqlite3", tmp_path / "left.db")
    database = Database(f"sqlite:///{tmp_path / 'left.db'}")
    with database.reading() as session:
        keyring = load_keyring(session, tmp_path, datetime.now(UTC))
    database.dispose()
    sent = json.loads((folder / "envelopes.json").read_text(encoding="utf-8"))
    unread = [one["id"] for one in sent if not _is_read(keyring, one)]
    repaired = [one["id"] for one in sent if one["receipt"]["needs_repair"]]
    assert len(sent) > len(repaired)
    assert set(unread) <= set(repaired)


def _is_read(keyring: Keyring, one: dict[str, Any]) -> bool:
    sealed = base64.urlsafe_b64decode(one["sealed"] + "=" * (-len(one["sealed"]) % 4))
    item = uuid.UUID(one["id"])
    try:
        read_envelope(keyring.open(sealed, one["key"], uuid.UUID(one["person"]), item), item)
    except (CannotOpenError, UnreadableError):
        return False
    return True


def test_the_first_tables_are_still_the_first(folder: Path) -> None:
    """A migration that was released is never changed: its database must not have to be made again."""
    with sqlite3.connect(folder / "database.sqlite3") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_models_and_migrations_agree(database: Database) -> None:
    upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
