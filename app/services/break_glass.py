"""Break-glass: a carer of the clinic reads one of another team, for a reason and a while, and it is told.

It opens reading, and writing down what was tried about an open alert. What is signed stays with the team:
whoever comes in for a night sees a part of the story, and must not change what the others go by.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.db import insert_into
from app.domain.roles import CARERS
from app.errors import BetweenError
from app.models import BreakGlass, Membership, Patient, Person, TeamMember
from app.services import audit
from app.services.access import find_patient, visible_patients
from app.services.accounts import fold_email, plain_name
from app.services.actors import Actor, Role
from app.services.at_rest import open_texts, owner_of, seal_texts

LASTS = timedelta(hours=4)
OPENED = "break_glass.opened"
SHOWN = 20


@dataclass(frozen=True)
class Match:
    """A patient of exactly this name or address; `lead` tells two of one name apart."""

    patient: Patient
    lead: str


@dataclass(frozen=True)
class Opening:
    """One opening, and who made it in which role."""

    row: BreakGlass
    by: str
    role: str


@dataclass(frozen=True)
class Untold:
    """An opening that nobody of the team has seen yet, or one of the actor's own that runs: of whom."""

    row: BreakGlass
    by: str
    patient: str


_Lead, _LeadPerson = aliased(Membership), aliased(Person)


def find_matches(session: Session, actor: Actor, held: Role, who: str) -> list[Match]:
    """Patients of the clinic, in any state, with exactly this name or e-mail; never the actor."""
    rows = session.execute(
        sa.select(Patient, _LeadPerson.name)
        .join(Membership, _same(Membership, Patient.membership_id))
        .join(Person, Person.id == Membership.person_id)
        .join(_Lead, _same(_Lead, Patient.lead_id))
        .join(_LeadPerson, _LeadPerson.id == _Lead.person_id)
        .where(
            Patient.clinic_id == held.clinic_id,
            Person.id != actor.person_id,
            # Both by the database: SQLite leaves letters with accents as they are.
            sa.or_(
                sa.func.lower(Person.name) == sa.func.lower(plain_name(who)), Person.email == fold_email(who)
            ),
        )
        .order_by(sa.func.lower(_LeadPerson.name), Patient.id)
    )
    return [Match(*row) for row in rows]


def is_on_desk(session: Session, actor: Actor, patient_id: uuid.UUID) -> bool:
    """Whether the actor sees this patient without it."""
    try:
        find_patient(session, actor, patient_id)
    except BetweenError:
        return False
    return True


def open_record(
    session: Session, actor: Actor, held: Role, patient: Patient, why: str, now: datetime
) -> BreakGlass:
    """Open it for four hours; while it runs, once more changes nothing. Raises BetweenError not_valid."""
    if not why.strip() or held.role not in CARERS or held.clinic_id != patient.clinic_id:
        raise BetweenError("not_valid")
    _end_what_ran_out(session, held, patient, now)
    row = BreakGlass(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        membership_id=held.membership_id,
        opened_at=now,
        until_at=now + LASTS,
    )
    seal_texts(session, owner_of(patient), row, why_text=why.strip())
    columns = {one.columns[0].name: getattr(row, one.key) for one in sa.inspect(BreakGlass).column_attrs}
    added = session.execute(
        insert_into(session, BreakGlass).values(**columns).on_conflict_do_nothing().returning(BreakGlass.id)
    ).first()
    if added is not None:
        audit.record_about(session, row, OPENED, actor.person_id, now)
    return row


def end_opening(
    session: Session, actor: Actor, patient_id: uuid.UUID, opening_id: uuid.UUID, now: datetime
) -> None:
    """Close it before its time: whoever opened it, or a carer of the team. Raises BetweenError."""
    row = _find(session, patient_id, opening_id)
    own = any(one.role in CARERS and one.membership_id == row.membership_id for one in actor.roles)
    if not own:
        find_patient(session, actor, patient_id)
    if row.runs(now):
        row.ended_at = now
        audit.record_about(session, row, "break_glass.ended", actor.person_id, now)


def mark_seen(
    session: Session, actor: Actor, patient_id: uuid.UUID, opening_id: uuid.UUID, now: datetime
) -> None:
    """A clinician of the team knows of it; the first mark stands. Raises BetweenError not_found."""
    row = _find(session, patient_id, opening_id)
    patient = session.scalar(visible_patients(actor).where(Patient.id == patient_id))
    own_id = actor.as_clinician(row.clinic_id).membership_id
    if patient is None or own_id == row.membership_id:
        raise BetweenError("not_found")
    if row.seen_at is None:
        row.seen_at, row.seen_by = now, own_id
        audit.record_about(session, row, "break_glass.seen", actor.person_id, now)


def read_openings(session: Session, patient: Patient) -> list[Opening]:
    """The last ones of this patient, newest first, with their reasons."""
    rows = session.execute(
        sa.select(BreakGlass, Person.name, Membership.role)
        .join(Membership, _same(Membership, BreakGlass.membership_id, BreakGlass))
        .join(Person, Person.id == Membership.person_id)
        .where(BreakGlass.clinic_id == patient.clinic_id, BreakGlass.patient_id == patient.id)
        .order_by(BreakGlass.opened_at.desc())
        .limit(SHOWN)
    )
    found = [Opening(*row) for row in rows]
    open_texts(session, owner_of(patient), [one.row for one in found])
    return found


def read_untold(session: Session, actor: Actor) -> list[Untold]:
    """What the actor's teams have still to see, oldest first."""
    teams = sa.exists().where(
        TeamMember.clinic_id == BreakGlass.clinic_id,
        TeamMember.patient_id == BreakGlass.patient_id,
        TeamMember.membership_id.in_([one.membership_id for one in actor.roles if one.role in CARERS]),
    )
    return _select(
        session, actor, BreakGlass.seen_at.is_(None), teams, Membership.person_id != actor.person_id
    )


def read_running(session: Session, actor: Actor, now: datetime) -> list[Untold]:
    """What the actor has open now."""
    own = BreakGlass.membership_id.in_([one.membership_id for one in actor.roles if one.role in CARERS])
    return _select(session, actor, own, BreakGlass.ended_at.is_(None), BreakGlass.until_at > now)


_PatientPlace, _PatientPerson = aliased(Membership), aliased(Person)


def _select(session: Session, actor: Actor, *which: sa.ColumnElement[bool]) -> list[Untold]:
    clinics = {one.clinic_id for one in actor.roles if one.role in CARERS}
    rows = session.execute(
        sa.select(BreakGlass, Person.name, _PatientPerson.name)
        .join(Membership, _same(Membership, BreakGlass.membership_id, BreakGlass))
        .join(Person, Person.id == Membership.person_id)
        .join(Patient, _same(Patient, BreakGlass.patient_id, BreakGlass))
        .join(_PatientPlace, _same(_PatientPlace, Patient.membership_id))
        .join(_PatientPerson, _PatientPerson.id == _PatientPlace.person_id)
        .where(BreakGlass.clinic_id.in_(clinics), *which)
        .order_by(BreakGlass.opened_at, BreakGlass.id)
    )
    return [Untold(*row) for row in rows]


def _same(
    table: type[Membership] | type[Patient],
    key: InstrumentedAttribute[uuid.UUID],
    of: type[Patient] | type[BreakGlass] = Patient,
) -> sa.ColumnElement[bool]:
    return sa.and_(table.clinic_id == of.clinic_id, table.id == key)


def _find(session: Session, patient_id: uuid.UUID, opening_id: uuid.UUID) -> BreakGlass:
    row = session.scalar(
        sa.select(BreakGlass)
        .where(BreakGlass.patient_id == patient_id, BreakGlass.id == opening_id)
        .with_for_update()
    )
    if row is None:
        raise BetweenError("not_found")
    return row


def _end_what_ran_out(session: Session, held: Role, patient: Patient, now: datetime) -> None:
    """So that one more may run: the database keeps one at a time."""
    session.execute(
        sa.update(BreakGlass)
        .where(
            BreakGlass.clinic_id == patient.clinic_id,
            BreakGlass.patient_id == patient.id,
            BreakGlass.membership_id == held.membership_id,
            BreakGlass.ended_at.is_(None),
            BreakGlass.until_at <= now,
        )
        .values(ended_at=BreakGlass.until_at)
        .execution_options(synchronize_session=False)
    )
