"""Who is away and who stands in: alerts always belong to somebody who is there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.cover import Rota
from app.domain.roles import ACTIVE, CARERS
from app.errors import BetweenError
from app.models import Absence, Alert, AlertHandover, Membership, Patient, Person, TeamMember
from app.services import audit
from app.services.actors import Actor, Role

LONGEST = timedelta(days=366)
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Colleague:
    """A clinician or nurse of the same clinic; `away_until` when not there now."""

    membership_id: uuid.UUID
    name: str
    away_until: datetime | None


@dataclass(frozen=True)
class Away:
    """One absence with the name of the cover."""

    absence: Absence
    cover: str | None


def read_rota(connection: sa.Connection, clinic_id: uuid.UUID, now: datetime) -> Rota:
    """Everybody who looks after patients there, clinicians first, and who is away at this moment."""
    rows = connection.execute(
        sa.select(Membership.id, Absence.id.label("absence"), Absence.cover_id)
        .outerjoin(Absence, sa.and_(_of_membership(), _is_now(now)))
        .where(Membership.clinic_id == clinic_id, Membership.role.in_(CARERS), Membership.state == ACTIVE)
        .order_by(Membership.role, Membership.created_at, Membership.id)
    ).all()
    staff = tuple(dict.fromkeys(row.id for row in rows))
    away: dict[uuid.UUID, uuid.UUID | None] = {}
    for row in rows:
        if row.absence is not None:
            away[row.id] = away.get(row.id) or row.cover_id
    return Rota(staff, away)


def read_team(connection: sa.Connection, clinic_id: uuid.UUID, patient_id: uuid.UUID) -> list[uuid.UUID]:
    """The patient's clinicians, the lead first."""
    lead = sa.select(Patient.lead_id).where(Patient.clinic_id == clinic_id, Patient.id == patient_id)
    lead_id = connection.scalar(lead)
    others = connection.scalars(
        sa.select(TeamMember.membership_id)
        .join(
            Membership,
            sa.and_(Membership.clinic_id == TeamMember.clinic_id, Membership.id == TeamMember.membership_id),
        )
        .where(TeamMember.clinic_id == clinic_id, TeamMember.patient_id == patient_id)
        .order_by(Membership.created_at, Membership.id)
    )
    return list(dict.fromkeys([*([lead_id] if lead_id else []), *others]))


def hand_over_due(session: Session, now: datetime) -> int:
    """Alerts of whoever went away, or left, go to the cover. How many did."""
    rows = session.execute(
        sa.select(Alert.clinic_id, Alert.id, Alert.patient_id, Alert.owner_id)
        .join(Membership, sa.and_(Membership.clinic_id == Alert.clinic_id, Membership.id == Alert.owner_id))
        .where(
            Alert.closed_at.is_(None),
            sa.or_(Membership.state != ACTIVE, sa.exists().where(_of_membership(), _is_now(now))),
        )
        .order_by(Alert.opened_at, Alert.id)
        .limit(MOST_AT_ONCE)
    ).all()
    return sum(_hand_over(session, *row, now) for row in rows)


def _hand_over(
    session: Session,
    clinic_id: uuid.UUID,
    alert_id: uuid.UUID,
    patient_id: uuid.UUID,
    owner_id: uuid.UUID,
    now: datetime,
) -> bool:
    connection = session.connection()
    rota = read_rota(connection, clinic_id, now)
    to_id = rota.stand_in(owner_id, read_team(connection, clinic_id, patient_id))
    return to_id != owner_id and change_owner(session, clinic_id, alert_id, owner_id, to_id, None, now)


def change_owner(
    session: Session,
    clinic_id: uuid.UUID,
    alert_id: uuid.UUID,
    from_id: uuid.UUID,
    to_id: uuid.UUID,
    actor: Actor | None,
    now: datetime,
) -> bool:
    """Give the open alert to somebody else, once. False when its owner changed meanwhile."""
    changed = session.execute(
        sa.update(Alert)
        .where(
            Alert.clinic_id == clinic_id,
            Alert.id == alert_id,
            Alert.owner_id == from_id,
            Alert.closed_at.is_(None),
        )
        .values(owner_id=to_id)
        .returning(Alert.id)
    ).first()
    if changed is None:
        return False
    by_id = actor.as_staff(clinic_id).membership_id if actor else None
    session.add(
        AlertHandover(
            clinic_id=clinic_id, alert_id=alert_id, from_id=from_id, to_id=to_id, by_id=by_id, made_at=now
        )
    )
    audit.record(
        session,
        at=now,
        actor_id=actor.person_id if actor else None,
        action="alert.owner_changed",
        subject="alert",
        subject_id=alert_id,
        clinic_id=clinic_id,
    )
    return True


@dataclass(frozen=True)
class Leave:
    """From when until when, and who stands in: without a name, whoever is there."""

    from_at: datetime
    until_at: datetime
    cover_id: uuid.UUID | None


def add_absence(session: Session, actor: Actor, whose: Role, leave: Leave, now: datetime) -> Absence:
    """Somebody is away: the actor, or whom an administrator writes down. Raises BetweenError not_valid."""
    others = {one.membership_id for one in read_colleagues(session, whose, now)}
    from_at, until_at, cover_id = leave.from_at, leave.until_at, leave.cover_id
    if not from_at < until_at <= from_at + LONGEST or until_at <= now:
        raise BetweenError("not_valid")
    if cover_id is not None and cover_id not in others:
        raise BetweenError("not_valid")
    absence = Absence(
        clinic_id=whose.clinic_id,
        id=uuid.uuid4(),
        membership_id=whose.membership_id,
        cover_id=cover_id,
        from_at=from_at,
        until_at=until_at,
        created_at=now,
    )
    session.add(absence)
    session.flush()
    audit.record_row(session, absence, "absence.added", actor.person_id, now)
    hand_over_due(session, now)
    return absence


def end_absence(session: Session, actor: Actor, whose: Role, absence_id: uuid.UUID, now: datetime) -> None:
    """Back, or not away after all. What went to the cover stays there until it is given back."""
    absence = session.get(Absence, (whose.clinic_id, absence_id))
    if absence is None or absence.membership_id != whose.membership_id:
        raise BetweenError("not_found")
    if absence.ended_at is None:
        absence.ended_at = now
        audit.record_row(session, absence, "absence.ended", actor.person_id, now)


def read_absences(session: Session, whose: Role, now: datetime) -> list[Away]:
    """Somebody's, now and to come, the nearest first."""
    rows = session.execute(
        sa.select(Absence, Person.name)
        .outerjoin(
            Membership,
            sa.and_(Membership.clinic_id == Absence.clinic_id, Membership.id == Absence.cover_id),
        )
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(
            Absence.clinic_id == whose.clinic_id,
            Absence.membership_id == whose.membership_id,
            Absence.until_at > now,
            Absence.ended_at.is_(None),
        )
        .order_by(Absence.from_at, Absence.id)
    )
    return [Away(*row) for row in rows]


def read_colleagues(session: Session, of: Role, now: datetime) -> Sequence[Colleague]:
    """The other clinicians and nurses of the same clinic, by name."""
    away = sa.select(sa.func.max(Absence.until_at)).where(_of_membership(), _is_now(now)).scalar_subquery()
    rows = session.execute(
        sa.select(Membership.id, Person.name, away)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.clinic_id == of.clinic_id,
            Membership.role.in_(CARERS),
            Membership.state == ACTIVE,
            Membership.id != of.membership_id,
        )
        .order_by(sa.func.lower(Person.name), Membership.id)
    )
    return [Colleague(*row) for row in rows]


def _of_membership() -> sa.ColumnElement[bool]:
    return sa.and_(Absence.clinic_id == Membership.clinic_id, Absence.membership_id == Membership.id)


def _is_now(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Absence.from_at <= now, Absence.until_at > now, Absence.ended_at.is_(None))
