"""The audit's one verb."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import AuditRow


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
    """Add one audit row to the transaction of the fact it tells of. Never pass content, only row names."""
    row = {"at": at, "actor_id": actor_id, "action": action, "clinic_id": clinic_id}
    writer.execute(sa.insert(AuditRow), {**row, "subject": subject, "subject_id": subject_id})
