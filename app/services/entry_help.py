"""Whom somebody at the clinic may help back in: patients on the own desk, and colleagues by an administrator.

Never oneself. What one clinic does about an account must not open what the person is to another one's staff.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ACTIVE, ADMINISTRATOR, STAFF
from app.errors import BetweenError
from app.models import Membership, Patient, Person
from app.services.access import find_patient, find_visitor
from app.services.actors import Actor


@dataclass(frozen=True)
class Helped:
    """A person who may be helped by the clinic. `may_hand_out`: a code; `may_drop`: the second step."""

    person: Person
    clinic_id: uuid.UUID
    may_hand_out: bool
    may_drop: bool


def find_helped_patient(session: Session, actor: Actor, patient_id: uuid.UUID) -> Helped:
    """A patient on the actor's desk. Whoever works somewhere is helped by an administrator there."""
    patient = find_patient(session, actor, patient_id)
    return _patient(session, actor, patient)


def find_received_patient(session: Session, actor: Actor, patient_id: uuid.UUID) -> Helped:
    """The same, and for the front desk everybody of the clinic: to hand out a code, and no more."""
    patient = find_visitor(session, actor, patient_id)
    return _patient(session, actor, patient)


def _patient(session: Session, actor: Actor, patient: Patient) -> Helped:
    membership = session.get_one(Membership, (patient.clinic_id, patient.membership_id))
    return _helped(session, actor, membership, ())


def find_helped_colleague(session: Session, actor: Actor, membership_id: uuid.UUID) -> Helped:
    """A colleague where the actor is administrator. Raises BetweenError not_found for every other id."""
    clinics = [held.clinic_id for held in actor.roles if held.role == ADMINISTRATOR]
    membership = session.scalar(
        sa.select(Membership).where(
            Membership.id == membership_id,
            Membership.clinic_id.in_(clinics),
            Membership.role.in_(STAFF),
            Membership.state == ACTIVE,
        )
    )
    if membership is None:
        raise BetweenError("not_found")
    return _helped(session, actor, membership, clinics)


def _helped(session: Session, actor: Actor, membership: Membership, clinics: Sequence[uuid.UUID]) -> Helped:
    person = session.get_one(Person, membership.person_id)
    other = person.id != actor.person_id
    elsewhere = session.scalar(
        sa.select(Membership.id)
        .where(
            Membership.person_id == person.id,
            Membership.role.in_(STAFF),
            Membership.state == ACTIVE,
            Membership.clinic_id.not_in(clinics),
        )
        .limit(1)
    )
    guarded = elsewhere is None or person.second_factor_at is not None
    return Helped(person, membership.clinic_id, other and guarded, other and elsewhere is None)
