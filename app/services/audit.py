"""Who did what to which row, in the transaction of the fact itself. Never pass content, only row names."""

import uuid
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import AuditRow
from app.models.base import ClinicOwned


def record(
    writer: Session | sa.Connection,
    *,
    at: datetime,
    actor_id: uuid.UUID | None,
    action: str,
    subject: str,
    subject_id: uuid.UUID | None,
    clinic_id: uuid.UUID | None,
) -> None:
    """Add one audit row."""
    row = {"at": at, "actor_id": actor_id, "action": action, "clinic_id": clinic_id}
    writer.execute(sa.insert(AuditRow), {**row, "subject": subject, "subject_id": subject_id})


class OfPatient(Protocol):
    """A row of one patient."""

    @property
    def clinic_id(self) -> uuid.UUID: ...

    @property
    def patient_id(self) -> uuid.UUID: ...


def record_row(
    writer: Session | sa.Connection, row: ClinicOwned, action: str, actor_id: uuid.UUID | None, at: datetime
) -> None:
    """Add one audit row about this row of a clinic."""
    record(
        writer,
        at=at,
        actor_id=actor_id,
        action=action,
        subject=row.__tablename__,
        subject_id=row.id,
        clinic_id=row.clinic_id,
    )


def record_about(
    writer: Session | sa.Connection, row: OfPatient, action: str, actor_id: uuid.UUID | None, at: datetime
) -> None:
    """Add one audit row about the patient whose row this is."""
    record(
        writer,
        at=at,
        actor_id=actor_id,
        action=action,
        subject="patient",
        subject_id=row.patient_id,
        clinic_id=row.clinic_id,
    )
