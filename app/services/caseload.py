"""The caseload: who needs somebody, who has news, who is drifting. The number of queries is fixed."""

import uuid
from collections.abc import Container, Iterable
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Patient, Reminder
from app.services.access import patients_on_desk
from app.services.actors import Actor
from app.services.caseload_facts import Caseload, Row
from app.services.caseload_rows import add_heard, add_runs, add_scores, add_treatments, find_quiet, read_names
from app.services.caseload_signals import (
    find_alerts,
    find_ended,
    find_news,
    find_rises,
    find_stretches,
    find_unreached,
)

Found = TypeVar("Found")


def read_caseload(session: Session, actor: Actor, now: datetime, *, page: int = 1) -> Caseload:
    """The clinician's own patients, and those whose alert calls the clinician, by need."""
    team = patients_on_desk(actor)
    members = session.scalars(sa.select(team.c.id)).all()
    alerts, news = find_alerts(session, team), find_news(session, team, members)
    ended = find_ended(session, team)
    stretches = _without(find_stretches(session, team, now), ended)
    rises = _without(find_rises(session, team, members, now), ended)
    unreached = _without(find_unreached(session, team), ended)
    needing = list(alerts)
    reading = [key for key in news if key not in alerts]
    drifting = [key for key in {**stretches, **rises} if key not in alerts and key not in news]
    calling = [key for key in unreached if key not in {*needing, *reading, *drifting}]
    busy = [*needing, *reading, *drifting, *calling]
    quiet = find_quiet(session, team, busy, page)
    rows = {key: Row(key, name) for key, name in read_names(session, team, [*busy, *quiet])}
    add_scores(session, team, rows)
    add_heard(session, team, rows)
    add_runs(session, team, rows, [*needing, *(key for key in reading if news[key].item9_skipped)])
    add_treatments(session, team, rows, now)
    for key, row in rows.items():
        row.alert, row.news = alerts.get(key), news.get(key)
        row.stretches, row.rises = stretches.get(key, []), rises.get(key, [])
        row.unreached, row.care_ended_at = unreached.get(key, []), ended.get(key)

    def pick(keys: Iterable[uuid.UUID]) -> list[Row]:
        return [rows[key] for key in keys if key in rows]

    return Caseload(
        pick(needing),
        pick(reading),
        pick(drifting),
        pick(calling),
        pick(quiet),
        len(members),
        len(members) - len(busy),
    )


def _without(found: dict[uuid.UUID, Found], ended: Container[uuid.UUID]) -> dict[uuid.UUID, Found]:
    """Whose care ended drifts from nothing and is called by nobody; what they still send is news."""
    return {key: one for key, one in found.items() if key not in ended}


def mark_called(session: Session, patient: Patient, reminder_id: uuid.UUID) -> bool:
    """The clinic called: the reminder leaves the list. False when it was not on it."""
    changed = session.execute(
        sa.update(Reminder)
        .where(
            Reminder.clinic_id == patient.clinic_id,
            Reminder.patient_id == patient.id,
            Reminder.id == reminder_id,
            Reminder.state == "call_list",
        )
        .values(state="called")
        .returning(Reminder.id)
    )
    return changed.first() is not None
