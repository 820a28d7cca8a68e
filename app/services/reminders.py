"""A row per reminder: made once, claimed by one worker at a time, finished with what came of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.models import Reminder
from app.services import audit
from app.services.leases import Leases
from app.services.occurrences import Wanted, still_wanted

LEASE = timedelta(minutes=3)
_OCCURRENCE = ("person_id", "rule", "anchor", "local_date")


@dataclass(frozen=True)
class Claim:
    """A reminder in one worker's hands. `attempts` counts the hands it was in: a fencing token."""

    clinic_id: uuid.UUID
    id: uuid.UUID
    person_id: uuid.UUID
    patient_id: uuid.UUID
    rule: str
    anchor: uuid.UUID
    local_date: date
    useful_until: datetime
    attempts: int

    @property
    def key(self) -> tuple[Any, ...]:
        """The occurrence it stands for."""
        return (self.person_id, self.rule, self.anchor, self.local_date)


_LEASES = Leases(Reminder, Claim)


def without_known(session: Session, wanted: Sequence[Wanted], now: datetime) -> list[Wanted]:
    """Those that have no row yet, or whose row was dropped while they were off."""
    if not wanted:
        return []
    rows = session.execute(
        sa.select(Reminder.person_id, Reminder.rule, Reminder.anchor, Reminder.local_date).where(
            Reminder.person_id.in_({one.person_id for one in wanted}),
            Reminder.anchor.in_({one.anchor for one in wanted}),
            sa.or_(Reminder.state != "missed", Reminder.useful_until <= now),
        )
    )
    known = {tuple(row) for row in rows}
    return [one for one in wanted if one.key not in known]


def make_due(session: Session, wanted: Sequence[Wanted], now: datetime) -> int:
    """One row per occurrence, whoever asks how often. One that was dropped and is on again is due again."""
    made = 0
    for one in wanted:
        statement = insert_into(session, Reminder).values(**_row(one, now))
        statement = statement.on_conflict_do_update(
            index_elements=_OCCURRENCE,
            set_={name: statement.excluded[name] for name in ("state", "due_at", "useful_until")},
            where=sa.and_(Reminder.state == "missed", statement.excluded.state == "due"),
        )
        made += len(session.execute(statement.returning(Reminder.id)).all())
    return made


def _row(wanted: Wanted, now: datetime) -> dict[str, Any]:
    return {
        "clinic_id": wanted.clinic_id,
        "id": uuid.uuid4(),
        "person_id": wanted.person_id,
        "patient_id": wanted.patient_id,
        "rule": wanted.rule,
        "anchor": wanted.anchor,
        "local_date": wanted.when.local_date,
        "due_at": wanted.when.due_at,
        "useful_until": wanted.when.useful_until,
        "state": "due" if wanted.when.is_useful(now) else "missed",
        "attempts": 0,
        "created_at": now,
    }


def claim(session: Session, now: datetime, worker: str, lease: timedelta = LEASE) -> Claim | None:
    """The reminder that waits longest, for this worker alone until the lease ends."""
    return _LEASES.claim(session, now, worker, lease)


def is_still_on(session: Session, held: Claim, now: datetime) -> bool:
    """Asked before sending: never promise a visit that is off, nor ask for one that was booked since."""
    wanted = still_wanted(session, held.rule, held.clinic_id, held.patient_id, now)
    return any(one.key == held.key and one.when.is_useful(now) for one in wanted)


def finish(session: Session, held: Claim, state: str, now: datetime) -> bool:
    """Write down what came of it, once. False when the lease ended and another worker has it."""
    if not _LEASES.finish(session, held, state):
        return False
    audit.record(
        session,
        at=now,
        actor_id=None,
        action=f"reminder.{state}",
        subject="reminder",
        subject_id=held.id,
        clinic_id=held.clinic_id,
    )
    return True


def release(session: Session, held: Claim, again_at: datetime) -> bool:
    """Put it back, to be tried again from `again_at` on."""
    return _LEASES.release(session, held, again_at)
