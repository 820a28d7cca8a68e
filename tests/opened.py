"""Rows with the words that stand in them, which the database holds only sealed."""

from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Base, Patient, table_of
from app.services.at_rest import open_texts, seal_texts
from app.services.plain import PLACES, patient_of
from app.services.wrapping import Owner

Row = TypeVar("Row", bound=Base)


def read_opened(session: Session, model: type[Row]) -> list[Row]:
    """Every row of the table."""
    place = next(place for place in PLACES if place.table is table_of(model))
    query = sa.select(model, patient_of(place))
    if place.through is not place.table:
        query = query.join(place.through, place.is_linked())
    found = session.execute(query).all()
    return [
        opened
        for row, patient in found
        for opened in open_texts(session, Owner(row.clinic_id, patient), [row])  # type: ignore[attr-defined]
    ]


def write_plan(session: Session, text: str) -> None:
    """The same safety plan for every patient."""
    for patient in session.scalars(sa.select(Patient)):
        seal_texts(session, Owner(patient.clinic_id, patient.id), patient, safety_plan=text)
