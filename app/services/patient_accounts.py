"""Whose account a patient's record is: nobody's, until a code was used."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Membership, Patient, Person, Reminder


def has_account(person: Person) -> bool:
    """Whether somebody can sign in as this person."""
    return person.passphrase_hash is not None or person.email is not None


def person_of(session: Session, patient: Patient) -> Person:
    """Who the patient is."""
    return session.scalars(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.clinic_id == patient.clinic_id, Membership.id == patient.membership_id)
    ).one()


def hand_over_record(session: Session, patient: Patient, person: Person) -> Membership:
    """The patient is this person. Raises BetweenError already_patient, invitation_used."""
    membership = session.get_one(Membership, (patient.clinic_id, patient.membership_id))
    held = session.scalar(
        sa.select(Membership.id).where(
            Membership.person_id == person.id,
            Membership.role == "patient",
            Membership.clinic_id == patient.clinic_id,
        )
    )
    if held is not None and held != membership.id:
        raise BetweenError("already_patient")
    before = session.get_one(Person, membership.person_id)
    if before.id == person.id:
        return membership
    if has_account(before):
        raise BetweenError("invitation_used")
    membership.person_id = person.id
    session.execute(sa.update(Reminder).where(Reminder.person_id == before.id).values(person_id=person.id))
    session.flush()
    # Nobody ever signed in with it, so nothing else tells of it.
    session.delete(before)
    session.flush()
    return membership
