"""Enrolling in the room: the record is there at once, and a code opens the account."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import NURSE
from app.errors import BetweenError
from app.models import Clinic, Invitation, Membership, Patient, Person, TeamMember
from app.services import audit
from app.services.accounts import enrol_patient, plain_name
from app.services.actors import Actor, Role
from app.services.invitations import invite
from app.services.patient_accounts import has_account, person_of


@dataclass(frozen=True)
class NewPatient:
    """Somebody to enrol. `id` is made with the form, so that a form sent twice enrols once."""

    id: uuid.UUID
    name: str
    language: str
    lead_id: uuid.UUID


class EnrolledBeforeError(Exception):
    """This very form was sent before."""

    def __init__(self, patient_id: uuid.UUID) -> None:
        super().__init__("enrolled before")
        self.patient_id = patient_id


def enrol(session: Session, actor: Actor, held: Role, new: NewPatient, now: datetime) -> Patient:
    """A patient with a team, and nobody's sign-in yet. Raises EnrolledBeforeError, BetweenError not_valid."""
    if session.get(Patient, (held.clinic_id, new.id)) is not None:
        raise EnrolledBeforeError(new.id)
    if not _is_clinician(session, held.clinic_id, new.lead_id):
        raise BetweenError("not_valid")
    person = Person(
        name=plain_name(new.name),
        language=new.language,
        zone=session.get_one(Clinic, held.clinic_id).zone,
        created_at=now,
    )
    session.add(person)
    session.flush()
    membership = Membership(
        clinic_id=held.clinic_id, id=uuid.uuid4(), person_id=person.id, role="patient", created_at=now
    )
    session.add(membership)
    session.flush()
    patient = enrol_patient(session, membership, new.lead_id, now, patient_id=new.id)
    if held.role == NURSE:
        # Whoever enrols somebody to care for sees the patient; the front desk does not.
        session.add(
            TeamMember(clinic_id=patient.clinic_id, patient_id=patient.id, membership_id=held.membership_id)
        )
    audit.record_row(session, patient, "patient.enrolled", actor.person_id, now)
    return patient


def give_code(
    session: Session, held: Role, patient: Patient, email: str, now: datetime
) -> tuple[Invitation, str]:
    """A code that opens this patient's account, once; one given before opens nothing more.

    Raises BetweenError already_done when there is an account.
    """
    person = person_of(session, patient)
    if has_account(person):
        raise BetweenError("already_done")
    email = email or _told_before(session, patient)
    session.execute(
        sa.update(Invitation)
        .where(
            Invitation.clinic_id == patient.clinic_id,
            Invitation.patient_id == patient.id,
            Invitation.role == "patient",
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(expires_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return invite(
        session,
        inviter=session.get_one(Membership, (held.clinic_id, held.membership_id)),
        role="patient",
        name=person.name,
        email=email,
        language=person.language,
        now=now,
        patient_id=patient.id,
        lead_id=patient.lead_id,
    )


def _told_before(session: Session, patient: Patient) -> str:
    found = session.scalar(
        sa.select(Invitation.email)
        .where(
            Invitation.clinic_id == patient.clinic_id,
            Invitation.patient_id == patient.id,
            Invitation.role == "patient",
        )
        .order_by(Invitation.created_at.desc())
        .limit(1)
    )
    return found or ""


def names_known(session: Session, clinic_id: uuid.UUID, name: str) -> bool:
    """Whether a patient of the clinic has this name already."""
    found = session.scalar(
        sa.select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.clinic_id == clinic_id,
            Membership.role == "patient",
            sa.func.lower(Person.name) == plain_name(name).lower(),
        )
        .limit(1)
    )
    return found is not None


def _is_clinician(session: Session, clinic_id: uuid.UUID, membership_id: uuid.UUID) -> bool:
    lead = session.get(Membership, (clinic_id, membership_id))
    return lead is not None and lead.role == "clinician" and lead.state == "active"
