"""A patient's or caregiver's place at the clinic, suspended and given back by the patient's own team.

Whoever is suspended is out with the next request. The right to hand in what waits on a phone is another one
and stays: what somebody answered is not lost because of it, and opens an alert like any other.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ACTIVE, CAREGIVER, SUSPENDED
from app.errors import BetweenError
from app.models import CareLink, Membership, Patient, Person
from app.services import audit
from app.services.actors import Actor

# What a change is called, by the state it leads to.
ACTIONS = {SUSPENDED: "place.suspended", ACTIVE: "place.resumed"}


@dataclass(frozen=True)
class Place:
    """Somebody's place at the clinic: a membership by its id, and whose."""

    membership_id: uuid.UUID
    name: str
    state: str


@dataclass(frozen=True)
class Places:
    """The patient's, and those of everybody whom visits are shared with, by name."""

    own: Place
    caregivers: list[Place]


def read_places(session: Session, patient: Patient) -> Places:
    """Who of this record has which place."""
    found = [Place(row.id, row.name, row.state) for row in session.execute(_select(patient))]
    own = next(one for one in found if one.membership_id == patient.membership_id)
    return Places(own, [one for one in found if one is not own])


def change_place(
    session: Session, actor: Actor, patient: Patient, membership_id: uuid.UUID, to: str, now: datetime
) -> None:
    """Suspend it or give it back. Of two at once one does it; nobody does it to themselves.

    Raises BetweenError not_found for a place that is not of this record, and already_done.
    """
    actor.as_clinician(patient.clinic_id)
    places = read_places(session, patient)
    if membership_id not in {one.membership_id for one in (places.own, *places.caregivers)}:
        raise BetweenError("not_found")
    before = SUSPENDED if to == ACTIVE else ACTIVE
    changed = session.execute(
        sa.update(Membership)
        .where(
            Membership.clinic_id == patient.clinic_id,
            Membership.id == membership_id,
            Membership.person_id != actor.person_id,
            Membership.state == before,
        )
        .values(state=to)
        .returning(Membership.id)
    ).first()
    if changed is None:
        raise BetweenError("already_done")
    audit.record(
        session,
        at=now,
        actor_id=actor.person_id,
        action=ACTIONS[to],
        subject="membership",
        subject_id=membership_id,
        clinic_id=patient.clinic_id,
    )


def _select(patient: Patient) -> sa.Select[uuid.UUID, str, str]:
    shared = sa.exists().where(
        CareLink.clinic_id == Membership.clinic_id,
        CareLink.membership_id == Membership.id,
        CareLink.patient_id == patient.id,
        CareLink.ended_at.is_(None),
    )
    return (
        sa.select(Membership.id, Person.name, Membership.state)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.clinic_id == patient.clinic_id,
            sa.or_(Membership.id == patient.membership_id, sa.and_(Membership.role == CAREGIVER, shared)),
        )
        .order_by(sa.func.lower(Person.name), Membership.id)
    )
