"""Reads the audit's chains from their beginning and says whatever is not as it was sealed.

Somebody who may write to the database can also compute a new chain, or cut the end off one. Both are found
against heads that were exported before and kept elsewhere.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.db import Database
from app.models import AuditLink
from app.services.audit_chain import NO_CLINIC, Head, first_link, next_link, row_text

PAGE = 5000


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: a position in a clinic's chain, or an audit row's id.

    `what`: changed, gone, missing (a link), added (a row nobody sealed), cut, other_head.
    """

    clinic_id: uuid.UUID
    what: str
    at: int


@dataclass(frozen=True)
class Checked:
    """How many rows were read, and every fault."""

    rows: int
    faults: list[Fault]


def verify_audit(database: Database, known: Sequence[Head] = ()) -> Checked:
    """Check every chain, also against heads known from before. Rows that wait to be sealed are no fault."""
    clinics = _clinics(database)
    heads = {head.clinic_id: head for head in known}
    counts, faults = 0, []
    for clinic_id in sorted({*clinics, *heads}):
        chain = _Chain(database, clinic_id, heads.get(clinic_id))
        faults += list(chain.check())
        counts += chain.rows
    return Checked(counts, [*faults, *_unsealed(database)])


class _Chain:
    """One clinic's chain, read once from its beginning."""

    def __init__(self, database: Database, clinic_id: uuid.UUID, known: Head | None) -> None:
        self._database, self._clinic_id, self._known = database, clinic_id, known
        self._before, self._position = first_link(clinic_id), 0
        self.rows = 0

    def check(self) -> Iterator[Fault]:
        """Every fault in it, in order."""
        while page := self._page():
            for position, link, text in page:
                if text is None:
                    yield self._fault("gone", position)
                elif position != self._position + 1:
                    yield self._fault("missing", self._position + 1)
                elif next_link(self._before, text) != link:
                    yield self._fault("changed", position)
                if self._known is not None and position == self._known.count and link != self._known.hash:
                    yield self._fault("other_head", position)
                self._before, self._position = link, position
            self.rows += len(page)
        if self._known is not None and self._position < self._known.count:
            yield self._fault("cut", self._position + 1)

    def _page(self) -> Sequence[tuple[int, bytes, str | None]]:
        """By a range of positions: told to take the first of all that follow, PostgreSQL sorted them all."""
        with self._database.reading_core() as connection:
            first = connection.scalar(self._next)
            if first is None:
                return []
            driver = connection.connection.cursor()
            try:
                driver.execute(self._query, (self._driver_id, first, first + PAGE))
                return driver.fetchall()
            finally:
                driver.close()

    @property
    def _next(self) -> sa.Select[int]:
        """Where the chain goes on, also after a gap."""
        own = AuditLink.clinic_id == self._clinic_id
        return sa.select(sa.func.min(AuditLink.position)).where(own, AuditLink.position > self._position)

    @property
    def _query(self) -> str:
        mark = "?" if self._database.is_sqlite else "%s"
        return (
            f"SELECT l.position, l.hash, {row_text(self._database.is_sqlite)} FROM audit_link AS l "  # noqa: S608
            f"LEFT JOIN audit AS a ON a.id = l.audit_id WHERE l.clinic_id = {mark} "
            f"AND l.position >= {mark} AND l.position < {mark} ORDER BY l.position"
        )

    @property
    def _driver_id(self) -> object:
        return self._clinic_id.hex if self._database.is_sqlite else self._clinic_id

    def _fault(self, what: str, at: int) -> Fault:
        return Fault(self._clinic_id, what, at)


def _clinics(database: Database) -> list[uuid.UUID]:
    with database.reading() as session:
        return list(session.scalars(sa.select(AuditLink.clinic_id).distinct()))


def _unsealed(database: Database) -> Iterator[Fault]:
    """Rows that stand among sealed ones without a link."""
    with database.reading_core() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT a.id, a.clinic_id FROM audit AS a"
                " WHERE a.id <= (SELECT max(audit_id) FROM audit_link)"
                " AND NOT EXISTS (SELECT 1 FROM audit_link AS l WHERE l.audit_id = a.id)"
                " ORDER BY a.id LIMIT 1000"
            ).columns(clinic_id=sa.Uuid())
        )
        for row in rows:
            yield Fault(row.clinic_id or NO_CLINIC, "added", row.id)
