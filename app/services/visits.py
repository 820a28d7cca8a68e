"""Visits and the cadence of maintenance, as a clinician keeps them."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Cadence, Clinic, Patient, Visit
from app.services import audit
from app.services.actors import Actor


class VisitTakenError(Exception):
    """The patient has a visit of this kind at this very time already."""


@dataclass(frozen=True)
class NewVisit:
    """A visit to be added. `starts_at` is aware UTC; `zone` is where it is spoken of."""

    modality: str
    starts_at: datetime
    zone: str
    minutes: int
    place: str


def read_visits(session: Session, patient: Patient, since: datetime | None = None) -> list[Visit]:
    """The patient's visits, all or from a moment on, earliest first, cancelled ones too."""
    found = (
        sa.select(Visit)
        .where(Visit.clinic_id == patient.clinic_id, Visit.patient_id == patient.id)
        .order_by(Visit.starts_at, Visit.created_at)
    )
    return list(session.scalars(found if since is None else found.where(Visit.starts_at >= since)))


def next_in_window(session: Session, patient: Patient, now: datetime) -> Visit | None:
    """The next booked visit, when the clinic's window for it is open: what is answered now belongs to it."""
    window = session.get_one(Clinic, patient.clinic_id).window_hours
    return session.scalars(
        sa.select(Visit)
        .where(
            Visit.clinic_id == patient.clinic_id,
            Visit.patient_id == patient.id,
            Visit.state == "booked",
            Visit.starts_at > now,
            Visit.starts_at <= now + timedelta(hours=window),
        )
        .order_by(Visit.starts_at)
        .limit(1)
    ).first()


def read_cadences(session: Session, patient: Patient) -> list[Cadence]:
    """The cadences that hold now."""
    return list(
        session.scalars(
            sa.select(Cadence)
            .where(
                Cadence.clinic_id == patient.clinic_id,
                Cadence.patient_id == patient.id,
                Cadence.ended_at.is_(None),
            )
            .order_by(Cadence.modality)
        )
    )


def add_visit(session: Session, actor: Actor, patient: Patient, new: NewVisit, now: datetime) -> Visit:
    """Add a visit; one that lies in the past is recorded as done. Raises VisitTakenError."""
    if _is_taken(session, patient, new.modality, new.starts_at):
        raise VisitTakenError
    visit = Visit(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        modality=new.modality,
        starts_at=new.starts_at,
        zone=new.zone,
        minutes=new.minutes,
        place=new.place,
        state="booked" if new.starts_at > now else "done",
        created_at=now,
    )
    session.add(visit)
    _record(session, actor, patient, "visit.added", "visit", visit.id, now)
    return visit


def cancel_visit(
    session: Session, actor: Actor, patient: Patient, visit_id: uuid.UUID, now: datetime
) -> Visit:
    """Cancel a visit, or take back one that was recorded. Cancelling twice is the same as once."""
    visit = find_visit(session, patient, visit_id)
    if visit.state == "cancelled":
        return visit
    visit.state = "cancelled"
    visit.cancelled_at = now
    _record(session, actor, patient, "visit.cancelled", "visit", visit.id, now)
    return visit


def restore_visit(
    session: Session, actor: Actor, patient: Patient, visit_id: uuid.UUID, now: datetime
) -> Visit:
    """Take a cancellation back, unless such a visit was added at that time meanwhile."""
    visit = find_visit(session, patient, visit_id)
    if visit.state != "cancelled":
        return visit
    if _is_taken(session, patient, visit.modality, visit.starts_at):
        raise BetweenError("already_done")
    visit.state = "booked" if visit.starts_at > now else "done"
    visit.cancelled_at = None
    _record(session, actor, patient, "visit.restored", "visit", visit.id, now)
    return visit


def set_cadence(
    session: Session, actor: Actor, patient: Patient, modality: str, interval_days: int, now: datetime
) -> None:
    """Maintenance of this modality about every so many days from now on; ends the one that held before."""
    signer = actor.as_clinician(patient.clinic_id)
    held = session.scalar(
        sa.select(Cadence)
        .where(
            Cadence.clinic_id == patient.clinic_id,
            Cadence.patient_id == patient.id,
            Cadence.modality == modality,
            Cadence.ended_at.is_(None),
        )
        .with_for_update()
    )
    if held is not None:
        if held.interval_days == interval_days:
            return
        held.ended_at = now
        # The old one ends before the new one is there: only one may be open.
        session.flush()
    cadence = Cadence(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        modality=modality,
        interval_days=interval_days,
        set_by=signer.membership_id,
        set_at=now,
    )
    session.add(cadence)
    _record(session, actor, patient, "cadence.set", "cadence", cadence.id, now)


def end_cadence(
    session: Session, actor: Actor, patient: Patient, cadence_id: uuid.UUID, now: datetime
) -> None:
    """No more maintenance of this modality is due."""
    actor.as_clinician(patient.clinic_id)
    cadence = session.scalar(
        sa.select(Cadence).where(
            Cadence.clinic_id == patient.clinic_id,
            Cadence.patient_id == patient.id,
            Cadence.id == cadence_id,
        )
    )
    if cadence is None:
        raise BetweenError("not_found")
    if cadence.ended_at is None:
        cadence.ended_at = now
        _record(session, actor, patient, "cadence.ended", "cadence", cadence.id, now)


def _is_taken(session: Session, patient: Patient, modality: str, starts_at: datetime) -> bool:
    taken = session.scalar(
        sa.select(Visit.id).where(
            Visit.clinic_id == patient.clinic_id,
            Visit.patient_id == patient.id,
            Visit.starts_at == starts_at,
            Visit.modality == modality,
            Visit.state != "cancelled",
        )
    )
    return taken is not None


def find_visit(session: Session, patient: Patient, visit_id: uuid.UUID) -> Visit:
    """One visit of this patient, locked. Raises BetweenError not_found."""
    visit = session.scalar(
        sa.select(Visit)
        .where(Visit.clinic_id == patient.clinic_id, Visit.patient_id == patient.id, Visit.id == visit_id)
        .with_for_update()
    )
    if visit is None:
        raise BetweenError("not_found")
    return visit


def _record(
    session: Session,
    actor: Actor,
    patient: Patient,
    action: str,
    subject: str,
    subject_id: uuid.UUID,
    now: datetime,
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=actor.person_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        clinic_id=patient.clinic_id,
    )
