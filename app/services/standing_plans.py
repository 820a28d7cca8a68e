"""A plan that a clinician signs for a patient whose answers stay as they are. It never quietens a rise."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.risk import PLANNED_FOR
from app.errors import BetweenError
from app.models import Alert, AlertAnswer, Membership, Patient, Person, StandingPlan
from app.services import audit
from app.services.actors import Actor
from app.services.at_rest import open_texts, owner_of, seal_texts

CLOCKS = ("slower", "none")


@dataclass(frozen=True)
class Signed:
    """A plan and who signed it."""

    plan: StandingPlan
    by: str


class NotSignableError(Exception):
    """`why`: no_answer above 0 to sign for yet, or unanswered: first somebody is reached or it is decided."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def sign_plan(
    session: Session,
    actor: Actor,
    patient: Patient,
    until_at: datetime,
    clock: str,
    words: str,
    now: datetime,
) -> StandingPlan:
    """Sign for the answer last seen to; the plan before it ends. Raises NotSignableError, BetweenError."""
    if clock not in CLOCKS or not words.strip() or not now < until_at <= now + PLANNED_FOR:
        raise BetweenError("not_valid")
    answer = signable_answer(session, patient)
    _end_standing(session, actor, patient, now)
    plan = StandingPlan(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        signed_by=actor.as_clinician(patient.clinic_id).membership_id,
        signed_at=now,
        until_at=until_at,
        answer=answer,
        clock=clock,
    )
    seal_texts(session, owner_of(patient), plan, words=words)
    session.add(plan)
    session.flush()
    audit.record_row(session, plan, "standing_plan.signed", actor.person_id, now)
    return plan


def end_plan(session: Session, actor: Actor, patient: Patient, now: datetime) -> None:
    """It stands no longer."""
    _end_standing(session, actor, patient, now)


def read_plan(session: Session, patient: Patient, now: datetime) -> Signed | None:
    """The plan that stands now."""
    row = session.execute(
        sa.select(StandingPlan, Person.name)
        .join(
            Membership,
            sa.and_(Membership.clinic_id == StandingPlan.clinic_id, Membership.id == StandingPlan.signed_by),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(_stands(patient), StandingPlan.until_at >= now)
    ).first()
    if row is None:
        return None
    open_texts(session, owner_of(patient), [row.StandingPlan])
    return Signed(*row)


def signable_answer(session: Session, patient: Patient) -> int:
    """The highest answer of the newest thread that has one. Raises NotSignableError."""
    found = session.execute(
        sa.select(Alert.state, Alert.clock, sa.func.max(AlertAnswer.value))
        .join(
            AlertAnswer, sa.and_(AlertAnswer.clinic_id == Alert.clinic_id, AlertAnswer.alert_id == Alert.id)
        )
        .where(Alert.clinic_id == patient.clinic_id, Alert.patient_id == patient.id)
        .group_by(Alert.id, Alert.state, Alert.clock, Alert.opened_at)
        .order_by(Alert.opened_at.desc())
        .limit(1)
    ).first()
    if found is None:
        raise NotSignableError("no_answer")
    state, clock, highest = found
    # A clock that runs is ended by words about the person, never by a signature for later.
    if state in ("opened", "trying") and clock != "none":
        raise NotSignableError("unanswered")
    answer: int = highest
    return answer


def _end_standing(session: Session, actor: Actor, patient: Patient, now: datetime) -> None:
    held = actor.as_clinician(patient.clinic_id)
    for plan in session.scalars(sa.select(StandingPlan).where(_stands(patient)).with_for_update()):
        plan.ended_at, plan.ended_by = now, held.membership_id
        audit.record_row(session, plan, "standing_plan.ended", actor.person_id, now)
    session.flush()


def _stands(patient: Patient) -> sa.ColumnElement[bool]:
    return sa.and_(
        StandingPlan.clinic_id == patient.clinic_id,
        StandingPlan.patient_id == patient.id,
        StandingPlan.ended_at.is_(None),
    )
