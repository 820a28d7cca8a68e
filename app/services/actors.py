"""Who is asking: the signed-in person with the memberships that count at this moment."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ACTIVE, CARERS, CLINICIAN, ENDED, PATIENT, RECEIVERS, STAFF
from app.errors import BetweenError
from app.models import Clinic, Membership, Person, WebSession

FORMER_PATIENT = "former_patient"
"""A patient whose care ended: sees the own record and that nobody reads there any more, and nothing else."""


@dataclass(frozen=True)
class Role:
    """One membership of the actor that counts."""

    clinic_id: uuid.UUID
    membership_id: uuid.UUID
    role: str


@dataclass(frozen=True)
class Actor:
    """The signed-in person with the memberships that count, oldest first.

    `withheld`: some of them wait until a second factor is shown in this session. `proved_at`: when it was.
    """

    person_id: uuid.UUID
    name: str
    language: str
    zone: str
    roles: tuple[Role, ...]
    withheld: bool = False
    proved_at: datetime | None = None

    def in_role(self, role: str, clinic_id: uuid.UUID | None = None) -> Role:
        """The membership in this role, there if a clinic is named. Raises BetweenError not_found."""
        return self._first((role,), clinic_id)

    def as_clinician(self, clinic_id: uuid.UUID | None = None) -> Role:
        """The membership that signs. Raises BetweenError not_found, also for a nurse."""
        return self._first((CLINICIAN,), clinic_id)

    def as_carer(self, clinic_id: uuid.UUID | None = None) -> Role:
        """The membership that looks after patients, as clinician rather than as nurse."""
        return self._first(CARERS, clinic_id)

    def as_receiver(self, clinic_id: uuid.UUID | None = None) -> Role:
        """The membership that receives patients, the front desk's last. Raises BetweenError not_found."""
        return self._first(RECEIVERS, clinic_id)

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


def load_actor(session: Session, person_id: uuid.UUID, web: WebSession | None = None) -> Actor | None:
    """The person with the memberships that count, oldest first; in a `web` session what is open in it.

    Without a session (a job, a command) nothing is withheld.
    """
    person = session.get(Person, person_id)
    if person is None:
        return None
    unproved = web is not None and web.proved_at is None
    owes = web is not None and unproved and _owes_second_factor(person, web)
    held = _memberships(session, person_id)
    opened = tuple(role for role, needs_proof in held if not (owes or (unproved and needs_proof)))
    return Actor(
        person.id,
        person.name,
        person.language,
        person.zone,
        opened,
        owes or len(opened) < len(held),
        None if web is None else web.proved_at,
    )


def must_prove(session: Session, person_id: uuid.UUID) -> bool:
    """Whether the person works where nobody sees anything without a second factor."""
    return any(needs_proof for _role, needs_proof in _memberships(session, person_id))


def why_no_place(session: Session, person_id: uuid.UUID) -> str:
    """The error that says why none of the person's memberships counts."""
    waits = sa.select(Membership.id).where(Membership.person_id == person_id, Membership.state == ACTIVE)
    return "no_place" if session.scalar(waits.limit(1)) is None else "clinic_not_live"


def _is_open() -> sa.ColumnElement[bool]:
    """Until a clinic is live only who works there has a place in it, and everybody of the demo."""
    return sa.or_(Membership.role.in_(STAFF), Clinic.live_at.is_not(None), Clinic.is_demo)


def _memberships(session: Session, person_id: uuid.UUID) -> list[tuple[Role, bool]]:
    """Those that count, each with whether it needs a second factor."""
    rows = session.execute(
        sa.select(Membership.clinic_id, Membership.id, _role(), _needs_proof())
        .join(Clinic, Clinic.id == Membership.clinic_id)
        .where(
            Membership.person_id == person_id, sa.or_(Membership.state == ACTIVE, _is_former()), _is_open()
        )
        .order_by(Membership.created_at, Membership.id)
    )
    return [(Role(*row[:3]), bool(row[3])) for row in rows]


def _needs_proof() -> sa.ColumnElement[bool]:
    """Staff need a second factor, but for the demo's, where nobody's data is."""
    return sa.and_(Membership.role.in_(STAFF), sa.not_(Clinic.is_demo))


def _owes_second_factor(person: Person, web: WebSession) -> bool:
    """Asked for at sign-in: a session from before the factor was set up goes on as it was."""
    return person.second_factor_at is not None and web.created_at >= person.second_factor_at


def _role() -> sa.ColumnElement[str]:
    return sa.case((_is_former(), FORMER_PATIENT), else_=Membership.role)


def _is_former() -> sa.ColumnElement[bool]:
    return sa.and_(Membership.state == ENDED, Membership.role == PATIENT)
