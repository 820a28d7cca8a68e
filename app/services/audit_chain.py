"""Seals audit rows, in their order, into a chain of hashes for each clinic.

A row is inserted unsealed in the transaction of its fact; a job seals it within a minute. What is hashed:

    link 0    sha256("between/audit/1|" + the clinic's id as 32 hex digits, zeros for rows without a clinic)
    link n    sha256(link n-1's 32 bytes + the row in UTF-8)
    the row   id|clinic|at|actor|subject id|length of action|action|subject

An empty column is empty; another has "=" before it. Ids are hex digits, `at` is UTC as
2026-11-21 17:00:00.000000. The same row is the same bytes on SQLite and on PostgreSQL.

Rows are sealed in the order of their ids, all clinics together, and only ids that no transaction can still
bring: so a row below the highest sealed id that has no link was put there by somebody else.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.db import Database
from app.models import AuditLink, AuditRow

PAGE = 2000
NO_CLINIC = uuid.UUID(int=0)
LOOKS, LOOK_AGAIN_SECONDS = 40, 0.025


@dataclass(frozen=True)
class Head:
    """The newest link of one chain. `count` links lie up to it."""

    clinic_id: uuid.UUID
    count: int
    hash: bytes


def row_text(is_sqlite: bool) -> str:
    """SQL for the hashed text of the audit row `a`."""
    at = "a.at" if is_sqlite else "to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    clinic, actor, subject = (_hex_text(name, is_sqlite) for name in ("clinic_id", "actor_id", "subject_id"))
    words = ("length(a.action)", "a.action", "a.subject")
    return " || '|' || ".join(("a.id", clinic, at, actor, subject, *words))


def _hex_text(name: str, is_sqlite: bool) -> str:
    digits = f"a.{name}" if is_sqlite else f"replace(a.{name}::text, '-', '')"
    return f"coalesce('=' || {digits}, '')"


def first_link(clinic_id: uuid.UUID) -> bytes:
    """What the first row of a chain is linked to."""
    return hashlib.sha256(f"between/audit/1|{clinic_id.hex}".encode()).digest()


def next_link(before: bytes, text: str) -> bytes:
    """The hash of a row after that link."""
    return hashlib.sha256(before + text.encode()).digest()


def seal_audit(database: Database) -> int:
    """Seal every row that waits, page by page, and say how many. Of two at once one does it."""
    settled, count = _settled_id(database), 0
    while True:
        try:
            with database.writing_core() as connection:
                sealed = _seal_page(connection, settled, database.is_sqlite)
        except IntegrityError:
            return count
        count += sealed
        if sealed < PAGE:
            return count


def read_heads(database: Database) -> list[Head]:
    """The head of each chain, by clinic."""
    with database.reading() as session:
        newest = (
            sa.select(AuditLink.clinic_id, sa.func.max(AuditLink.position).label("position"))
            .group_by(AuditLink.clinic_id)
            .subquery()
        )
        same = sa.and_(AuditLink.clinic_id == newest.c.clinic_id, AuditLink.position == newest.c.position)
        rows = session.scalars(sa.select(AuditLink).join(newest, same).order_by(AuditLink.clinic_id))
        return [Head(row.clinic_id, row.position, row.hash) for row in rows]


def _settled_id(database: Database) -> int:
    """The highest id of now, once nobody is left who may have taken a lower one and not committed.

    0 when somebody writes for too long. Nobody is kept waiting: who writes is looked up, not locked out.
    """
    with database.reading_core() as connection:
        newest = connection.scalar(sa.select(sa.func.max(AuditRow.id))) or 0
        if database.is_sqlite:
            return newest
        before = _writers(connection)
        for _ in range(LOOKS):
            if not before & _writers(connection):
                return newest
            connection.execute(sa.text(f"SELECT pg_sleep({LOOK_AGAIN_SECONDS})"))
    return 0


def _writers(connection: sa.Connection) -> set[str]:
    """Transactions that have written to the audit, or are about to: each holds this lock until its end."""
    return set(
        connection.scalars(
            sa.text(
                "SELECT virtualtransaction FROM pg_locks WHERE relation = 'audit'::regclass AND granted"
                " AND mode = 'RowExclusiveLock'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    )


def _seal_page(connection: sa.Connection, settled: int, is_sqlite: bool) -> int:
    sealed = connection.scalar(sa.select(sa.func.max(AuditLink.audit_id))) or 0
    rows = connection.execute(
        sa.text(
            f"SELECT a.id, a.clinic_id, {row_text(is_sqlite)} AS text FROM audit AS a "  # noqa: S608
            "WHERE a.id > :sealed AND a.id <= :settled ORDER BY a.id LIMIT :page"
        ).columns(clinic_id=sa.Uuid()),
        {"sealed": sealed, "settled": settled, "page": PAGE},
    ).all()
    if rows:
        connection.execute(sa.insert(AuditLink), _link(connection, rows))
    return len(rows)


def _link(connection: sa.Connection, rows: Sequence[Any]) -> list[dict[str, object]]:
    heads: dict[uuid.UUID, Head] = {}
    links: list[dict[str, object]] = []
    for audit_id, clinic, text in rows:
        clinic_id = clinic or NO_CLINIC
        head = heads.get(clinic_id) or _head(connection, clinic_id)
        head = heads[clinic_id] = Head(clinic_id, head.count + 1, next_link(head.hash, text))
        links.append(
            {"clinic_id": clinic_id, "position": head.count, "audit_id": audit_id, "hash": head.hash}
        )
    return links


def _head(connection: sa.Connection, clinic_id: uuid.UUID) -> Head:
    newest = connection.execute(
        sa.select(AuditLink.position, AuditLink.hash)
        .where(AuditLink.clinic_id == clinic_id)
        .order_by(AuditLink.position.desc())
        .limit(1)
    ).first()
    if newest is None:
        return Head(clinic_id, 0, first_link(clinic_id))
    return Head(clinic_id, newest.position, newest.hash)
