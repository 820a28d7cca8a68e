"""What a clinician does about an alert thread: try, reach or decide, and close it with words."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import BetweenError
from app.models import Alert, AlertAnswer, AlertAttempt, CheckIn, Membership, Patient, Person
from app.services import audit
from app.services.access import Actor

ATTEMPT_STATES = ("trying", "reached", "decided")
ANSWERED_STATES = ("reached", "decided")


class NotClosableError(Exception):
    """`why`: not_reached, or new_answer when one arrived that the closing page had not shown."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Attempt:
    """One attempt and who made it."""

    attempt: AlertAttempt
    by: str


@dataclass(frozen=True)
class Occasion:
    """One time the question was answered. `told` was sent before the check-in that says the same."""

    answer: AlertAnswer
    told: AlertAnswer | None = None


@dataclass(frozen=True)
class Thread:
    """One alert, its answers, the occasions they were given on, and the attempts; all oldest first."""

    alert: Alert
    owner: str
    answers: list[AlertAnswer]
    occasions: list[Occasion]
    attempts: list[Attempt]
    closed_by: str | None = None


def read_threads(session: Session, patient: Patient, most: int = 6) -> list[Thread]:
    """The open thread first, then the newest closed ones."""
    alerts = session.scalars(
        sa.select(Alert)
        .where(Alert.clinic_id == patient.clinic_id, Alert.patient_id == patient.id)
        .order_by(Alert.closed_at.is_not(None), Alert.opened_at.desc())
        .limit(most)
    ).all()
    if not alerts:
        return []
    ids = [alert.id for alert in alerts]
    answers = read_answers(session, patient.clinic_id, ids)
    attempts = _attempts(session, patient.clinic_id, ids)
    names = _names(session, patient.clinic_id, alerts)
    own = {alert.id: [one for one in answers if one.answer.alert_id == alert.id] for alert in alerts}
    return [
        Thread(
            alert,
            names[alert.owner_id],
            [one.answer for one in own[alert.id]],
            fold_answers(own[alert.id]),
            [attempt for attempt in attempts if attempt.attempt.alert_id == alert.id],
            names[alert.closed_by] if alert.closed_by else None,
        )
        for alert in alerts
    ]


def add_attempt(
    session: Session,
    actor: Actor,
    patient: Patient,
    alert_id: uuid.UUID,
    state: str,
    words: str,
    now: datetime,
) -> None:
    """Log an attempt. The thread takes its state; a later try does not undo that somebody was reached."""
    alert = _lock(session, patient, alert_id)
    if alert.state == "closed":
        raise BetweenError("already_done")
    attempt = AlertAttempt(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        alert_id=alert.id,
        membership_id=actor.as_clinician().membership_id,
        state=state,
        words=words,
        made_at=now,
    )
    session.add(attempt)
    if not (state == "trying" and alert.state in ANSWERED_STATES):
        alert.state = state
    _audit(session, actor, alert, "alert.attempted", now)


def close_alert(
    session: Session,
    actor: Actor,
    patient: Patient,
    alert_id: uuid.UUID,
    words: str,
    seen: int,
    now: datetime,
) -> None:
    """Close with a plan in words. `seen` is how many answers the page showed. Raises NotClosableError."""
    alert = _lock(session, patient, alert_id)
    if alert.state == "closed":
        raise BetweenError("already_done")
    if len(read_answers(session, alert.clinic_id, [alert.id])) != seen:
        raise NotClosableError("new_answer")
    if alert.state not in ANSWERED_STATES:
        raise NotClosableError("not_reached")
    alert.state = "closed"
    alert.closed_at = now
    alert.closed_by = actor.as_clinician().membership_id
    alert.outcome = words
    _audit(session, actor, alert, "alert.closed", now)


def _lock(session: Session, patient: Patient, alert_id: uuid.UUID) -> Alert:
    alert = session.scalar(
        sa.select(Alert)
        .where(Alert.clinic_id == patient.clinic_id, Alert.patient_id == patient.id, Alert.id == alert_id)
        .with_for_update()
    )
    if alert is None:
        raise BetweenError("not_found")
    return alert


@dataclass(frozen=True)
class Received:
    """One answer with the name its phone gave it, and the one it takes the place of."""

    answer: AlertAnswer
    client_id: uuid.UUID
    supersedes: uuid.UUID | None


def read_answers(session: Session, clinic_id: uuid.UUID, alert_ids: list[uuid.UUID]) -> list[Received]:
    """Every answer in these threads, oldest first."""
    rows = session.execute(
        sa.select(AlertAnswer, CheckIn.client_id, CheckIn.supersedes)
        .join(
            CheckIn,
            sa.and_(CheckIn.clinic_id == AlertAnswer.clinic_id, CheckIn.id == AlertAnswer.check_in_id),
        )
        .where(AlertAnswer.clinic_id == clinic_id, AlertAnswer.alert_id.in_(alert_ids))
        .order_by(AlertAnswer.answered_at, AlertAnswer.arrived_at)
    )
    return [Received(*row) for row in rows]


def fold_answers(received: Sequence[Received]) -> list[Occasion]:
    """An answer told at once and the check-in that repeats it are one; a changed answer stays on its own."""
    by_name = {one.client_id: one.answer for one in received}
    told: dict[uuid.UUID, AlertAnswer] = {}
    for one in received:
        before = by_name.get(one.supersedes) if one.supersedes else None
        if before is not None and before.value == one.answer.value:
            # A check-in corrected twice leads back to what was told first.
            told[one.answer.check_in_id] = told.get(before.check_in_id, before)
    repeated = {one.supersedes for one in received if one.answer.check_in_id in told}
    return [
        Occasion(one.answer, told.get(one.answer.check_in_id))
        for one in received
        if one.client_id not in repeated
    ]


def _attempts(session: Session, clinic_id: uuid.UUID, alert_ids: list[uuid.UUID]) -> list[Attempt]:
    rows = session.execute(
        sa.select(AlertAttempt, Person.name)
        .join(
            Membership,
            sa.and_(
                Membership.clinic_id == AlertAttempt.clinic_id, Membership.id == AlertAttempt.membership_id
            ),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(AlertAttempt.clinic_id == clinic_id, AlertAttempt.alert_id.in_(alert_ids))
        .order_by(AlertAttempt.made_at)
    )
    return [Attempt(attempt, name) for attempt, name in rows]


def _names(session: Session, clinic_id: uuid.UUID, alerts: Sequence[Alert]) -> dict[uuid.UUID, str]:
    wanted = {who for alert in alerts for who in (alert.owner_id, alert.closed_by) if who}
    rows = session.execute(
        sa.select(Membership.id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.clinic_id == clinic_id, Membership.id.in_(wanted))
    )
    return {row.id: row.name for row in rows}


def _audit(session: Session, actor: Actor, alert: Alert, action: str, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=actor.person_id,
        action=action,
        subject="alert",
        subject_id=alert.id,
        clinic_id=alert.clinic_id,
    )
