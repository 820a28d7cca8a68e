"""From alerts without a clock to alerts with one: nothing is lost, and what nobody answered is called for."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from app.config import Settings, load_settings
from app.db import Database
from app.jobs import work_once
from app.migrations import _config, upgrade
from app.models import Alert, AlertNotice, AlertStep
from tests.postgres import Postgres

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STATES = ("opened", "trying", "reached", "closed")


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the tables of revision 0002."""
    if request.param == "sqlite":
        yield _at_0002(f"sqlite:///{tmp_path / 'old.db'}")
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.copy("template0") as url:
        yield _at_0002(url)


@pytest.fixture
def bare(old: Database, tmp_path: Path) -> Settings:
    return load_settings({"BETWEEN_INSTANCE": str(tmp_path / "instance"), "DATABASE_URL": old.url})


def _at_0002(url: str) -> Database:
    database = Database(url)
    command.upgrade(_config(database), "0002")
    return database


def test_what_nobody_answered_has_a_clock_from_when_it_was_opened(old: Database, bare: Settings) -> None:
    _fill(old)
    upgrade(old)
    with old.reading() as session:
        alerts = {alert.state: alert for alert in session.scalars(sa.select(Alert))}
        steps = session.scalars(sa.select(AlertStep).order_by(AlertStep.alert_id, AlertStep.step)).all()
    assert set(alerts) == set(STATES)
    for alert in alerts.values():
        assert (alert.kind, alert.clock, alert.round, alert.version) == ("item9", "full", 1, 0)
        assert (alert.opened_at, alert.since, alert.reason) == (NOW, NOW, "first")
    late = {state: alert.late_at for state, alert in alerts.items()}
    assert late == {
        "opened": NOW + timedelta(hours=2),
        "trying": NOW + timedelta(hours=2),
        "reached": None,
        "closed": None,
    }
    assert alerts["reached"].reached_at == NOW + timedelta(minutes=5)
    assert alerts["opened"].reached_at is None
    assert {step.alert_id for step in steps} == {alerts["opened"].id, alerts["trying"].id}
    assert [step.due_at - NOW for step in steps[:4]] == [timedelta(minutes=m) for m in (0, 30, 60, 120)]
    assert work_once(old, bare, NOW + timedelta(minutes=30)) == 4
    with old.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AlertNotice)) == 4
    old.dispose()


@pytest.mark.parametrize("change", ["kind = 'mood'", "clock = 'never'", "state = 'closed'"])
def test_the_database_keeps_what_an_alert_may_be(old: Database, change: str) -> None:
    _fill(old)
    upgrade(old)
    with pytest.raises(sa.exc.IntegrityError), old.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE alert SET {change} WHERE state = 'opened'"))
    old.dispose()


def _fill(old: Database) -> None:
    """Four patients with an alert each, as 0.1.0 wrote them: in its tables, not through today's models."""
    tables = sa.MetaData()
    with old.engine.connect() as connection:
        tables.reflect(connection)
    clinic = uuid.uuid4()
    words = {"en": "", "es": ""}
    moment = NOW if old.engine.dialect.name == "postgresql" else NOW.replace(tzinfo=None)
    with old.engine.begin() as connection:

        def add(table: str, **values: object) -> None:
            # SQLite reflects an id as characters; the models wrote 32 of them.
            if old.is_sqlite:
                values = {
                    name: one.hex if isinstance(one, uuid.UUID) else one for name, one in values.items()
                }
            connection.execute(sa.insert(tables.tables[table]).values(**values))

        add(
            "clinic",
            id=clinic,
            name="Harbor",
            phone="1",
            zone="UTC",
            hours=words,
            answer_words=words,
            created_at=moment,
        )
        lead = _member(add, clinic, "clinician", moment)
        for state in STATES:
            patient, alert = uuid.uuid4(), uuid.uuid4()
            add(
                "patient",
                clinic_id=clinic,
                id=patient,
                membership_id=_member(add, clinic, "patient", moment),
                lead_id=lead,
                safety_plan="",
                **_extra(tables, "patient"),
                created_at=moment,
            )
            is_closed = state == "closed"
            add(
                "alert",
                clinic_id=clinic,
                id=alert,
                patient_id=patient,
                owner_id=lead,
                state=state,
                reason="first",
                opened_at=moment,
                closed_at=moment if is_closed else None,
                closed_by=lead if is_closed else None,
                outcome="Mondays." if is_closed else "",
            )
            if state in ("reached", "closed"):
                add(
                    "alert_attempt",
                    clinic_id=clinic,
                    id=uuid.uuid4(),
                    alert_id=alert,
                    membership_id=lead,
                    state="reached",
                    words="Spoke.",
                    made_at=moment + timedelta(minutes=5),
                )


def _member(add: object, clinic: uuid.UUID, role: str, moment: datetime) -> uuid.UUID:
    person, member = uuid.uuid4(), uuid.uuid4()
    assert callable(add)
    add(
        "person",
        id=person,
        name="Ada",
        language="en",
        zone="UTC",
        numbers_hidden=False,
        created_at=moment,
    )
    add(
        "membership",
        clinic_id=clinic,
        id=member,
        person_id=person,
        role=role,
        state="active",
        created_at=moment,
    )
    return member


def _extra(tables: sa.MetaData, table: str) -> dict[str, object]:
    """What 0002 added and asks for, where it has no default."""
    needed = [
        column
        for column in tables.tables[table].columns
        if not column.nullable and column.server_default is None
    ]
    known = {"clinic_id", "id", "membership_id", "lead_id", "safety_plan", "created_at"}
    return {column.name: False for column in needed if column.name not in known}
