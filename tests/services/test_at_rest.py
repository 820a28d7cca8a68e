"""What is sealed at rest opens where it was written and nowhere else; an upgrade seals what was plain."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.db import Database
from app.migrations import upgrade
from app.models import Alert, CheckIn, LeftPlain, Note, NotOpenedError, Patient, PatientKey
from app.services import plain
from app.services.at_rest import open_texts, seal_texts
from app.services.plain import PLACES, seal_plain
from app.services.wrapping import CannotReadError, Owner, keys_of, load_keys
from tests.factories import Factory, Member
from tests.opened import read_opened, write_plan

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
WORDS = "Shoes on, once around the block."
RELEASED = Path(__file__).parent.parent / "fixtures" / "0.1.0" / "database.sqlite3"


@pytest.fixture
def two(make: Factory) -> tuple[Member, Member]:
    """Two patients of one team with the same words."""
    lead = make.clinician(make.clinic())
    both = make.patient(lead), make.patient(lead, "Dev Marsh")
    with make.database.writing() as session:
        write_plan(session, WORDS)
    return both


def read_plan(database: Database, of: Member) -> str:
    with database.reading() as session:
        patient = session.get_one(Patient, (of.clinic_id, of.patient))
        open_texts(session, Owner(of.clinic_id, of.patient), [patient])
        return patient.safety_plan


def test_words_are_read_only_once_they_are_opened(database: Database, two: tuple[Member, Member]) -> None:
    june, _dev = two
    assert read_plan(database, june) == WORDS
    with database.writing() as session:
        patient = session.get_one(Patient, (june.clinic_id, june.patient))
        with pytest.raises(NotOpenedError):
            _ = patient.safety_plan
        with pytest.raises(AttributeError):
            patient.safety_plan = "plain"  # type: ignore[assignment]
        owner = Owner(june.clinic_id, june.patient)
        seal_texts(session, owner, patient, safety_plan="Another.")
        assert patient.safety_plan == "Another."
        seal_texts(session, owner, patient, safety_plan="")
        assert (patient.safety_plan, patient.plan_sealed) == ("", b"")


CHANGES: dict[str, Callable[[bytes, bytes], bytes]] = {
    "another patient's": lambda _own, other: other,
    "one bit": lambda own, _other: own[:-1] + bytes([own[-1] ^ 1]),
    "cut off": lambda own, _other: own[:20],
    "plain": lambda _own, _other: b"\x00" + WORDS.encode(),
    "another format": lambda own, _other: b"\x02" + own[1:],
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_bytes_do_not_open(database: Database, two: tuple[Member, Member], change: str) -> None:
    june, dev = two
    with database.writing() as session:
        own = session.get_one(Patient, (june.clinic_id, june.patient))
        other = session.get_one(Patient, (dev.clinic_id, dev.patient))
        own.plan_sealed = CHANGES[change](own.plan_sealed, other.plan_sealed)
    with pytest.raises(CannotReadError):
        read_plan(database, june)
    assert read_plan(database, dev) == WORDS


def test_a_key_opens_only_its_own_patient(database: Database, two: tuple[Member, Member]) -> None:
    june, dev = two
    with database.writing() as session:
        keys = {row.patient_id: row for row in session.scalars(sa.select(PatientKey))}
        keys[june.patient].wrapped = keys[dev.patient].wrapped
    with pytest.raises(CannotReadError):
        read_plan(database, june)


def test_the_same_words_are_other_bytes_each_time(database: Database, two: tuple[Member, Member]) -> None:
    with database.writing() as session:
        write_plan(session, WORDS)
        sealed = set(session.scalars(sa.select(Patient.plan_sealed)))
        write_plan(session, WORDS)
        sealed |= set(session.scalars(sa.select(Patient.plan_sealed)))
    assert len(sealed) == 4
    assert not [one for one in sealed if WORDS.encode() in one]


def test_a_database_without_its_keys_reads_nothing(database: Database, two: tuple[Member, Member]) -> None:
    bare = Database(database.url)
    with bare.reading() as session, pytest.raises(RuntimeError, match="without its keys"):
        keys_of(session)
    bare.dispose()


def test_every_column_of_bytes_that_holds_words_is_known(database: Database) -> None:
    """Whoever adds words about a patient seals them: their place is in the list that an upgrade goes by."""
    from app.models import Base, Opened

    said = {
        (mapper.local_table, mapper.column_attrs[one.sealed].columns[0].name)
        for mapper in Base.registry.mappers
        for one in vars(mapper.class_).values()
        if isinstance(one, Opened)
    }
    known = {(place.table, place.column) for place in PLACES}
    assert {column for _table, column in known - said} == {"sealed"}
    assert said <= known


def test_an_upgrade_stopped_at_any_statement_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pages of three rows. What a stopped transaction did is as if it had never been."""
    monkeypatch.setattr(plain, "PAGE", 3)
    shutil.copy(RELEASED, tmp_path / "left.db")
    database = Database(f"sqlite:///{tmp_path / 'left.db'}")
    upgrade(database)
    load_keys(database, tmp_path, NOW)
    stops = 0
    while _stopped_after(database, stops):
        stops += 1
    assert stops > 10
    with database.reading() as session:
        assert session.scalars(sa.select(LeftPlain)).all() == []
        told = [note.body for note in read_opened(session, Note) if note.body]
        told += [one.should_know_text for one in read_opened(session, CheckIn) if one.should_know_text]
        told += [alert.outcome for alert in read_opened(session, Alert) if alert.outcome]
    assert sorted(told) == sorted(_told_before())
    database.dispose()


def _told_before() -> list[str]:
    before = Database(f"sqlite:///{RELEASED}")
    with before.reading() as session:
        columns = (("note", "body"), ("check_in", "should_know_text"), ("alert", "outcome"))
        told = [
            text
            for table, column in columns
            for text in session.execute(
                sa.text(f"SELECT {column} FROM {table} WHERE {column} <> ''")
            ).scalars()
        ]
    before.dispose()
    return told


def _stopped_after(database: Database, statements: int) -> bool:
    left = statements

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    sa.event.listen(database.engine, "before_cursor_execute", count)
    try:
        seal_plain(database)
    except KeyboardInterrupt:
        return True
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", count)
    return False
