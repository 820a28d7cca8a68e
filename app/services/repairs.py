"""Envelopes of the own team's patients that arrived whole and could not be read, and what becomes of them."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.db import insert_into
from app.errors import BetweenError
from app.models import Dismissal, Envelope, Membership, Patient, Person, table_of
from app.services.access import visible_patients
from app.services.actors import Actor
from app.services.at_rest import Ciphers, find_ciphers, open_text, place_of, seal, seal_for
from app.services.audit import record
from app.services.wrapping import OVERHEAD, Owner

MOST_REPAIRS = 200
MOST_DISMISSED = 50

_TABLE = table_of(Dismissal)
_Staff, _StaffPerson = aliased(Membership), aliased(Person)


@dataclass(frozen=True)
class Repair:
    """What is known of it without opening it. `reason` is empty once it was read."""

    clinic_id: uuid.UUID
    id: uuid.UUID
    patient_id: uuid.UUID
    name: str
    arrived_at: datetime
    size: int
    source: str
    reason: str
    dismissed_at: datetime | None
    dismissed_by: str | None
    words: str | None = None

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return Owner(self.clinic_id, self.patient_id)


def read_repairs(session: Session, actor: Actor) -> list[Repair]:
    """What waits for somebody, the newest first, at most one page."""
    waiting = _known(actor).where(Envelope.repair != "", Dismissal.id.is_(None))
    return _read(session, waiting.order_by(Envelope.arrived_at.desc()).limit(MOST_REPAIRS))


def read_dismissed(session: Session, actor: Actor) -> list[Repair]:
    """What was dismissed, the latest first."""
    dismissed = _known(actor).where(Envelope.repair != "", Dismissal.id.is_not(None))
    return _read(session, dismissed.order_by(Dismissal.dismissed_at.desc()).limit(MOST_DISMISSED))


def find_repair(session: Session, actor: Actor, envelope_id: uuid.UUID) -> Repair:
    """One envelope of the own team, read meanwhile or not. Raises BetweenError not_found."""
    found = _read(session, _known(actor).where(Envelope.id == envelope_id))
    if not found:
        raise BetweenError("not_found")
    return found[0]


def dismiss(session: Session, actor: Actor, envelope_id: uuid.UUID, words: str, now: datetime) -> None:
    """Take it off the list, for this reason. Raises BetweenError not_found, or already_done."""
    repair = find_repair(session, actor, envelope_id)
    if not repair.reason:
        raise BetweenError("already_done")
    keys = {"clinic_id": repair.clinic_id, "id": uuid.uuid4()}
    sealed = seal(seal_for(session, repair.owner), words, place_of(_TABLE, "words", keys))
    statement = (
        insert_into(session, Dismissal)
        .values(
            **keys,
            envelope_id=envelope_id,
            words=sealed,
            dismissed_by=actor.as_carer(repair.clinic_id).membership_id,
            dismissed_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Dismissal.id)
    )
    if session.execute(statement).first() is None:
        raise BetweenError("already_done")
    _record(session, actor, repair, "repair.dismissed", now)


def restore(session: Session, actor: Actor, envelope_id: uuid.UUID, now: datetime) -> None:
    """Put it back on the list. Raises BetweenError not_found, or already_done when it is there."""
    repair = find_repair(session, actor, envelope_id)
    undone: Any = session.execute(
        sa.update(Dismissal)
        .where(
            Dismissal.clinic_id == repair.clinic_id,
            Dismissal.envelope_id == envelope_id,
            Dismissal.undone_at.is_(None),
        )
        .values(undone_at=now, undone_by=actor.as_carer(repair.clinic_id).membership_id)
    )
    if not undone.rowcount:
        raise BetweenError("already_done")
    _record(session, actor, repair, "repair.restored", now)


def _record(session: Session, actor: Actor, repair: Repair, action: str, now: datetime) -> None:
    record(
        session,
        at=now,
        actor_id=actor.person_id,
        action=action,
        subject="envelope",
        subject_id=repair.id,
        clinic_id=repair.clinic_id,
    )


def _read(session: Session, query: sa.Select[Any]) -> list[Repair]:
    found = [(Repair(*row[2:]), row.dismissal_id, row.words_sealed) for row in session.execute(query)]
    sealed = [repair.owner for repair, _id, words in found if words]
    ciphers = find_ciphers(session, sealed) if sealed else {}
    return [_opened(repair, ciphers, *words) for repair, *words in found]


def _opened(repair: Repair, ciphers: Ciphers, dismissal_id: uuid.UUID, sealed: bytes | None) -> Repair:
    if not sealed:
        return repair
    place = place_of(_TABLE, "words", {"clinic_id": repair.clinic_id, "id": dismissal_id})
    return replace(repair, words=open_text(ciphers[repair.owner], sealed, place))


def _known(actor: Actor) -> sa.Select[Any]:
    """Every envelope of the actor's team, with the dismissal that stands."""
    team = visible_patients(actor).with_only_columns(Patient.clinic_id, Patient.id).subquery("team")
    standing = sa.and_(
        Dismissal.clinic_id == Envelope.clinic_id,
        Dismissal.envelope_id == Envelope.id,
        Dismissal.undone_at.is_(None),
    )
    return (
        sa.select(
            Dismissal.id.label("dismissal_id"),
            Dismissal.words_sealed.label("words_sealed"),
            Envelope.clinic_id,
            Envelope.id,
            Envelope.patient_id,
            Person.name,
            Envelope.arrived_at,
            sa.func.length(Envelope.sealed) - OVERHEAD,
            Envelope.source,
            Envelope.repair,
            Dismissal.dismissed_at,
            _StaffPerson.name,
        )
        .join(team, sa.and_(Envelope.clinic_id == team.c.clinic_id, Envelope.patient_id == team.c.id))
        .join(Patient, sa.and_(Patient.clinic_id == team.c.clinic_id, Patient.id == team.c.id))
        .join(
            Membership,
            sa.and_(Membership.clinic_id == Patient.clinic_id, Membership.id == Patient.membership_id),
        )
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Dismissal, standing)
        .outerjoin(
            _Staff, sa.and_(_Staff.clinic_id == Dismissal.clinic_id, _Staff.id == Dismissal.dismissed_by)
        )
        .outerjoin(_StaffPerson, _StaffPerson.id == _Staff.person_id)
    )
