"""Which reminders the visits and cadences ask for. The same question is asked again before sending."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.domain import cadence
from app.domain.cadence import Occurrence
from app.domain.modality import MODALITIES, treatment_of
from app.models import Cadence, Membership, Patient, Person, Visit

PAGE_ROWS = 200
# A server that was down this long still writes down which reminders it missed.
LOOK_BACK = timedelta(days=2)
# From five in the afternoon before to the end of the visit's day, and a day for a zone that skips one.
LOOK_AHEAD = timedelta(hours=56)

Cursor = tuple[datetime, uuid.UUID, uuid.UUID]


@dataclass(frozen=True)
class Wanted:
    """One occurrence with whom it is for and what it hangs on."""

    clinic_id: uuid.UUID
    patient_id: uuid.UUID
    person_id: uuid.UUID
    rule: str
    anchor: uuid.UUID
    when: Occurrence

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it one and the same reminder."""
        return (self.person_id, self.rule, self.anchor, self.when.local_date)


@dataclass(frozen=True)
class Page:
    """What one page of rows asks for, and where the next page starts."""

    wanted: list[Wanted]
    next: Cursor | None


def find_wanted(session: Session, rule: str, now: datetime, after: Cursor | None = None) -> Page:
    """One page of what `rule` asks for: due now, or over so recently that having missed it is worth a row."""
    query = RULES[rule].select(now).order_by(Visit.starts_at, Visit.id, Person.id).limit(PAGE_ROWS)
    if after is not None:
        query = query.where(sa.tuple_(Visit.starts_at, Visit.id, Person.id) > sa.tuple_(*_bound(after)))
    rows = session.execute(query).all()
    found = [wanted for row in rows if (wanted := RULES[rule].read(row)) is not None]
    cursor = (rows[-1].starts_at, rows[-1].visit_id, rows[-1].person_id) if len(rows) == PAGE_ROWS else None
    return Page([one for one in found if _is_timely(one.when, now)], cursor)


def still_wanted(
    session: Session, rule: str, clinic_id: uuid.UUID, patient_id: uuid.UUID, now: datetime
) -> list[Wanted]:
    """What `rule` asks for at `now` for one patient."""
    query = RULES[rule].select(now).where(Visit.clinic_id == clinic_id, Visit.patient_id == patient_id)
    found = [wanted for row in session.execute(query) if (wanted := RULES[rule].read(row)) is not None]
    return [one for one in found if _is_timely(one.when, now)]


def _is_timely(when: Occurrence, now: datetime) -> bool:
    return when.is_due(now) and when.is_useful(now - LOOK_BACK)


def _bound(cursor: Cursor) -> list[sa.ColumnElement[Any]]:
    moment, visit_id, person_id = cursor
    return [
        sa.literal(moment, Visit.starts_at.type),
        sa.literal(visit_id, sa.Uuid()),
        sa.literal(person_id, sa.Uuid()),
    ]


def _visits_of_active_patients(*more: Any) -> sa.Select[Any]:
    return (
        sa.select(
            Visit.clinic_id,
            Visit.patient_id,
            Visit.id.label("visit_id"),
            Visit.starts_at,
            Visit.zone.label("visit_zone"),
            Visit.created_at.label("visit_made_at"),
            Person.id.label("person_id"),
            Person.zone.label("person_zone"),
            *more,
        )
        .join(Patient, sa.and_(Patient.clinic_id == Visit.clinic_id, Patient.id == Visit.patient_id))
        .join(
            Membership,
            sa.and_(Membership.clinic_id == Patient.clinic_id, Membership.id == Patient.membership_id),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.state == "active")
    )


def _select_eves(now: datetime) -> sa.Select[Any]:
    return _visits_of_active_patients().where(
        Visit.state == "booked", Visit.starts_at > now - LOOK_BACK, Visit.starts_at < now + LOOK_AHEAD
    )


def _read_eve(row: Any) -> Wanted | None:
    when = cadence.visit_tomorrow(row.starts_at, row.visit_zone, _zone_of(row))
    # A visit written down after it began was never ahead of anybody.
    if row.visit_made_at >= row.starts_at:
        return None
    return Wanted(row.clinic_id, row.patient_id, row.person_id, "visit_tomorrow", row.visit_id, when)


def _select_maintenance(now: datetime) -> sa.Select[Any]:
    """A patient's latest visit of the cadence's family. It lies in the past, so no other is booked.

    A booked visit whose time has passed took place: nobody marks visits as done by hand.
    """
    later, first = aliased(Visit), aliased(Cadence)
    longest = timedelta(days=cadence.INTERVAL_DAYS[-1] + 2) + cadence.MAINTENANCE_USEFUL + LOOK_BACK
    shortest = timedelta(days=cadence.INTERVAL_DAYS[0] - 2)
    is_superseded = sa.exists().where(
        later.clinic_id == Visit.clinic_id,
        later.patient_id == Visit.patient_id,
        _family(later.modality) == _family(Visit.modality),
        later.state != "cancelled",
        later.starts_at > Visit.starts_at,
    )
    # An edit ends one cadence and opens another. Anchored on the first, a due date stays the same reminder.
    anchor = (
        sa.select(first.id)
        .where(
            first.clinic_id == Cadence.clinic_id,
            first.patient_id == Cadence.patient_id,
            _family(first.modality) == _family(Cadence.modality),
        )
        .order_by(first.set_at, first.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        _visits_of_active_patients(Cadence.interval_days, Cadence.set_at, anchor.label("anchor"))
        .join(
            Cadence,
            sa.and_(
                Cadence.clinic_id == Visit.clinic_id,
                Cadence.patient_id == Visit.patient_id,
                Cadence.ended_at.is_(None),
                _family(Cadence.modality) == _family(Visit.modality),
            ),
        )
        .where(
            Visit.state != "cancelled",
            Visit.starts_at.between(now - longest, now - shortest),
            sa.not_(is_superseded),
        )
    )


def _read_maintenance(row: Any) -> Wanted | None:
    when = cadence.maintenance_due(row.starts_at, row.visit_zone, row.interval_days, _zone_of(row))
    # Set when its time was over already, it asks for nothing before the next visit.
    if row.set_at >= when.useful_until:
        return None
    return Wanted(row.clinic_id, row.patient_id, row.person_id, "maintenance_due", row.anchor, when)


def _family(modality: Any) -> sa.ColumnElement[str]:
    return sa.case({name: treatment_of(name) for name in MODALITIES}, value=modality)


def _zone_of(row: Any) -> str:
    # A zone that a newer phone knows and this server does not must not stop everybody's reminders.
    zone: str = row.person_zone if cadence.is_zone(row.person_zone) else row.visit_zone
    return zone


@dataclass(frozen=True)
class Rule:
    """How a rule finds its rows and what it makes of one."""

    select: Callable[[datetime], sa.Select[Any]]
    read: Callable[[Any], Wanted | None]


RULES = {
    "maintenance_due": Rule(_select_maintenance, _read_maintenance),
    "visit_tomorrow": Rule(_select_eves, _read_eve),
}
