"""What administrators set for their clinic, and the moment when it opens."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.opening import Facts, Gap, find_gaps
from app.domain.roles import ACTIVE, ADMINISTRATOR, CLINICIAN
from app.models import AuditRow, Clinic, Membership, Person
from app.services import audit
from app.services.actors import Actor

SETTINGS = "settings."


@dataclass(frozen=True)
class Saved:
    """Who saved something last, and when."""

    by: str
    at: datetime


class SettingsMovedError(Exception):
    """Somebody saved after the page was shown."""

    def __init__(self, last: Saved | None) -> None:
        super().__init__("moved")
        self.last = last


class NotReadyError(Exception):
    """The clinic cannot go live yet."""

    def __init__(self, gaps: list[Gap]) -> None:
        super().__init__("not ready")
        self.gaps = gaps


def own_clinic(session: Session, actor: Actor) -> Clinic:
    """The clinic that the actor administers. Raises BetweenError not_found."""
    return session.get_one(Clinic, actor.in_role(ADMINISTRATOR).clinic_id)


def save_section(
    session: Session, actor: Actor, section: str, seen: int, values: Mapping[str, Any], now: datetime
) -> None:
    """Keep one section over the version that was seen. Raises SettingsMovedError."""
    clinic_id = actor.in_role(ADMINISTRATOR).clinic_id
    saved = session.execute(
        sa.update(Clinic)
        .where(Clinic.id == clinic_id, Clinic.version == seen)
        .values(**values, version=seen + 1)
        .returning(Clinic.id)
        .execution_options(synchronize_session=False)
    ).first()
    if saved is None:
        raise SettingsMovedError(last_saved(session, clinic_id))
    _note(session, actor, clinic_id, f"{SETTINGS}{section}", now)


def last_saved(session: Session, clinic_id: uuid.UUID) -> Saved | None:
    """Who saved last, by the audit."""
    row = session.execute(
        sa.select(Person.name, AuditRow.at)
        .join(Person, Person.id == AuditRow.actor_id)
        .where(AuditRow.clinic_id == clinic_id, AuditRow.action.startswith(SETTINGS, autoescape=True))
        .order_by(AuditRow.id.desc())
        .limit(1)
    ).first()
    return Saved(*row) if row else None


def read_gaps(session: Session, clinic: Clinic, is_reachable: bool) -> list[Gap]:
    """What is missing before the clinic can go live. `is_reachable`: push or e-mail is set up here."""
    clinicians = session.scalar(
        sa.select(sa.func.count()).where(
            Membership.clinic_id == clinic.id, Membership.role == CLINICIAN, Membership.state == ACTIVE
        )
    )
    return find_gaps(
        Facts(
            clinic.phone,
            clinic.languages,
            clinic.hours,
            clinic.answer_words,
            clinic.crisis,
            clinic.closing_days,
            clinicians or 0,
            is_reachable,
            clinic.desk_only,
        )
    )


def go_live(session: Session, actor: Actor, is_reachable: bool, now: datetime) -> None:
    """From now on patients and caregivers may sign in. Once; raises NotReadyError with what is missing."""
    clinic = session.get_one(Clinic, actor.in_role(ADMINISTRATOR).clinic_id, with_for_update=True)
    if clinic.live_at is not None:
        return
    gaps = read_gaps(session, clinic, is_reachable)
    if gaps:
        raise NotReadyError(gaps)
    clinic.live_at = now
    _note(session, actor, clinic.id, "clinic.went_live", now)


def _note(session: Session, actor: Actor, clinic_id: uuid.UUID, action: str, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=actor.person_id,
        action=action,
        subject="clinic",
        subject_id=clinic_id,
        clinic_id=clinic_id,
    )
