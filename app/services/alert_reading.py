"""Alert threads as a clinician reads them: answers, words, attempts, owners and who was told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import STAFF
from app.models import (
    Alert,
    AlertAnswer,
    AlertAttempt,
    AlertHandover,
    AlertNotice,
    AlertStep,
    AlertWords,
    CheckIn,
    Membership,
    Patient,
    Person,
)
from app.services.at_rest import open_texts
from app.services.wrapping import Owner

Row = TypeVar("Row", AlertAttempt, AlertHandover, AlertNotice, AlertStep, AlertWords)
Joined = AlertAnswer | AlertWords


@dataclass(frozen=True)
class Occasion:
    """One time the question was answered. `told` was sent before the check-in that says the same."""

    answer: AlertAnswer
    told: AlertAnswer | None = None


@dataclass(frozen=True)
class Thread:
    """One alert with everything that belongs to it, oldest first. `names` by membership."""

    alert: Alert
    answers: list[AlertAnswer]
    occasions: list[Occasion]
    words: list[AlertWords]
    attempts: list[AlertAttempt]
    handovers: list[AlertHandover]
    steps: list[AlertStep]
    notices: list[AlertNotice]
    names: dict[uuid.UUID, str]


@dataclass(frozen=True)
class Received:
    """One answer with the name its phone gave it, and the one it takes the place of."""

    answer: AlertAnswer
    client_id: uuid.UUID
    supersedes: uuid.UUID | None


@dataclass(frozen=True)
class Change:
    """The newest thing that happened to a thread. `what`: trying, reached, decided, owner, answer, closed."""

    what: str
    by: str | None
    at: datetime


def read_threads(session: Session, patient: Patient, most: int = 6) -> list[Thread]:
    """One patient's: the open thread first, then the newest closed ones."""
    alerts = session.scalars(
        sa.select(Alert)
        .where(Alert.clinic_id == patient.clinic_id, Alert.patient_id == patient.id)
        .order_by(Alert.closed_at.is_not(None), Alert.opened_at.desc())
        .limit(most)
    ).all()
    return _threads(session, patient.clinic_id, alerts) if alerts else []


def _threads(session: Session, clinic_id: uuid.UUID, alerts: Sequence[Alert]) -> list[Thread]:
    ids = [alert.id for alert in alerts]
    received = read_answers(session, clinic_id, ids)
    words = _of(session, AlertWords, clinic_id, ids, AlertWords.arrived_at)
    attempts = _of(session, AlertAttempt, clinic_id, ids, AlertAttempt.made_at)
    open_texts(session, Owner(clinic_id, alerts[0].patient_id), [*alerts, *words, *attempts])
    handovers = _of(session, AlertHandover, clinic_id, ids, AlertHandover.made_at)
    steps = _of(session, AlertStep, clinic_id, ids, AlertStep.round, AlertStep.step)
    notices = _of(session, AlertNotice, clinic_id, ids, AlertNotice.attempted_at)
    names = _staff(session, clinic_id)
    own = {alert.id: [one for one in received if one.answer.alert_id == alert.id] for alert in alerts}
    return [
        Thread(
            alert,
            [one.answer for one in own[alert.id]],
            fold_answers(own[alert.id]),
            [one for one in words if one.alert_id == alert.id],
            [one for one in attempts if one.alert_id == alert.id],
            [one for one in handovers if one.alert_id == alert.id],
            [one for one in steps if one.alert_id == alert.id],
            [one for one in notices if one.alert_id == alert.id],
            names,
        )
        for alert in alerts
    ]


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


def last_change(session: Session, alert: Alert) -> Change:
    """Who did what last, and when: for whoever comes second."""
    (thread,) = _threads(session, alert.clinic_id, [alert])
    name = thread.names.get
    joined: list[Joined] = [*thread.answers, *thread.words]
    changes = [
        *(Change(one.state, name(one.membership_id), one.made_at) for one in thread.attempts),
        *(Change("owner", name(one.by_id), one.made_at) for one in thread.handovers if one.by_id),
        *(Change("answer", None, one.arrived_at) for one in joined),
    ]
    if alert.closed_at is not None and alert.closed_by is not None:
        return Change("closed", name(alert.closed_by), alert.closed_at)
    return max(changes, key=lambda change: change.at, default=Change("answer", None, alert.opened_at))


def _of(
    session: Session, table: type[Row], clinic_id: uuid.UUID, alert_ids: list[uuid.UUID], *order: Any
) -> Sequence[Row]:
    return session.scalars(
        sa.select(table).where(table.clinic_id == clinic_id, table.alert_id.in_(alert_ids)).order_by(*order)
    ).all()


def _staff(session: Session, clinic_id: uuid.UUID) -> dict[uuid.UUID, str]:
    rows = session.execute(
        sa.select(Membership.id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.clinic_id == clinic_id, Membership.role.in_(STAFF))
    )
    return {row.id: row.name for row in rows}
