"""Who is asking: the signed-in person with the memberships that count at this moment."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ACTIVE, CARERS, CLINICIAN, STAFF
from app.errors import BetweenError
from app.models import Clinic, Membership, Person


@dataclass(frozen=True)
class Role:
    """One membership of the actor that counts."""

    clinic_id: uuid.UUID
    membership_id: uuid.UUID
    role: str


@dataclass(frozen=True)
class Actor:
    """The signed-in person with the memberships that count, oldest first."""

    person_id: uuid.UUID
    name: str
    language: str
    zone: str
    roles: tuple[Role, ...]

    def in_role(self, role: str, clinic_id: uuid.UUID | None = None) -> Role:
        """The membership in this role, there if a clinic is named. Raises BetweenError not_found."""
        return self._first((role,), clinic_id)

    def as_clinician(self, clinic_id: uuid.UUID | None = None) -> Role:
        """The membership that signs. Raises BetweenError not_found, also for a nurse."""
        return self._first((CLINICIAN,), clinic_id)

    def as_carer(self, clinic_id: uuid.UUID | None = None) -> Role:
        """The membership that looks after patients, as clinician rather than as nurse."""
        return self._first(CARERS, clinic_id)

    def as_staff(self, clinic_id: uuid.UUID | None = None) -> Role:
        """The membership that works there, the one nearest to patients first."""
        return self._first(STAFF, clinic_id)

    def holds(self, role: str, clinic_id: uuid.UUID | None = None) -> bool:
        """Whether the actor has this role, there if a clinic is named."""
        return any(held.role == role and clinic_id in (None, held.clinic_id) for held in self.roles)

    def _first(self, wanted: Iterable[str], clinic_id: uuid.UUID | None) -> Role:
        for role in wanted:
            for held in self.roles:
                if held.role == role and clinic_id in (None, held.clinic_id):
                    return held
        raise BetweenError("not_found")


def load_actor(session: Session, person_id: uuid.UUID) -> Actor | None:
    """The person with the memberships that count, oldest first."""
    person = session.get(Person, person_id)
    if person is None:
        return None
    held = session.execute(
        sa.select(Membership.clinic_id, Membership.id, Membership.role)
        .join(Clinic, Clinic.id == Membership.clinic_id)
        .where(Membership.person_id == person_id, Membership.state == ACTIVE, _is_open())
        .order_by(Membership.created_at, Membership.id)
    )
    return Actor(person.id, person.name, person.language, person.zone, tuple(Role(*row) for row in held))


def why_no_place(session: Session, person_id: uuid.UUID) -> str:
    """The error that says why none of the person's memberships counts."""
    waits = sa.select(Membership.id).where(Membership.person_id == person_id, Membership.state == ACTIVE)
    return "no_place" if session.scalar(waits.limit(1)) is None else "clinic_not_live"


def _is_open() -> sa.ColumnElement[bool]:
    """Until a clinic is live only who works there has a place in it, and everybody of the demo."""
    return sa.or_(Membership.role.in_(STAFF), Clinic.live_at.is_not(None), Clinic.is_demo)
