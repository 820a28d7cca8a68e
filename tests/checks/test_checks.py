"""The self-check says what is wrong when it is, and nothing when it is not."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.backup.archive import name_of
from app.backup.keys import named, read_keys
from app.checks import Finding, run_checks, run_start_checks
from app.config import Settings
from app.db import Database
from app.models import Clinic
from app.services.audit import record
from app.services.upkeep import BACKUP, KEYS, WORKER, note_upkeep
from tests.factories import Factory, signed_in

NOW = datetime.now(UTC)


@pytest.fixture
def ready(app: Flask, settings: Settings) -> Settings:
    """An instance in good order."""
    (settings.instance / "keys").chmod(0o700)
    with app.extensions["between"].database.writing() as session:
        note_upkeep(session, WORKER, datetime.now(UTC))
        note_upkeep(session, BACKUP, NOW, name_of(NOW))
        note_upkeep(session, KEYS, NOW, named(read_keys(settings.instance)))
    return dataclasses.replace(settings, public_url="https://clinic.example.org")


def wrong(findings: list[Finding]) -> set[str]:
    return {one.name for one in findings if one.state == "wrong"}


def test_in_good_order_nothing_is_wrong(ready: Settings, database: Database, make: Factory) -> None:
    make.clinic()
    findings = run_checks(database, ready, datetime.now(UTC))
    # Tests run on a PostgreSQL that need not survive a power cut, and the check sees it.
    assert wrong(findings) <= ({"Database"} if not database.is_sqlite else set())
    assert {one.name for one in findings if one.state == "look"} == {"E-mail"}
    assert all(one.said() for one in findings)
    assert len(findings) == 14


def _clock_back(database: Database, _settings: Settings) -> None:
    with database.writing() as session:
        later = NOW + timedelta(hours=2)
        record(session, at=later, actor_id=None, action="a", subject="b", subject_id=None, clinic_id=None)


def _zone_unknown(database: Database, _settings: Settings) -> None:
    Factory(database, NOW).clinic()
    with database.writing() as session:
        session.execute(sa.update(Clinic).values(zone="Mars/Olympus"))


def _key_gone(_database: Database, settings: Settings) -> None:
    (settings.instance / "keys" / "hpke-k1.pem").rename(settings.instance / "away.pem")


def _folder_open(_database: Database, settings: Settings) -> None:
    (settings.instance / "keys").chmod(0o755)


def _nobody_ticks(database: Database, _settings: Settings) -> None:
    with database.writing() as session:
        note_upkeep(session, WORKER, NOW - timedelta(minutes=5))


def _no_backup(database: Database, _settings: Settings) -> None:
    with database.writing() as session:
        note_upkeep(session, BACKUP, NOW - timedelta(days=4))


def _newer(database: Database, _settings: Settings) -> None:
    with database.writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))


Break = Callable[[Database, Settings], None]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("Clock", _clock_back),
        ("Time zones", _zone_unknown),
        ("Keys", _key_gone),
        ("Folder of the keys", _folder_open),
        ("Worker", _nobody_ticks),
        ("Backup", _no_backup),
        ("Tables", _newer),
    ],
)
def test_each_fault_is_named(ready: Settings, database: Database, name: str, act: Break) -> None:
    act(database, ready)
    assert wrong(run_checks(database, ready, datetime.now(UTC))) - {"Database"} == {name}
    said_at_start = wrong(run_start_checks(database, ready, datetime.now(UTC))) - {"Database"}
    assert said_at_start <= {name}


def test_a_new_key_that_is_in_no_backup_is_named(ready: Settings, database: Database) -> None:
    (ready.instance / "keys" / "wrap-w2.key").write_bytes(b"new")
    (found,) = [one for one in run_checks(database, ready, NOW) if one.name == "Backup of the keys"]
    assert (found.state, found.said()) == ("look", "In no backup of the keys: wrap-w2.key.")


def test_the_page_says_it_to_staff_only(app: Flask, ready: Settings, make: Factory) -> None:
    clinic = make.clinic()
    lead = make.clinician(clinic)
    page = signed_in(app, make.colleague(clinic, "administrator")).get("/clinic/health")
    assert page.status_code == 200
    assert "The last backup: 0 hours ago." in page.text
    for other in (lead, make.patient(lead)):
        assert signed_in(app, other).get("/clinic/health").status_code == 403
