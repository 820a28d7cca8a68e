"""What somebody has besides a pass-phrase, and the rules about having some of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Membership, Passkey, Person, RecoveryCode, Totp
from app.services.actors import Actor, must_prove
from app.services.audit import record

# Adding and removing one asks for it anew after this long: a browser left open is not its owner.
FRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class Factors:
    """What one person has. `codes_left`: unused codes on paper."""

    has_app: bool
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def count(self) -> int:
        """How many there are that a sign-in may ask for."""
        return int(self.has_app) + len(self.passkeys)


def read_factors(session: Session, person_id: uuid.UUID) -> Factors:
    """What the person has now."""
    app = session.scalar(
        sa.select(Totp.person_id).where(Totp.person_id == person_id, Totp.sealed.is_not(None))
    )
    passkeys = session.scalars(
        sa.select(Passkey)
        .where(Passkey.person_id == person_id, Passkey.removed_at.is_(None))
        .order_by(Passkey.created_at, Passkey.id)
    ).all()
    left = sa.select(sa.func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return Factors(app is not None, passkeys, session.scalar(left) or 0)


def may_change(session: Session, actor: Actor, now: datetime) -> bool:
    """Whoever has none may set one up; whoever has one has just shown it."""
    if session.get_one(Person, actor.person_id).second_factor_at is None:
        return True
    return actor.proved_at is not None and now - actor.proved_at <= FRESH


def check_may_change(session: Session, actor: Actor, now: datetime) -> None:
    """Raises BetweenError second_factor_needed."""
    if not may_change(session, actor, now):
        raise BetweenError("second_factor_needed")


def settle_factors(session: Session, person_id: uuid.UUID, action: str, now: datetime) -> None:
    """After every change: since when a sign-in asks for one, and the audit of each clinic the person is at.

    Without any left, the codes on paper go too. Raises BetweenError last_factor for staff.
    """
    session.flush()
    person = session.get_one(Person, person_id)
    if read_factors(session, person_id).count == 0:
        if must_prove(session, person_id):
            raise BetweenError("last_factor")
        forget_codes(session, person_id)
        person.second_factor_at = None
    elif person.second_factor_at is None:
        person.second_factor_at = now
    record_of_person(session, person_id, person_id, action, now)


def drop_factors(
    session: Session, person_id: uuid.UUID, actor_id: uuid.UUID, clinic_id: uuid.UUID, now: datetime
) -> None:
    """Somebody at the clinic takes all of it away from a person who lost it. Who may is asked before."""
    session.execute(sa.delete(Totp).where(Totp.person_id == person_id))
    session.execute(
        sa.update(Passkey)
        .where(Passkey.person_id == person_id, Passkey.removed_at.is_(None))
        .values(removed_at=now)
    )
    forget_codes(session, person_id)
    session.get_one(Person, person_id).second_factor_at = None
    record(
        session,
        at=now,
        actor_id=actor_id,
        action="second_factor.reset",
        subject="person",
        subject_id=person_id,
        clinic_id=clinic_id,
    )


def forget_codes(session: Session, person_id: uuid.UUID) -> None:
    """No code on paper is taken any more."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def record_of_person(
    session: Session, person_id: uuid.UUID, actor_id: uuid.UUID, action: str, now: datetime
) -> None:
    """A fact about an account belongs in the audit of every clinic where its person is somebody."""
    clinics = session.scalars(
        sa.select(Membership.clinic_id).where(Membership.person_id == person_id).distinct()
    ).all()
    for clinic_id in (*clinics,) or (None,):
        record(
            session,
            at=now,
            actor_id=actor_id,
            action=action,
            subject="person",
            subject_id=person_id,
            clinic_id=clinic_id,
        )
