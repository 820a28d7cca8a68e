"""What the front desk sees: names, how to reach people, and visits. No answer, no note, no alert."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.domain.roles import ENDED, FRONT_DESK
from app.models import Membership, Patient, Person, Visit
from app.services.access import find_visitor
from app.services.actors import Actor
from app.services.patient_accounts import has_account
from app.services.visits import read_visits

PAGE = 100


@dataclass(frozen=True)
class Contact:
    """One patient of the clinic, with the clinician and the next visit that is booked."""

    patient_id: uuid.UUID
    name: str
    lead: str
    next_at: datetime | None


@dataclass(frozen=True)
class Contacts:
    """One page of them, and how many there are."""

    rows: Sequence[Contact]
    total: int


@dataclass(frozen=True)
class ContactRecord:
    """One patient as the front desk sees them."""

    patient: Patient
    name: str
    email: str | None
    language: str
    lead: str
    visits: list[Visit]
    has_account: bool
    in_care: bool


_Lead, _LeadPerson = aliased(Membership), aliased(Person)


def read_contacts(session: Session, actor: Actor, now: datetime, page: int) -> Contacts:
    """The patients of the clinic, by name."""
    clinic_id = actor.in_role(FRONT_DESK).clinic_id
    next_at = (
        sa.select(sa.func.min(Visit.starts_at))
        .where(
            Visit.clinic_id == Patient.clinic_id,
            Visit.patient_id == Patient.id,
            Visit.state == "booked",
            Visit.starts_at > now,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        _known(Patient.id, Person.name, _LeadPerson.name, next_at)
        .where(Patient.clinic_id == clinic_id)
        .order_by(sa.func.lower(Person.name), Patient.id)
        .limit(PAGE)
        .offset(PAGE * (page - 1))
    )
    total = session.scalar(
        sa.select(sa.func.count()).select_from(Patient).where(Patient.clinic_id == clinic_id)
    )
    return Contacts([Contact(*row) for row in rows], total or 0)


def read_contact(session: Session, actor: Actor, patient_id: uuid.UUID) -> ContactRecord:
    """One of them with the visits. Raises BetweenError not_found."""
    patient = find_visitor(session, actor, patient_id)
    row = session.execute(
        _known(Person, Membership.state, _LeadPerson.name).where(
            Patient.clinic_id == patient.clinic_id, Patient.id == patient.id
        )
    ).one()
    person, state, lead = row
    return ContactRecord(
        patient,
        person.name,
        person.email,
        person.language,
        lead,
        read_visits(session, patient),
        has_account(person),
        state != ENDED,
    )


def _known(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Patient)
        .join(
            Membership,
            sa.and_(Membership.clinic_id == Patient.clinic_id, Membership.id == Patient.membership_id),
        )
        .join(Person, Person.id == Membership.person_id)
        .join(_Lead, sa.and_(_Lead.clinic_id == Patient.clinic_id, _Lead.id == Patient.lead_id))
        .join(_LeadPerson, _LeadPerson.id == _Lead.person_id)
    )
