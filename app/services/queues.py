"""How much waits and for how long, over all clinics: numbers only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Alert, AlertStep, Envelope, Reminder

UNANSWERED = ("opened", "trying")


@dataclass(frozen=True)
class Queue:
    """What is due and nobody has taken: how many, and how long the oldest waits."""

    waiting: int
    lag_seconds: float


@dataclass(frozen=True)
class Queues:
    """`alerts_late`: open alerts that everybody should have been told of and nobody answered."""

    reminders: Queue
    alert_steps: Queue
    alerts_late: int
    repairs: int


def measure_queues(session: Session, now: datetime) -> Queues:
    """What waits at this moment."""
    late = sa.select(sa.func.count()).where(
        Alert.closed_at.is_(None), Alert.state.in_(UNANSWERED), Alert.late_at <= now
    )
    repairs = sa.select(sa.func.count()).where(Envelope.repair != "")
    return Queues(
        _queue(session, Reminder, now),
        _queue(session, AlertStep, now),
        session.scalar(late) or 0,
        session.scalar(repairs) or 0,
    )


def _queue(session: Session, table: type[Reminder] | type[AlertStep], now: datetime) -> Queue:
    is_due = sa.or_(table.state == "due", sa.and_(table.state == "claimed", table.lease_until <= now))
    found: Any = session.execute(
        sa.select(sa.func.count(), sa.func.min(table.due_at)).where(is_due, table.due_at <= now)
    ).one()
    waiting, oldest = found
    return Queue(waiting, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
