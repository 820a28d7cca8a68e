"""The clock of an alert: its steps are rows made with it, and each is taken by one worker at a time."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.escalation import DEFAULT, Escalation, read_escalation
from app.domain.risk import Clock
from app.models import Alert, AlertStep, Clinic
from app.services.leases import PENDING, Leases

LOG = logging.getLogger(__name__)

# Everybody of a large clinic, each by a mail server that answers only when its time is nearly up.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class HeldStep:
    """A step in one worker's hands. `attempts` counts the hands it was in: a fencing token."""

    clinic_id: uuid.UUID
    alert_id: uuid.UUID
    round: int
    step: int
    who: str
    attempts: int


_LEASES = Leases(AlertStep, HeldStep)


def escalation_of(connection: sa.Connection, clinic_id: uuid.UUID) -> Escalation:
    """The clinic's ladders. What cannot be read is the default: an alert waits for no repair."""
    stored = connection.scalar(sa.select(Clinic.escalation).where(Clinic.id == clinic_id))
    try:
        return read_escalation(stored or {})
    except ValueError:
        LOG.error("the escalation of a clinic cannot be read; the default is used")
        return DEFAULT


def begin_clock(
    connection: sa.Connection,
    clinic_id: uuid.UUID,
    alert_id: uuid.UUID,
    number: int,
    clock: Clock,
    begun_at: datetime,
) -> datetime | None:
    """Make the steps of clock `number`; those that were pending end, and their deadlines are kept if sooner.

    Returns when everybody will have been told, None when a standing plan keeps the alert quiet.
    """
    sooner = _end_pending(connection, clinic_id, alert_id, begun_at)
    stages = escalation_of(connection, clinic_id).stages(clock)
    rows: list[dict[str, Any]] = [
        {
            "clinic_id": clinic_id,
            "alert_id": alert_id,
            "round": number,
            "step": step,
            "who": stage.who,
            "due_at": min(stage.due_at(begun_at), sooner.get(stage.who, stage.due_at(begun_at))),
            "state": "due",
            "attempts": 0,
        }
        for step, stage in enumerate(stages)
    ]
    if not rows:
        return None
    connection.execute(sa.insert(AlertStep), rows)
    late_at: datetime = rows[-1]["due_at"]
    return late_at


def stop_clock(connection: sa.Connection, clinic_id: uuid.UUID, alert_id: uuid.UUID, now: datetime) -> None:
    """Somebody was reached, or it was decided: nobody further is told."""
    _end_pending(connection, clinic_id, alert_id, now)


def _end_pending(
    connection: sa.Connection, clinic_id: uuid.UUID, alert_id: uuid.UUID, now: datetime
) -> dict[str, datetime]:
    """The earliest deadline there was for each kind of step."""
    rows = connection.execute(
        sa.update(AlertStep)
        .where(AlertStep.clinic_id == clinic_id, AlertStep.alert_id == alert_id, AlertStep.state.in_(PENDING))
        .values(state="off", lease_until=None, claimed_by=None, ended_at=now)
        .returning(AlertStep.who, AlertStep.due_at)
    ).all()
    return {who: min(row.due_at for row in rows if row.who == who) for who in {row.who for row in rows}}


def claim_step(session: Session, now: datetime, worker: str, lease: timedelta = LEASE) -> HeldStep | None:
    """The step that is due longest, for this worker alone until the lease ends."""
    return _LEASES.claim(session, now, worker, lease)


def find_unanswered(session: Session, held: HeldStep) -> Alert | None:
    """The alert of this step, if nobody was reached and no later clock runs; asked before telling."""
    return session.scalar(
        sa.select(Alert).where(
            Alert.clinic_id == held.clinic_id,
            Alert.id == held.alert_id,
            Alert.round == held.round,
            Alert.state.in_(("opened", "trying")),
        )
    )


def finish_step(session: Session, held: HeldStep, state: str, now: datetime) -> bool:
    """Write down what came of it, once. False when another worker has it, or it was ended meanwhile."""
    return _LEASES.finish(session, held, state, ended_at=now)


def release_step(session: Session, held: HeldStep, again_at: datetime) -> bool:
    """Put it back, to be tried again from `again_at` on."""
    return _LEASES.release(session, held, again_at)
