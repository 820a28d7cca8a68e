"""Check-ins on paper: a printed code that names patient and visit, and what was entered under it."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import CheckIn, Envelope, Membership, PaperForm, Patient, Person
from app.services import audit
from app.services.access import find_patient
from app.services.actors import Actor
from app.services.envelopes import FIRST
from app.services.invitations import ALPHABET, read_code
from app.services.journal import Entry
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


def form_behind(session: Session, patient: Patient, entry: Entry) -> PaperForm:
    """The paper that this check-in, or the first of those it corrects, was entered from.

    Raises BetweenError not_found for one that came in another way: only staff say what stands for a paper.
    """
    named = entry.check_in.client_id if entry.source == "paper" else None
    while named is not None:
        form = session.get(PaperForm, (patient.clinic_id, named))
        if form is not None and form.patient_id == patient.id:
            return form
        named = session.scalar(
            sa.select(CheckIn.supersedes).where(
                CheckIn.clinic_id == patient.clinic_id,
                CheckIn.patient_id == patient.id,
                CheckIn.client_id == named,
                CheckIn.is_conflict.is_(False),
            )
        )
    raise BetweenError("not_found")


def correction_id(client_id: uuid.UUID) -> uuid.UUID:
    """The client id of what corrects this version: one, so that two corrections at once do not both count."""
    return uuid.uuid5(client_id, "correction")


def entered_under(session: Session, form: PaperForm) -> EnteredPaper | None:
    """What was entered under its code already."""
    return find_entered(session, form.clinic_id, form.patient_id, form.id)


def find_entered(
    session: Session, clinic_id: uuid.UUID, patient_id: uuid.UUID, client_id: uuid.UUID
) -> EnteredPaper | None:
    """What staff entered under this client id first, by whom and when."""
    row = session.execute(
        sa.select(Envelope.id, Person.name, Envelope.arrived_at)
        .outerjoin(
            Membership,
            sa.and_(Membership.clinic_id == Envelope.clinic_id, Membership.id == Envelope.entered_by),
        )
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(
            Envelope.clinic_id == clinic_id,
            Envelope.patient_id == patient_id,
            Envelope.client_id == client_id,
            Envelope.variant == FIRST,
        )
    ).first()
    return EnteredPaper(*row) if row else None
