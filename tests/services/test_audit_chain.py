"""Whatever is done to a sealed audit is found: one edit, one deletion, one insertion, one swap, one cut."""

import hashlib
import shutil
import sqlite3
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import Database
from app.models import AuditLink
from app.services import audit, audit_chain
from app.services.audit_chain import Head, read_heads, seal_audit
from app.services.audit_check import Fault, verify_audit
from tests.factories import Factory

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
ROWS = 12
COLUMNS = ("clinic_id", "at", "actor_id", "action", "subject", "subject_id")


def add_rows(database: Database, clinics: list[uuid.UUID | None], actor: uuid.UUID, count: int) -> None:
    for number in range(count):
        with database.writing() as session:
            audit.record(
                session,
                at=NOW + timedelta(seconds=number // 2),
                actor_id=actor if number % 3 else None,
                action=("patient.read", "check_in.stored")[number % 2],
                subject="patient",
                subject_id=uuid.UUID(int=number) if number % 4 else None,
                clinic_id=clinics[number % len(clinics)],
            )


@pytest.fixture
def clinics(make: Factory) -> list[uuid.UUID | None]:
    return [make.clinic("One"), make.clinic("Two"), None]


@pytest.fixture
def sealed(database: Database, make: Factory, clinics: list[uuid.UUID | None]) -> Database:
    """Three chains with a few rows each."""
    lead = make.clinician(clinics[0] or uuid.uuid4())
    add_rows(database, clinics, lead.person_id, ROWS)
    assert seal_audit(database) == ROWS
    return database


def test_every_row_is_sealed_once_in_order_and_new_ones_join(
    sealed: Database, clinics: list[uuid.UUID | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seal_audit(sealed) == 0
    before = read_heads(sealed)
    assert [head.count for head in before] == [ROWS // 3] * 3
    monkeypatch.setattr(audit_chain, "PAGE", 2)
    with sealed.reading() as session:
        actor = session.scalars(sa.text("SELECT id FROM person").columns(id=sa.Uuid())).one()
    add_rows(sealed, clinics, actor, 7)
    waiting = verify_audit(sealed, before)
    assert (waiting.rows, waiting.faults) == (ROWS, [])
    assert seal_audit(sealed) == 7
    checked = verify_audit(sealed, before)
    assert (checked.rows, checked.faults) == (ROWS + 7, [])


def test_two_who_seal_at_once_seal_each_row_once(sealed: Database, clinics: list[uuid.UUID | None]) -> None:
    with sealed.reading() as session:
        actor = session.scalars(sa.text("SELECT id FROM person").columns(id=sa.Uuid())).one()
    add_rows(sealed, clinics, actor, 30)
    threads = [threading.Thread(target=seal_audit, args=(sealed,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_audit(sealed)
    checked = verify_audit(sealed)
    assert (checked.rows, checked.faults) == (ROWS + 30, [])


def test_an_id_that_is_taken_and_not_committed_is_waited_for(
    sealed: Database, clinics: list[uuid.UUID | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a lower id may be committed after a higher one; it must not look like put there later."""
    if sealed.is_sqlite:
        return
    monkeypatch.setattr(audit_chain, "LOOKS", 2)
    row = {"at": NOW, "actor_id": None, "action": "patient.read", "subject": "patient", "subject_id": None}
    with sealed.writing() as slow:
        audit.record(slow, **row, clinic_id=clinics[0])
        with sealed.writing() as fast:
            audit.record(fast, **row, clinic_id=clinics[1])
        assert seal_audit(sealed) == 0
    assert seal_audit(sealed) == 2
    assert verify_audit(sealed).faults == []


def test_the_database_lets_no_sealed_row_go(sealed: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), sealed.writing() as session:
        session.execute(sa.text("DELETE FROM audit"))


def test_a_chain_computed_anew_is_found_against_the_head_from_before(sealed: Database) -> None:
    known = read_heads(sealed)
    with sealed.writing() as session:
        session.execute(sa.delete(AuditLink))
        session.execute(sa.text("UPDATE audit SET action = 'nothing.read' WHERE id = 1"))
    seal_audit(sealed)
    assert verify_audit(sealed).faults == []
    assert {fault.what for fault in verify_audit(sealed, known).faults} == {"other_head"}


def test_a_cut_is_found_against_the_head_from_before(sealed: Database) -> None:
    known = read_heads(sealed)
    with sealed.writing() as session:
        session.execute(sa.text(f"DELETE FROM audit_link WHERE audit_id > {ROWS - 3}"))
        session.execute(sa.text(f"DELETE FROM audit WHERE id > {ROWS - 3}"))
    assert verify_audit(sealed).faults == []
    faults = verify_audit(sealed, known).faults
    assert [(fault.what, fault.at) for fault in faults] == [("cut", ROWS // 3)] * 3
    gone = Head(uuid.uuid4(), 1, b"")
    assert Fault(gone.clinic_id, "cut", 1) in verify_audit(sealed, [gone]).faults


READ = sa.text(
    "SELECT id, clinic_id, at, actor_id, subject_id, action, subject FROM audit ORDER BY id"
).columns(clinic_id=sa.Uuid(), actor_id=sa.Uuid(), subject_id=sa.Uuid(), at=sa.DateTime(timezone=True))


def test_the_chain_is_as_the_module_says_it_in_words_on_both_databases(sealed: Database) -> None:
    with sealed.reading() as session:
        rows = session.execute(READ).all()
    link = hashlib.sha256(b"between/audit/1|" + b"0" * 32).digest()
    for row in (row for row in rows if row.clinic_id is None):
        link = hashlib.sha256(link + told(row).encode()).digest()
    assert next(head.hash for head in read_heads(sealed) if head.clinic_id.int == 0) == link


def told(row: Any) -> str:
    at = row.at.astimezone(UTC) if row.at.tzinfo else row.at
    clinic, actor, subject = (
        "" if one is None else f"={one.hex}" for one in (row.clinic_id, row.actor_id, row.subject_id)
    )
    words = str(len(row.action)), row.action, row.subject
    return "|".join((str(row.id), clinic, f"{at:%Y-%m-%d %H:%M:%S.%f}", actor, subject, *words))


@dataclass(frozen=True)
class Ledger:
    """A sealed SQLite file that a test may spoil a copy of."""

    path: Path
    heads: list[Head]

    @property
    def copy(self) -> Path:
        return self.path.with_name("copy.db")


@pytest.fixture(scope="module")
def ledger(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    path = tmp_path_factory.mktemp("ledger") / "sealed.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    make = Factory(database, NOW)
    clinics = [make.clinic("One"), make.clinic("Two"), None]
    add_rows(database, clinics, make.clinician(clinics[0] or uuid.uuid4()).person_id, ROWS)
    seal_audit(database)
    heads = read_heads(database)
    database.dispose()
    return Ledger(path, heads)


NUMBERS = st.integers(1, ROWS)
OTHERS = st.sampled_from(["", "other", "0" * 32, "2026-11-21 17:00:00.000001", None])
COPY = "SELECT :a - 20, at, action, subject FROM audit LIMIT 1"
SWAP = "CASE id WHEN :a THEN 1000 + :b ELSE 1000 + :a END WHERE id IN (:a, :b)"
SPOILINGS = st.one_of(
    *(
        st.tuples(st.just(f"UPDATE OR IGNORE audit SET {name} = :b WHERE id = :a"), NUMBERS, OTHERS)
        for name in COLUMNS
    ),
    st.tuples(st.just("DELETE FROM audit WHERE id = :a"), NUMBERS, st.none()),
    st.tuples(st.just("DELETE FROM audit_link WHERE audit_id = :a"), NUMBERS, st.none()),
    st.tuples(st.just("UPDATE audit_link SET hash = :b WHERE audit_id = :a"), NUMBERS, st.binary()),
    st.tuples(st.just("UPDATE audit SET id = -:a WHERE id = :a"), NUMBERS, st.none()),
    st.tuples(st.just(f"UPDATE audit SET id = {SWAP}"), NUMBERS, NUMBERS),
    st.tuples(st.just(f"INSERT INTO audit (id, at, action, subject) {COPY}"), NUMBERS, st.none()),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoiling=SPOILINGS)
def test_any_single_change_is_found(ledger: Ledger, spoiling: tuple[str, int, object]) -> None:
    shutil.copy(ledger.path, ledger.copy)
    with sqlite3.connect(ledger.copy) as connection:
        before = list(connection.iterdump())
        statement, first, second = spoiling
        connection.execute(statement, {"a": first, "b": second})
        connection.execute("UPDATE audit SET id = id - 1000 WHERE id > 1000")
        is_spoiled = list(connection.iterdump()) != before
    connection.close()
    database = Database(f"sqlite:///{ledger.copy}")
    found = verify_audit(database, ledger.heads).faults
    database.dispose()
    assert bool(found) == is_spoiled
