"""The audit's one verb."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.models import AuditRow


def record(
    session: Session,
    *,
    at: datetime,
    actor_id: uuid.UUID | None,
    action: str,
    subject: str,
    subject_id: uuid.UUID | None,
    clinic_id: uuid.UUID | None,
) -> None:
    """Add one audit row to the transaction of the fact it tells of. Never pass content, only row names."""
    session.add(
        AuditRow(
            at=at,
            actor_id=actor_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            clinic_id=clinic_id,
        )
    )
