"""A check-in on the clinic's tablet: a token that may add this one check-in, for a while."""

import secrets
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Membership, Patient, TabletPass
from app.services import audit
from app.services.actors import Actor
from app.services.sessions import hash_token
from app.services.visits import find_visit

OPENS_FOR = timedelta(minutes=30)
# Nobody's answers are thrown away for having been slow: what was opened in time may still be sent.
SENDS_FOR = timedelta(hours=2)


def start_pass(
    session: Session, actor: Actor, patient: Patient, visit_id: uuid.UUID | None, language: str, now: datetime
) -> str:
    """A new token; its hash is kept. Raises BetweenError not_found for a visit of somebody else."""
    if visit_id is not None:
        find_visit(session, patient, visit_id)
    token = secrets.token_urlsafe(32)
    row = TabletPass(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        visit_id=visit_id,
        token_hash=hash_token(token),
        language=language,
        started_by=actor.as_receiver(patient.clinic_id).membership_id,
        started_at=now,
        expires_at=now + OPENS_FOR,
    )
    session.add(row)
    session.flush()
    audit.record_row(session, row, "tablet.started", actor.person_id, now)
    return token


def find_pass(session: Session, token: str, now: datetime, more: timedelta = timedelta(0)) -> TabletPass:
    """The pass of this token, used or not. Raises BetweenError tablet_over when unknown or over."""
    row = session.scalar(sa.select(TabletPass).where(TabletPass.token_hash == hash_token(token)))
    if row is None or (row.used_at is None and row.expires_at + more <= now):
        raise BetweenError("tablet_over")
    return row


def starter_of(session: Session, row: TabletPass) -> uuid.UUID:
    """The person who handed the tablet over."""
    return session.get_one(Membership, (row.clinic_id, row.started_by)).person_id


def mark_used(session: Session, row: TabletPass, now: datetime) -> None:
    """From now on the token opens and adds nothing."""
    session.execute(
        sa.update(TabletPass)
        .where(TabletPass.clinic_id == row.clinic_id, TabletPass.id == row.id, TabletPass.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
