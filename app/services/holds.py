"""What an administrator needs to hold records: which are to be erased, which are held, and one by its name.

An administrator has no list of patients: only records that are to be erased or are held are named here.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Erasure, LegalHold, Membership, Patient, Person
from app.services.accounts import fold_email
from app.services.actors import Role
from app.services.at_rest import open_texts, owner_of


@dataclass(frozen=True)
class HeldRecord:
    """One record by its patient's name. `due_at` is None unless it is to be erased, `hold` unless held."""

    patient_id: uuid.UUID
    name: str
    due_at: datetime | None
    hold: LegalHold | None


def read_held(session: Session, role: Role) -> list[HeldRecord]:
    """Records of the clinic that are to be erased or are held, the soonest first."""
    erasing = sa.and_(
        Erasure.clinic_id == Patient.clinic_id, Erasure.patient_id == Patient.id, Erasure.undone_at.is_(None)
    )
    holding = sa.and_(
        LegalHold.clinic_id == Patient.clinic_id,
        LegalHold.patient_id == Patient.id,
        LegalHold.lifted_at.is_(None),
    )
    rows = session.execute(
        _named(role)
        .add_columns(Person.name, Erasure.due_at, LegalHold)
        .outerjoin(Erasure, erasing)
        .outerjoin(LegalHold, holding)
        .where(sa.or_(Erasure.id.is_not(None), LegalHold.id.is_not(None)))
        .order_by(Erasure.due_at.is_(None), Erasure.due_at, Person.name)
    ).all()
    for row in rows:
        open_texts(session, owner_of(row.Patient), [row.LegalHold] if row.LegalHold else [])
    return [HeldRecord(row.Patient.id, row.name, row.due_at, row.LegalHold) for row in rows]


def find_to_hold(session: Session, role: Role, patient_id: uuid.UUID) -> Patient:
    """A record of the own clinic that is to be erased or is held. Raises BetweenError not_found."""
    if patient_id not in {record.patient_id for record in read_held(session, role)}:
        raise BetweenError("not_found")
    return session.get_one(Patient, (role.clinic_id, patient_id))


def find_by_email(session: Session, role: Role, email: str) -> Patient:
    """The patient of the own clinic with this whole address. Raises BetweenError not_found."""
    found = session.execute(_named(role).where(Person.email == fold_email(email))).scalar_one_or_none()
    if found is None or not email.strip():
        raise BetweenError("not_found")
    return found


def _named(role: Role) -> sa.Select[Patient]:
    of_patient = sa.and_(Membership.clinic_id == Patient.clinic_id, Membership.id == Patient.membership_id)
    return (
        sa.select(Patient)
        .join(Membership, of_patient)
        .join(Person, Person.id == Membership.person_id)
        .where(Patient.clinic_id == role.clinic_id)
    )
