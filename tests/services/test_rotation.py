"""A rotation that is killed at any statement leaves everything readable, and ends when it is run again."""

import multiprocessing
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.db import Database
from app.errors import SettingError
from app.models import Patient, PatientKey, WrappingKey
from app.services import rotation
from app.services.rotation import rotate
from app.services.wrapping import load_keys, wrapping_path
from tests.factories import Factory
from tests.opened import read_opened, write_plan

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
PATIENTS, WORDS = 5, "Shoes on, once around the block."
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def filled(make: Factory, database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Five patients with words, and pages of two."""
    monkeypatch.setattr(rotation, "PAGE", 2)
    lead = make.clinician(make.clinic())
    for number in range(PATIENTS):
        make.patient(lead, f"Patient {number}")
    with database.writing() as session:
        write_plan(session, WORDS)
    return database


def plans(database: Database) -> list[str]:
    with database.reading() as session:
        return [patient.safety_plan for patient in read_opened(session, Patient)]


def wrapped_by(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(sa.select(PatientKey.key_id)))


def start_again(database: Database, instance: Path) -> Database:
    """As another process would, after the first."""
    other = Database(database.url)
    load_keys(other, instance, NOW)
    return other


def rotate_until_killed(url: str, instance: Path, statements: int) -> int | None:
    """Run it in a process that is killed -9 before its nth statement. 0: it ended before that."""

    def run() -> None:
        database = Database(url)
        load_keys(database, instance, NOW)
        left = statements

        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        for event in ("before_cursor_execute", "commit"):
            sa.event.listen(database.engine, event, count)
        rotate(database, instance, NOW)
        os._exit(0)

    process = FORK.Process(target=run)
    process.start()
    process.join(60)
    return process.exitcode


def test_everything_is_readable_after_a_kill_at_any_statement(filled: Database, instance: Path) -> None:
    filled.dispose()
    kills = 0
    while (ended := rotate_until_killed(filled.url, instance, kills)) != 0:
        assert ended == -signal.SIGKILL
        kills += 1
        other = start_again(filled, instance)
        assert plans(other) == [WORDS] * PATIENTS
        other.dispose()
    assert kills > 7
    assert plans(filled) == [WORDS] * PATIENTS
    assert len(wrapped_by(filled)) == 1


def test_the_old_key_is_needed_no_more_and_its_file_stays(filled: Database, instance: Path) -> None:
    done = rotate(filled, instance, NOW)
    assert (done.key_id, done.resumed, done.rewrapped, done.retired) == ("w2", False, PATIENTS, ["w1"])
    assert wrapped_by(filled) == {"w2"}
    assert wrapping_path(instance, "w1").exists()
    wrapping_path(instance, "w1").unlink()
    other = start_again(filled, instance)
    assert plans(other) == [WORDS] * PATIENTS
    assert rotate(other, instance, NOW).key_id == "w3"
    other.dispose()


def test_a_process_that_started_before_reads_and_writes_on(filled: Database, instance: Path) -> None:
    other = start_again(filled, instance)
    rotate(other, instance, NOW)
    other.dispose()
    assert plans(filled) == [WORDS] * PATIENTS
    with filled.writing() as session:
        write_plan(session, "Another.")
    assert plans(filled) == ["Another."] * PATIENTS


@pytest.mark.parametrize("what", ["missing", "another"])
def test_a_start_refuses_a_database_whose_key_is(filled: Database, instance: Path, what: str) -> None:
    path = wrapping_path(instance, "w1")
    path.unlink()
    if what == "another":
        path.write_bytes(bytes(32))
    with pytest.raises(SettingError, match="wrapping key w1"):
        start_again(filled, instance)
    with filled.reading() as session:
        assert session.scalars(sa.select(WrappingKey.id)).all() == ["w1"]
