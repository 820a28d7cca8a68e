"""Envelopes of the own team's patients that arrived whole and could not be read."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Envelope, Membership, Patient, Person
from app.services.access import Actor, visible_patients

MOST_REPAIRS = 200


@dataclass(frozen=True)
class Repair:
    """What is known of it without opening it."""

    id: uuid.UUID
    patient_id: uuid.UUID
    name: str
    arrived_at: datetime
    size: int
    source: str
    reason: str


def read_repairs(session: Session, actor: Actor) -> list[Repair]:
    """The newest first, at most one page."""
    team = visible_patients(actor).with_only_columns(Patient.clinic_id, Patient.id).subquery("team")
    rows = session.execute(
        sa.select(
            Envelope.id,
            Envelope.patient_id,
            Person.name,
            Envelope.arrived_at,
            sa.func.length(Envelope.sealed).label("size"),
            Envelope.source,
            Envelope.repair,
        )
        .join(team, sa.and_(Envelope.clinic_id == team.c.clinic_id, Envelope.patient_id == team.c.id))
        .join(Patient, sa.and_(Patient.clinic_id == team.c.clinic_id, Patient.id == team.c.id))
        .join(
            Membership,
            sa.and_(Membership.clinic_id == Patient.clinic_id, Membership.id == Patient.membership_id),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Envelope.repair != "")
        .order_by(Envelope.arrived_at.desc())
        .limit(MOST_REPAIRS)
    )
    return [Repair(*row) for row in rows]
