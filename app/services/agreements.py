"""Keeps what patients decide before the first check-in. Nothing is changed or removed afterwards."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.models import Agreement, Patient
from app.services.audit import record
from app.services.check_in_rows import believable


@dataclass(frozen=True)
class Decision:
    """What one phone says its owner decided, under the id it made: a repeat is the same decision."""

    client_id: uuid.UUID
    version: str
    language: str
    accepted: bool
    adult: bool
    sends_unfinished: bool
    decided_at: datetime


def keep_decision(
    session: Session, patient: Patient, actor_id: uuid.UUID, decision: Decision, now: datetime
) -> None:
    """Write it once: the same id again, even at the same moment, changes nothing."""
    said = vars(decision) | {"decided_at": believable(decision.decided_at, now), "arrived_at": now}
    keys = {"clinic_id": patient.clinic_id, "id": uuid.uuid4(), "patient_id": patient.id}
    added = session.execute(
        insert_into(session, Agreement)
        .values(**keys, **said)
        .on_conflict_do_nothing()
        .returning(Agreement.id)
    ).first()
    if added is None:
        return
    record(
        session,
        at=now,
        actor_id=actor_id,
        action="agreement.accepted" if decision.accepted else "agreement.declined",
        subject="agreement",
        subject_id=added.id,
        clinic_id=patient.clinic_id,
    )


def newest_agreement(session: Session, patient: Patient) -> Agreement | None:
    """The decision that counts, or None before the first."""
    return session.scalars(
        sa.select(Agreement)
        .where(Agreement.clinic_id == patient.clinic_id, Agreement.patient_id == patient.id)
        .order_by(Agreement.decided_at.desc(), Agreement.arrived_at.desc())
        .limit(1)
    ).first()
