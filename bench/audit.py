"""`audit verify` over 300,000 rows, on both databases."""

import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app.db import Database
from app.migrations import upgrade
from app.models import AuditRow
from app.services.audit_chain import seal_audit
from app.services.audit_check import verify_audit
from bench.result import Result
from tests.factories import Factory
from tests.postgres import Postgres

ROWS, PAGE = 300_000, 10_000
BUDGET = 100_000
ROUNDS = 3


def measure_audit() -> list[Result]:
    """Rows checked in a second, the median of three."""
    with tempfile.TemporaryDirectory(prefix="between-bench-") as folder:
        return [_measure(name, url) for name, url in _databases(Path(folder))]


def _databases(folder: Path) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder / 'between.db'}"
    server = Postgres(folder / "postgres", settings=())
    yield "PostgreSQL", server.url(server.make_template(lambda _url: None))
    server.close()


def _measure(name: str, url: str) -> Result:
    database = Database(url)
    upgrade(database)
    _fill(database)
    began = time.perf_counter()
    sealed = seal_audit(database)
    sealing = sealed / (time.perf_counter() - began)
    rates = sorted(_verify(database) for _ in range(ROUNDS))
    database.dispose()
    rate = rates[ROUNDS // 2]
    return Result(
        f"audit verify, {ROWS:,} rows, {name}",
        f"{rate:,.0f} rows/s",
        f"sealed {sealing:,.0f} rows/s",
        f"≥ {BUDGET:,} rows/s",
        rate >= BUDGET,
    )


def _fill(database: Database) -> None:
    now = datetime.now(UTC)
    make = Factory(database, now)
    clinic = make.clinic()
    actor = make.clinician(clinic).person_id
    fixed = {
        "at": now,
        "clinic_id": clinic,
        "actor_id": actor,
        "action": "patient.read",
        "subject": "patient",
    }
    for _ in range(ROWS // PAGE):
        with database.writing() as session:
            session.execute(sa.insert(AuditRow), [{**fixed, "subject_id": uuid.uuid4()} for _ in range(PAGE)])


def _verify(database: Database) -> float:
    began = time.perf_counter()
    checked = verify_audit(database)
    if checked.rows < ROWS or checked.faults:
        raise RuntimeError(f"{checked.rows} rows, {len(checked.faults)} faults")
    return checked.rows / (time.perf_counter() - began)
