"""Turns what check-ins say into rows. Core inserts: the ORM's cost 4.5 times as much here."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa

from app.domain.asking import belongs
from app.domain.check_in import IN_PERSON, CheckInFacts, InstrumentFacts
from app.models import CheckIn, CheckInVisit, Clinic, InstrumentScore, Note, Visit
from app.models.check_in import ITEM_NAMES
from app.services.at_rest import place_of, seal
from app.services.bulk import Rows, RowValues, Shape, shape_of
from app.services.wrapping import Cipher

_CHECK_IN = shape_of(CheckIn, owner="id")
_SCORE, _NOTE, _VISIT = (
    shape_of(table, owner="check_in_id") for table in (InstrumentScore, Note, CheckInVisit)
)
_NAMED_VISITS = (
    sa.select(Visit.clinic_id, Visit.id, Visit.patient_id, Visit.starts_at, Clinic.window_hours)
    .join(Clinic, Clinic.id == Visit.clinic_id)
    .where(
        Visit.clinic_id.in_(sa.bindparam("clinics", expanding=True)),
        Visit.id.in_(sa.bindparam("visits", expanding=True)),
    )
)
# Staff printed the form, or handed over the tablet, for this very visit; a paper knows its day and no hour.
NAMED_BY_STAFF = ("paper", "tablet")


FIRST_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class NewCheckIn:
    """A check-in to write: the keys it gets, and what it says."""

    clinic_id: uuid.UUID
    id: uuid.UUID
    patient_id: uuid.UUID
    client_id: uuid.UUID
    is_conflict: bool
    source: str
    arrived_at: datetime
    facts: CheckInFacts
    cipher: Cipher


def believable(told: datetime, arrived_at: datetime) -> datetime:
    """A phone's clock may be years off: what it tells is believed only from Between's first year to arrival.

    `wall` and the envelope keep what the phone said.
    """
    return told if FIRST_YEAR <= told <= arrived_at else arrived_at


def rows_of_check_ins(connection: sa.Connection, new: Sequence[NewCheckIn]) -> list[Rows]:
    """The check-ins with their scores, notes and visits, in the order their tables need."""
    return [
        Rows(_CHECK_IN, [_check_in(one) for one in new]),
        Rows(_SCORE, [row for one in new for row in _scores(one)]),
        Rows(_NOTE, [row for one in new for row in _notes(one)]),
        Rows(_VISIT, _visits(connection, new)),
    ]


def _check_in(one: NewCheckIn) -> RowValues:
    facts = one.facts
    row = {
        "clinic_id": one.clinic_id,
        "id": one.id,
        "patient_id": one.patient_id,
        "client_id": one.client_id,
        "is_conflict": one.is_conflict,
        "arrived_at": one.arrived_at,
        "kind": facts.kind,
        "language": facts.language,
        "supersedes": facts.supersedes,
        "started_at": believable(facts.started_at, one.arrived_at),
        "answered_at": believable(facts.answered_at, one.arrived_at),
        "wall": facts.wall,
        "zone": facts.zone,
        "offset_minutes": facts.offset,
        "app_version": facts.app_version,
        "install_id": facts.install_id,
        "sequence": facts.sequence,
        "pending": facts.pending,
        "difficulty": facts.difficulty,
        "difficulty_asked": facts.difficulty_asked,
        "today": facts.today,
        "should_know": facts.should_know,
        "should_know_topics": list(facts.should_know_topics),
        "answered_by": facts.answered_by,
    }
    return _sealed(one, _CHECK_IN, row, "should_know_text", facts.should_know_text)


def _sealed(one: NewCheckIn, shape: Shape, row: RowValues, column: str, text: str) -> RowValues:
    return {**row, column: seal(one.cipher, text, place_of(shape.table, column, row) if text else b"")}


def _scores(one: NewCheckIn) -> Iterable[RowValues]:
    for name, said in one.facts.instruments.items():
        yield {
            "clinic_id": one.clinic_id,
            "check_in_id": one.id,
            "instrument": name,
            "version": said.version,
            "total": said.score.total,
            "band": said.score.band,
            "status": said.score.status,
            "answered": said.score.answered,
            "item9": said.score.item9,
            **_items(said),
        }


def _items(said: InstrumentFacts) -> RowValues:
    shown = zip(said.answers, said.languages, strict=True)
    return {
        **dict(zip_longest(ITEM_NAMES, said.answers)),
        "languages": [language if value is not None else None for value, language in shown],
    }


def _notes(one: NewCheckIn) -> Iterable[RowValues]:
    for dimension, note in one.facts.notes.items():
        row = {
            "clinic_id": one.clinic_id,
            "check_in_id": one.id,
            "dimension": dimension,
            "direction": note.direction,
            "attribution": list(note.attribution),
        }
        yield _sealed(one, _NOTE, row, "body", note.text)


def _visits(connection: sa.Connection, new: Sequence[NewCheckIn]) -> list[RowValues]:
    """Only visits of the same patient in the clinic's window count; any other id joins nothing.

    It stays in the envelope, and the check-in is stored all the same.
    """
    named = {visit for one in new for visit in one.facts.visits}
    if not named:
        return []
    rows = connection.execute(
        _NAMED_VISITS, {"clinics": list({one.clinic_id for one in new}), "visits": list(named)}
    )
    known = {(row.clinic_id, row.patient_id, row.id): row for row in rows}
    return [
        {"clinic_id": one.clinic_id, "check_in_id": one.id, "visit_id": visit}
        for one in new
        for visit in dict.fromkeys(one.facts.visits)
        if _precedes(one, known.get((one.clinic_id, one.patient_id, visit)))
    ]


def _precedes(one: NewCheckIn, visit: Any) -> bool:
    if visit is None or one.source in NAMED_BY_STAFF or one.facts.kind == IN_PERSON:
        return visit is not None
    started, answered = (
        believable(told, one.arrived_at) for told in (one.facts.started_at, one.facts.answered_at)
    )
    return belongs(started, answered, visit.starts_at, visit.window_hours)
