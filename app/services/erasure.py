"""Ending a record: asked for, fourteen days to undo it, held by an administrator's word, then erased.

Nothing is erased while an alert is open or a hold stands; it is done when both are gone.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database, insert_into
from app.errors import BetweenError
from app.models import Alert, CheckIn, Clinic, Erasure, LegalHold, Membership, Patient, Visit
from app.services.actors import Actor
from app.services.at_rest import open_texts, owner_of, seal_texts
from app.services.audit import record_about
from app.services.erasing import erase_record

WAITS = timedelta(days=14)
AT_ONCE = 100
Id = uuid.UUID | sa.SQLColumnExpression[uuid.UUID]


@dataclass(frozen=True)
class Standing:
    """What holds for one record now: an erasure that was asked for, and what would keep it."""

    erasure: Erasure | None
    hold: LegalHold | None
    has_open_alert: bool


def read_standing(session: Session, patient: Patient) -> Standing:
    """Whether the record is to be erased, and what keeps it."""
    hold = session.scalar(sa.select(LegalHold).where(_holds(patient.clinic_id, patient.id)))
    if hold is not None:
        open_texts(session, owner_of(patient), [hold])
    is_open = session.scalar(sa.select(_open_alert(patient.clinic_id, patient.id)))
    return Standing(_find(session, patient), hold, bool(is_open))


def ask_erasure(session: Session, patient: Patient, actor: Actor, why: str, now: datetime) -> Erasure:
    """Have the record erased in fourteen days. Asked again it stays as it was asked first."""
    return _ask(session, patient, actor.person_id, why, now)


def undo_erasure(session: Session, patient: Patient, actor: Actor, now: datetime) -> None:
    """Keep the record after all. Raises BetweenError not_found when nothing was asked."""
    erasure = _find(session, patient)
    if erasure is None:
        raise BetweenError("not_found")
    erasure.undone_by, erasure.undone_at = actor.person_id, now
    record_about(session, erasure, "erasure.undone", actor.person_id, now)


def place_hold(
    session: Session, patient: Patient, placed_by: Membership, reason: str, now: datetime
) -> LegalHold:
    """Keep the record for this reason, whatever was asked. Raises BetweenError not_valid, already_done."""
    if not reason.strip():
        raise BetweenError("not_valid")
    if session.scalar(sa.select(LegalHold.id).where(_holds(patient.clinic_id, patient.id))):
        raise BetweenError("already_done")
    hold = LegalHold(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        placed_by=placed_by.id,
        placed_at=now,
    )
    seal_texts(session, owner_of(patient), hold, reason=reason)
    session.add(hold)
    session.flush()
    record_about(session, hold, "hold.placed", placed_by.person_id, now)
    return hold


def lift_hold(session: Session, patient: Patient, lifted_by: Membership, now: datetime) -> None:
    """It holds no longer. Raises BetweenError not_found when none stands."""
    hold = session.scalar(sa.select(LegalHold).where(_holds(patient.clinic_id, patient.id)))
    if hold is None:
        raise BetweenError("not_found")
    hold.lifted_by, hold.lifted_at = lifted_by.id, now
    record_about(session, hold, "hold.lifted", lifted_by.person_id, now)


def ask_after_retention(session: Session, clinic: Clinic, years: int, now: datetime) -> int:
    """Ask for the erasure of every record of the clinic in which nothing happened for so many years.

    Nothing: no check-in, no visit, none booked, nobody enrolled. What stands already stays as it is.
    """
    since = now - timedelta(days=365.25 * years)
    asked = 0
    for patient in session.scalars(_quiet_since(clinic.id, since)).all():
        asked += _find(session, patient) is None
        _ask(session, patient, None, "retention", now)
    return asked


def ask_after_retention_years(session: Session, now: datetime) -> int:
    """The same for every clinic that set how many years it keeps records."""
    clinics = session.scalars(sa.select(Clinic).where(Clinic.retention_years.is_not(None))).all()
    return sum(ask_after_retention(session, one, one.retention_years or 0, now) for one in clinics)


def erase_due(database: Database, now: datetime) -> int:
    """Erase what is due and not held, each in a transaction of its own. Any number of workers may try."""
    with database.reading() as session:
        due = session.execute(
            sa.select(Erasure.clinic_id, Erasure.id)
            .where(_is_due(now), ~_is_kept())
            .order_by(Erasure.due_at)
            .limit(AT_ONCE)
        ).all()
    return sum(_erase(database, row.clinic_id, row.id, now) for row in due)


def count_late(session: Session, clinic_id: uuid.UUID, patient_id: uuid.UUID, items: int) -> None:
    """A phone sent items of an erased record. That is all that is kept of them."""
    session.execute(
        sa.update(Erasure)
        .where(
            Erasure.clinic_id == clinic_id, Erasure.patient_id == patient_id, Erasure.erased_at.is_not(None)
        )
        .values(late_items=Erasure.late_items + items)
    )


def _erase(database: Database, clinic_id: uuid.UUID, erasure_id: uuid.UUID, now: datetime) -> bool:
    """One transaction, so that nothing is ever half gone. Locked first, then looked at once more."""
    with database.writing() as session:
        session.execute(
            sa.select(Patient.id)
            .join(
                Erasure,
                sa.and_(Erasure.clinic_id == Patient.clinic_id, Erasure.patient_id == Patient.id),
            )
            .where(Erasure.clinic_id == clinic_id, Erasure.id == erasure_id)
            .with_for_update()
        )
        erasure = session.scalar(
            sa.select(Erasure)
            .where(Erasure.clinic_id == clinic_id, Erasure.id == erasure_id, _is_due(now), ~_is_kept())
            .with_for_update(of=Erasure)
        )
        if erasure is None:
            return False
        erase_record(session, erasure, now)
        erasure.erased_at = now
        record_about(session, erasure, "record.erased", None, now)
    return True


def _ask(session: Session, patient: Patient, asked_by: uuid.UUID | None, why: str, now: datetime) -> Erasure:
    keys = {"clinic_id": patient.clinic_id, "id": uuid.uuid4(), "patient_id": patient.id}
    added = session.execute(
        insert_into(session, Erasure)
        .values(
            **keys,
            membership_id=patient.membership_id,
            why=why,
            asked_by=asked_by,
            asked_at=now,
            due_at=now + WAITS,
            late_items=0,
        )
        .on_conflict_do_nothing()
        .returning(Erasure.id)
    ).first()
    erasure = _find(session, patient)
    assert erasure is not None
    if added is not None:
        record_about(session, erasure, "erasure.asked", asked_by, now)
    return erasure


def _find(session: Session, patient: Patient) -> Erasure | None:
    return session.scalar(
        sa.select(Erasure).where(
            Erasure.clinic_id == patient.clinic_id,
            Erasure.patient_id == patient.id,
            Erasure.undone_at.is_(None),
        )
    )


def _quiet_since(clinic_id: uuid.UUID, since: datetime) -> sa.Select[Patient]:
    def happened(table: type[CheckIn | Visit | Erasure], moment: str) -> sa.Exists:
        own = sa.and_(table.clinic_id == Patient.clinic_id, table.patient_id == Patient.id)
        return sa.exists().where(own, getattr(table, moment) >= since)

    return sa.select(Patient).where(
        Patient.clinic_id == clinic_id,
        Patient.created_at < since,
        ~happened(CheckIn, "arrived_at"),
        ~happened(Visit, "starts_at"),
        # Somebody wanted to keep it: that counts for as long again.
        ~happened(Erasure, "undone_at"),
    )


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Erasure.undone_at.is_(None), Erasure.erased_at.is_(None), Erasure.due_at <= now)


def _is_kept() -> sa.ColumnElement[bool]:
    clinic_id, patient_id = Erasure.clinic_id, Erasure.patient_id
    return sa.or_(sa.exists().where(_holds(clinic_id, patient_id)), _open_alert(clinic_id, patient_id))


def _holds(clinic_id: Id, patient_id: Id) -> sa.ColumnElement[bool]:
    same = sa.and_(LegalHold.clinic_id == clinic_id, LegalHold.patient_id == patient_id)
    return sa.and_(same, LegalHold.lifted_at.is_(None))


def _open_alert(clinic_id: Id, patient_id: Id) -> sa.Exists:
    same = sa.and_(Alert.clinic_id == clinic_id, Alert.patient_id == patient_id)
    return sa.exists().where(same, Alert.closed_at.is_(None))
