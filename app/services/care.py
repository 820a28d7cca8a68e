"""Care links: what a patient shares with a caregiver, until the patient ends it."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import CareLink, Membership, Patient, Person
from app.services.access import find_own_care_link
from app.services.actors import Actor
from app.services.audit import record_row


@dataclass(frozen=True)
class Shared:
    """One care link as the patient sees it."""

    id: uuid.UUID
    caregiver: str
    until: date | None
    last_seen_at: datetime | None


def is_live(link: CareLink, today: date) -> bool:
    """Whether the consent holds on this day."""
    return link.ended_at is None and (link.until is None or today <= link.until)


def list_shared(session: Session, patient: Patient, today: date) -> list[Shared]:
    """With whom the patient shares visits now."""
    rows = session.execute(
        sa.select(CareLink, Person.name)
        .join(
            Membership,
            sa.and_(Membership.clinic_id == CareLink.clinic_id, Membership.id == CareLink.membership_id),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(CareLink.clinic_id == patient.clinic_id, CareLink.patient_id == patient.id)
        .order_by(CareLink.from_at)
    )
    return [
        Shared(link.id, name, link.until, link.last_seen_at) for link, name in rows if is_live(link, today)
    ]


def end_care_link(session: Session, actor: Actor, link_id: uuid.UUID, now: datetime) -> None:
    """End the consent at once. Ending it twice changes nothing. Raises BetweenError not_found."""
    link = find_own_care_link(session, actor, link_id)
    if link.ended_at is not None:
        return
    link.ended_at = now
    record_row(session, link, "care_link.ended", actor.person_id, now)
