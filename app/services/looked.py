"""Who looked at what of a patient's record, as the patient may see it: from the audit, without content."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Alert, AuditRow, CareLink, CheckIn, Clinic, Envelope, Membership, Patient, Person
from app.services.access import own_records
from app.services.actors import Actor
from app.services.break_glass import OPENED

PAGE = 100


@dataclass(frozen=True)
class Look:
    """One page that somebody read. `kind` is the audit's subject; `role` is empty for who has none now.

    `is_outside`: somebody who is not on the team opened the record.
    """

    audit_id: int
    at: datetime
    kind: str
    name: str
    role: str
    clinic: str
    is_outside: bool


@dataclass(frozen=True)
class Looks:
    """A page of them, the newest first, and where the next one begins."""

    looks: list[Look]
    before: int | None


def read_looks(session: Session, actor: Actor, before: int | None) -> Looks:
    """Pages of the actor's own records that others read. Lists of many patients are not among them."""
    query = (
        sa.select(AuditRow, Person.name, Clinic.name)
        .join(Person, Person.id == AuditRow.actor_id)
        .join(Clinic, Clinic.id == AuditRow.clinic_id)
        .where(
            AuditRow.subject_id.in_(_subjects(actor)),
            sa.or_(AuditRow.action.endswith(".read", autoescape=True), AuditRow.action == OPENED),
            AuditRow.actor_id != actor.person_id,
        )
        .order_by(AuditRow.id.desc())
        .limit(PAGE + 1)
    )
    found = session.execute(query if before is None else query.where(AuditRow.id < before)).all()
    page = found[:PAGE]
    roles = _roles(session, [row.AuditRow for row in page])
    return Looks(
        [
            Look(
                row.id,
                row.at,
                row.subject,
                name,
                roles.get((row.clinic_id, row.actor_id), ""),
                clinic,
                row.action == OPENED,
            )
            for row, name, clinic in page
        ],
        page[-1].AuditRow.id if len(found) > PAGE else None,
    )


def _subjects(actor: Actor) -> sa.Select[uuid.UUID]:
    """Every row that a page about this patient is named after."""
    own = own_records(actor).with_only_columns(Patient.clinic_id, Patient.id).order_by(None).subquery()
    parts = [sa.select(own.c.id)]
    for table in (CheckIn, Envelope, Alert, CareLink):
        same = sa.and_(table.clinic_id == own.c.clinic_id, table.patient_id == own.c.id)
        parts.append(sa.select(table.id).join(own, same))
    return sa.select(sa.union(*parts).subquery().c.id)


def _roles(
    session: Session, rows: Sequence[AuditRow]
) -> dict[tuple[uuid.UUID | None, uuid.UUID | None], str]:
    """What each reader is at the clinic now. Who is a patient there, too, reads as something else."""
    people, clinics = {row.actor_id for row in rows}, {row.clinic_id for row in rows}
    held = session.execute(
        sa.select(Membership.clinic_id, Membership.person_id, Membership.role)
        .where(
            Membership.person_id.in_(people), Membership.clinic_id.in_(clinics), Membership.role != "patient"
        )
        .order_by(Membership.created_at.desc())
    )
    return {(row.clinic_id, row.person_id): row.role for row in held}
