"""Who looks after a patient: the lead, and whoever a clinician of the team adds."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.domain.roles import ACTIVE, CARERS
from app.errors import BetweenError
from app.models import Membership, Patient, Person, TeamMember
from app.services import audit
from app.services.actors import Actor


@dataclass(frozen=True)
class Member:
    """One active clinician or nurse of the clinic; `is_on` this patient's team."""

    id: uuid.UUID
    name: str
    role: str
    is_on: bool
    is_lead: bool


def read_members(session: Session, patient: Patient) -> list[Member]:
    """Every active carer of the clinic, by name: those on the team, and those who could join it."""
    rows = session.execute(
        sa.select(Membership.id, Person.name, Membership.role, TeamMember.membership_id.is_not(None))
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(
            TeamMember,
            sa.and_(
                TeamMember.clinic_id == Membership.clinic_id,
                TeamMember.membership_id == Membership.id,
                TeamMember.patient_id == patient.id,
            ),
        )
        .where(
            Membership.clinic_id == patient.clinic_id,
            Membership.role.in_(CARERS),
            Membership.state == ACTIVE,
        )
        .order_by(sa.func.lower(Person.name), Membership.id)
    )
    return [Member(*row, row.id == patient.lead_id) for row in rows]


def add_member(session: Session, actor: Actor, patient: Patient, member_id: uuid.UUID, now: datetime) -> None:
    """From now on this colleague sees the patient. Raises BetweenError not_valid."""
    actor.as_clinician(patient.clinic_id)
    if member_id not in {one.id for one in read_members(session, patient)}:
        raise BetweenError("not_valid")
    row = {"clinic_id": patient.clinic_id, "patient_id": patient.id, "membership_id": member_id}
    session.execute(insert_into(session, TeamMember).values(**row).on_conflict_do_nothing())
    audit.record_row(session, patient, "team.joined", actor.person_id, now)


def remove_member(
    session: Session, actor: Actor, patient: Patient, member_id: uuid.UUID, now: datetime
) -> None:
    """Off the team; the lead stays, so that nobody is without one. Raises BetweenError not_valid."""
    actor.as_clinician(patient.clinic_id)
    if member_id == patient.lead_id:
        raise BetweenError("not_valid")
    session.execute(
        sa.delete(TeamMember).where(
            TeamMember.clinic_id == patient.clinic_id,
            TeamMember.patient_id == patient.id,
            TeamMember.membership_id == member_id,
        )
    )
    audit.record_row(session, patient, "team.left", actor.person_id, now)
