"""What a caregiver sees: the visits that a patient consented to share, and nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.languages import local
from app.models import CareLink, Clinic, Membership, Patient, Person, Visit
from app.services.access import own_care_links
from app.services.actors import Actor
from app.services.audit import record_row
from app.services.care import is_live

MOST_VISITS = 12


@dataclass(frozen=True)
class Cared:
    """One patient who shares with this caregiver. Visits are still running or to come, earliest first."""

    link: CareLink
    name: str
    clinic: Clinic
    visits: list[Visit]


def read_cared(session: Session, actor: Actor, now: datetime) -> list[Cared]:
    """The live consents. An ended one, or one of a patient whose care ended, is as if it never was."""
    return [cared for link in session.scalars(own_care_links(actor)) if (cared := _cared(session, link, now))]


def mark_seen(session: Session, actor: Actor, cared: list[Cared], now: datetime) -> None:
    """The patient can see when the caregiver looks."""
    for one in cared:
        session.execute(
            sa.update(CareLink)
            .where(CareLink.clinic_id == one.link.clinic_id, CareLink.id == one.link.id)
            .values(last_seen_at=now)
        )
        record_row(session, one.link, "visits.read", actor.person_id, now)


def _cared(session: Session, link: CareLink, now: datetime) -> Cared | None:
    clinic = session.get_one(Clinic, link.clinic_id)
    if not is_live(link, local(now, clinic.zone).date()):
        return None
    name = session.scalar(
        sa.select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .join(
            Patient,
            sa.and_(Patient.clinic_id == Membership.clinic_id, Patient.membership_id == Membership.id),
        )
        .where(
            Patient.clinic_id == link.clinic_id, Patient.id == link.patient_id, Membership.state != "ended"
        )
    )
    if name is None:
        return None
    visits = session.scalars(
        sa.select(Visit)
        .where(
            Visit.clinic_id == link.clinic_id,
            Visit.patient_id == link.patient_id,
            Visit.state == "booked",
            Visit.starts_at > now - timedelta(days=1),
        )
        .order_by(Visit.starts_at)
        .limit(MOST_VISITS)
    )
    running = [one for one in visits if one.starts_at + timedelta(minutes=one.minutes) > now]
    return Cared(link, name, clinic, running)
