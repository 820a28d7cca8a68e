"""Totals from before Between: entered with day and source, and taken back by name. None is ever deleted."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.domain.instruments import load_instrument
from app.errors import BetweenError
from app.models import Baseline, Membership, PastTotal, Patient, Person
from app.services import audit
from app.services.actors import Actor
from app.services.at_rest import open_texts, owner_of, seal_texts

MOST_SHOWN = 200
MOST_SOURCE = 200


@dataclass(frozen=True)
class NewTotal:
    """A total to be entered."""

    instrument: str
    total: int
    day: date
    source: str


@dataclass(frozen=True)
class Entered:
    """A past total and who entered it."""

    row: PastTotal
    by: str


class TotalTakenError(Exception):
    """That day has a total of this instrument already: `total`, which may be the same."""

    def __init__(self, total: int) -> None:
        super().__init__("taken")
        self.total = total


class IsBaselineError(Exception):
    """It is signed as the baseline: another one is signed first."""


def is_total(instrument: str, total: int) -> bool:
    """Whether the instrument can have it."""
    return 0 <= total <= load_instrument(instrument).highest_total


def add_past_total(
    session: Session, actor: Actor, patient: Patient, new: NewTotal, now: datetime
) -> PastTotal:
    """Enter it, unless that day has one. Raises TotalTakenError; two at once are decided by the database."""
    if not is_total(new.instrument, new.total) or not new.source.strip():
        raise BetweenError("not_valid")
    row = PastTotal(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        instrument=new.instrument,
        total=new.total,
        day=new.day,
        entered_by=actor.as_clinician().membership_id,
        entered_at=now,
    )
    seal_texts(session, owner_of(patient), row, source_text=new.source.strip())
    columns = {one.columns[0].name: getattr(row, one.key) for one in sa.inspect(PastTotal).column_attrs}
    added = session.execute(
        insert_into(session, PastTotal).values(**columns).on_conflict_do_nothing().returning(PastTotal.id)
    ).first()
    if added is None:
        raise TotalTakenError(_taken(session, patient, new))
    audit.record_row(session, row, "past_total.entered", actor.person_id, now)
    return row


def remove_past_total(
    session: Session, actor: Actor, patient: Patient, total_id: uuid.UUID, now: datetime
) -> None:
    """It counts no more, and stays. Twice is the same as once. Raises IsBaselineError, BetweenError."""
    row = session.scalar(
        sa.select(PastTotal)
        .where(
            PastTotal.clinic_id == patient.clinic_id,
            PastTotal.patient_id == patient.id,
            PastTotal.id == total_id,
        )
        .with_for_update()
    )
    if row is None:
        raise BetweenError("not_found")
    if row.removed_at is not None:
        return
    if session.scalar(sa.select(Baseline.id).where(_stands_on(row))) is not None:
        raise IsBaselineError
    row.removed_at, row.removed_by = now, actor.as_clinician().membership_id
    audit.record_row(session, row, "past_total.removed", actor.person_id, now)


def read_past_totals(session: Session, patient: Patient) -> Sequence[Entered]:
    """Those that count, newest first."""
    rows = session.execute(
        sa.select(PastTotal, Person.name)
        .join(
            Membership,
            sa.and_(Membership.clinic_id == PastTotal.clinic_id, Membership.id == PastTotal.entered_by),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(
            PastTotal.clinic_id == patient.clinic_id,
            PastTotal.patient_id == patient.id,
            PastTotal.removed_at.is_(None),
        )
        .order_by(PastTotal.day.desc(), PastTotal.instrument.desc())
        .limit(MOST_SHOWN)
    )
    entered = [Entered(*row) for row in rows]
    open_texts(session, owner_of(patient), [one.row for one in entered])
    return entered


def _taken(session: Session, patient: Patient, new: NewTotal) -> int:
    return session.scalars(
        sa.select(PastTotal.total).where(
            PastTotal.clinic_id == patient.clinic_id,
            PastTotal.patient_id == patient.id,
            PastTotal.instrument == new.instrument,
            PastTotal.day == new.day,
            PastTotal.removed_at.is_(None),
        )
    ).one()


def _stands_on(row: PastTotal) -> sa.ColumnElement[bool]:
    return sa.and_(
        Baseline.clinic_id == row.clinic_id,
        Baseline.past_total_id == row.id,
        Baseline.replaced_at.is_(None),
    )
