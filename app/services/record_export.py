"""One patient's whole record, for the next clinic: what is few at once, the check-ins page by page."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import BetweenError
from app.models import Baseline, Cadence, CheckIn, Clinic, PastTotal, Patient, Visit
from app.services.access import visible_patients
from app.services.actors import Actor
from app.services.at_rest import open_texts, owner_of
from app.services.journal import Entry, read_entries
from app.services.patient_accounts import person_of

PAGE = 100


@dataclass(frozen=True)
class Record:
    """What stands beside the check-ins, as plain facts: no row outlives its transaction."""

    clinic_id: uuid.UUID
    patient_id: uuid.UUID
    clinic: str
    zone: str
    name: str
    language: str
    safety_plan: str
    visits: list[dict[str, Any]]
    cadences: list[dict[str, Any]]
    past_totals: list[dict[str, Any]]
    baselines: list[dict[str, Any]]


_TOLD = {
    Visit: ("modality", "starts_at", "zone", "minutes", "place", "state"),
    Cadence: ("modality", "interval_days", "set_at", "ended_at"),
    PastTotal: ("instrument", "total", "day", "source_text", "entered_at", "removed_at"),
    Baseline: ("instrument", "total", "day", "signed_at", "replaced_at"),
}


def find_record(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """A patient of the own team: an alert that calls somebody in opens the page, and not the whole record.

    Raises BetweenError not_found for every other id.
    """
    patient = session.scalar(visible_patients(actor).where(Patient.id == patient_id))
    if patient is None:
        raise BetweenError("not_found")
    return patient


def read_record(session: Session, patient: Patient) -> Record:
    """Everything but the check-ins."""
    open_texts(session, owner_of(patient), [patient])
    clinic, person = session.get_one(Clinic, patient.clinic_id), person_of(session, patient)
    return Record(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        clinic=clinic.name,
        zone=clinic.zone,
        name=person.name,
        language=person.language,
        safety_plan=patient.safety_plan,
        visits=_rows(session, patient, Visit, Visit.starts_at),
        cadences=_rows(session, patient, Cadence, Cadence.set_at),
        past_totals=_rows(session, patient, PastTotal, PastTotal.day),
        baselines=_rows(session, patient, Baseline, Baseline.signed_at),
    )


def read_all_check_ins(database: Database, record: Record) -> Iterator[Sequence[Entry]]:
    """Oldest first, each page in a transaction of its own that ends before anything is sent."""
    last: tuple[datetime, uuid.UUID] | None = None
    while True:
        with database.reading() as session:
            page = read_entries(session, _page(record, last))
            session.expunge_all()
        if page:
            yield page
        if len(page) < PAGE:
            return
        last = (page[-1].check_in.answered_at, page[-1].check_in.id)


def _page(record: Record, last: tuple[datetime, uuid.UUID] | None) -> sa.Select[CheckIn]:
    found = (
        sa.select(CheckIn)
        .where(CheckIn.clinic_id == record.clinic_id, CheckIn.patient_id == record.patient_id)
        .order_by(CheckIn.answered_at, CheckIn.id)
        .limit(PAGE)
    )
    if last is None:
        return found
    bound = sa.tuple_(sa.literal(last[0], CheckIn.answered_at.type), sa.literal(last[1], sa.Uuid()))
    return found.where(sa.tuple_(CheckIn.answered_at, CheckIn.id) > bound)


def _rows(session: Session, patient: Patient, table: Any, order: Any) -> list[dict[str, Any]]:
    found = session.scalars(
        sa.select(table)
        .where(table.clinic_id == patient.clinic_id, table.patient_id == patient.id)
        .order_by(order, table.id)
    )
    rows = open_texts(session, owner_of(patient), found)
    return [{name: getattr(row, name) for name in _TOLD[table]} for row in rows]
