"""Check-ins on paper: a printed code that names patient and visit, and what was entered under it."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Envelope, Membership, PaperForm, Patient, Person
from app.services import audit
from app.services.access import find_patient
from app.services.actors import Actor
from app.services.envelopes import FIRST
from app.services.invitations import ALPHABET, read_code
from app.services.visits import find_visit

CODE_LENGTH = 8


@dataclass(frozen=True)
class EnteredPaper:
    """What was entered under a code: once, by whom and when."""

    envelope_id: uuid.UUID
    by: str
    at: datetime


def print_form(
    session: Session, actor: Actor, patient: Patient, visit_id: uuid.UUID | None, language: str, now: datetime
) -> PaperForm:
    """A form with a code of its own. Raises BetweenError not_found for a visit of somebody else."""
    if visit_id is not None:
        find_visit(session, patient, visit_id)
    form = PaperForm(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        visit_id=visit_id,
        code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
        language=language,
        printed_by=actor.as_receiver(patient.clinic_id).membership_id,
        printed_at=now,
    )
    session.add(form)
    session.flush()
    audit.record_row(session, form, "paper_form.printed", actor.person_id, now)
    return form


def find_by_code(session: Session, actor: Actor, typed: str) -> PaperForm:
    """The form of this code, of a patient on the actor's desk. Raises BetweenError not_found otherwise."""
    form = session.scalar(sa.select(PaperForm).where(PaperForm.code == read_code(typed)))
    if form is None:
        raise BetweenError("not_found")
    find_patient(session, actor, form.patient_id)
    return form


def find_form(session: Session, patient: Patient, form_id: uuid.UUID) -> PaperForm:
    """One printed form of this patient. Raises BetweenError not_found."""
    form = session.get(PaperForm, (patient.clinic_id, form_id))
    if form is None or form.patient_id != patient.id:
        raise BetweenError("not_found")
    return form


def entered_under(session: Session, form: PaperForm) -> EnteredPaper | None:
    """What was entered under its code already."""
    row = session.execute(
        sa.select(Envelope.id, Person.name, Envelope.arrived_at)
        .outerjoin(
            Membership,
            sa.and_(Membership.clinic_id == Envelope.clinic_id, Membership.id == Envelope.entered_by),
        )
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(
            Envelope.clinic_id == form.clinic_id,
            Envelope.patient_id == form.patient_id,
            Envelope.client_id == form.id,
            Envelope.variant == FIRST,
        )
    ).first()
    return EnteredPaper(*row) if row else None
