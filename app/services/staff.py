"""Who works at a clinic: invited, suspended, back, removed. Nothing and nobody is left without an owner.

Every change takes the clinic's administrators first, in one order: of two who remove each other one wins.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ACTIVE, ADMINISTRATOR, CLINICIAN, ENDED, INVITED, STAFF, SUSPENDED
from app.errors import BetweenError
from app.models import Absence, Alert, Clinic, Invitation, Membership, Patient, Person
from app.services import audit
from app.services.accounts import plain_name
from app.services.actors import Actor, Role
from app.services.cover import hand_over_due
from app.services.handover import hand_over_all, leave_teams
from app.services.invitations import invite, read_leads

STANDING = (INVITED, ACTIVE, SUSPENDED)


@dataclass(frozen=True)
class Colleague:
    """One membership of the staff. `away_until` while away, `cover` who then stands in."""

    membership: Membership
    name: str
    email: str | None
    away_until: datetime | None
    cover: str | None


@dataclass(frozen=True)
class Held:
    """What would be left behind: open alerts, patients led, and patients invited and not yet there."""

    alerts: int
    patients: int
    invited: int

    @property
    def is_anything(self) -> bool:
        return bool(self.alerts or self.patients or self.invited)


class StaffError(Exception):
    """`why`: last_administrator, last_clinician, nobody_takes_over, or not_now (the state is another)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_staff(session: Session, actor: Actor, now: datetime) -> Sequence[Colleague]:
    """Everybody who works at the administrator's clinic, did, or is invited, by name."""
    clinic_id = actor.in_role(ADMINISTRATOR).clinic_id
    away = _absent_now(now)
    cover = sa.select(Membership.clinic_id, Membership.id, Person.name).join(Person).subquery("cover")
    rows = session.execute(
        sa.select(Membership, Person.name, Person.email, Absence.until_at, cover.c.name)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Absence, away)
        .outerjoin(cover, sa.and_(cover.c.clinic_id == Absence.clinic_id, cover.c.id == Absence.cover_id))
        .where(Membership.clinic_id == clinic_id, Membership.role.in_(STAFF))
        .order_by(sa.func.lower(Person.name), Membership.role, Membership.id, Absence.until_at.desc())
    ).all()
    found = {row[0].id: Colleague(*row) for row in reversed(rows)}
    return list(reversed(found.values()))


def find_colleague(session: Session, actor: Actor, membership_id: uuid.UUID) -> Membership:
    """A membership of the staff of the administrator's clinic. Raises BetweenError not_found."""
    found = session.get(Membership, (actor.in_role(ADMINISTRATOR).clinic_id, membership_id))
    if found is None or found.role not in STAFF:
        raise BetweenError("not_found")
    return found


def count_held(session: Session, member: Membership) -> Held:
    """What this colleague has that somebody must have."""

    def count(table: type, *which: sa.ColumnElement[bool]) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(table).where(*which)) or 0

    clinic_id, own_id = member.clinic_id, member.id
    return Held(
        count(Alert, Alert.clinic_id == clinic_id, Alert.owner_id == own_id, Alert.closed_at.is_(None)),
        count(Patient, Patient.clinic_id == clinic_id, Patient.lead_id == own_id),
        count(
            Invitation,
            Invitation.clinic_id == clinic_id,
            sa.func.coalesce(Invitation.lead_id, Invitation.invited_by) == own_id,
            Invitation.role == "patient",
            Invitation.used_at.is_(None),
        ),
    )


def who_could_take_over(session: Session, member: Membership) -> list[tuple[uuid.UUID, str]]:
    """The other active clinicians, by name: only a clinician leads patients."""
    return [one for one in read_leads(session, member.clinic_id) if one[0] != member.id]


def invite_colleague(
    session: Session, inviter: Role, role: str, name: str, language: str, now: datetime
) -> tuple[Invitation, str]:
    """A place in this role that waits for somebody, and the code that takes it up."""
    made_by = session.get_one(Membership, (inviter.clinic_id, inviter.membership_id))
    place = make_place(session, inviter.clinic_id, role, name, language, now)
    return invite(
        session,
        inviter=made_by,
        role=role,
        name=name,
        language=language,
        now=now,
        membership_id=place.id,
    )


def make_place(
    session: Session, clinic_id: uuid.UUID, role: str, name: str, language: str, now: datetime
) -> Membership:
    """A membership that is only invited: its person is a name without a way to sign in."""
    zone = session.get_one(Clinic, clinic_id).zone
    person = Person(name=plain_name(name), language=language, zone=zone, created_at=now)
    session.add(person)
    session.flush()
    place = Membership(clinic_id=clinic_id, person_id=person.id, role=role, state=INVITED, created_at=now)
    session.add(place)
    session.flush()
    return place


def suspend(session: Session, actor: Actor, membership_id: uuid.UUID, now: datetime) -> None:
    """Out at once, everywhere. Open alerts go to whoever stands in, in the same commit. Raises StaffError."""
    member = _take_up(session, actor, membership_id, (ACTIVE,))
    _keep_somebody(session, member)
    member.state = SUSPENDED
    session.flush()
    hand_over_due(session, now)
    audit.record_row(session, member, "staff.suspended", actor.person_id, now)


def resume(session: Session, actor: Actor, membership_id: uuid.UUID, now: datetime) -> None:
    """Back. What was handed over stays where it is. Raises StaffError."""
    member = _take_up(session, actor, membership_id, (SUSPENDED,))
    member.state = ACTIVE
    audit.record_row(session, member, "staff.resumed", actor.person_id, now)


def remove(
    session: Session, actor: Actor, membership_id: uuid.UUID, to_id: uuid.UUID | None, now: datetime
) -> None:
    """End the membership; what it had belongs to `to_id` in the same commit. Raises StaffError."""
    member = _take_up(session, actor, membership_id, STANDING)
    if member.state == ACTIVE:
        _keep_somebody(session, member)
    if count_held(session, member).is_anything:
        if to_id is None or to_id not in dict(who_could_take_over(session, member)):
            raise StaffError("nobody_takes_over")
        hand_over_all(session, actor, member, to_id, now)
    leave_teams(session, member)
    member.state = ENDED
    session.flush()
    # The colleague may be away, and stood in for.
    hand_over_due(session, now)
    audit.record_row(session, member, "staff.removed", actor.person_id, now)


def _take_up(session: Session, actor: Actor, membership_id: uuid.UUID, states: tuple[str, ...]) -> Membership:
    """The colleague, locked together with all administrators, if the actor still is one."""
    held = actor.in_role(ADMINISTRATOR)
    locked = session.scalars(
        sa.select(Membership)
        .where(
            Membership.clinic_id == held.clinic_id,
            sa.or_(Membership.role == ADMINISTRATOR, Membership.id == membership_id),
        )
        .order_by(Membership.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {one.id: one for one in locked}
    if by_id[held.membership_id].state != ACTIVE:
        raise BetweenError("not_allowed")
    member = by_id.get(membership_id)
    if member is None or member.role not in STAFF:
        raise BetweenError("not_found")
    if member.state not in states:
        raise StaffError("not_now")
    return member


def _keep_somebody(session: Session, member: Membership) -> None:
    """There is always an administrator, and in a clinic with patients somebody for their alerts."""
    others = sa.select(sa.func.count()).where(
        Membership.clinic_id == member.clinic_id, Membership.state == ACTIVE, Membership.id != member.id
    )
    if member.role == ADMINISTRATOR and not session.scalar(others.where(Membership.role == ADMINISTRATOR)):
        raise StaffError("last_administrator")
    if member.role != CLINICIAN or session.scalar(others.where(Membership.role == CLINICIAN)):
        return
    if (
        session.scalar(sa.select(Patient.id).where(Patient.clinic_id == member.clinic_id).limit(1))
        is not None
    ):
        raise StaffError("last_clinician")


def _absent_now(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Absence.clinic_id == Membership.clinic_id,
        Absence.membership_id == Membership.id,
        Absence.from_at <= now,
        Absence.until_at > now,
        Absence.ended_at.is_(None),
    )
