"""The signed baseline: nothing is measured against a score until a clinician put a name to it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain import course
from app.domain.change import DatedScore, propose_baseline
from app.domain.course import Courses
from app.domain.instruments import INSTRUMENT_IDS
from app.domain.modality import treatment_of
from app.errors import BetweenError
from app.languages import local
from app.models import (
    Baseline,
    Cadence,
    CheckIn,
    InstrumentScore,
    Membership,
    PastTotal,
    Patient,
    Person,
    Visit,
)
from app.services import audit
from app.services.actors import Actor
from app.services.caseload_signals import is_replaced

NONE = "none"
CHECK_IN, PAST_TOTAL = "check_in", "past_total"
# The earliest are those before treatment, the newest those before a new course of it.
MOST_EACH_END = 40


@dataclass(frozen=True)
class Candidate(DatedScore):
    """A complete score that could be signed. `key` names it in a form: its kind and its id."""

    kind: str
    id: uuid.UUID

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class SignedBaseline:
    """One baseline and who signed it."""

    row: Baseline
    by: str


@dataclass(frozen=True)
class Signable:
    """What of one instrument stands, what stood before it (newest first), and what could be signed.

    `proposed` lies about the first visit of the course that `courses` says began here.
    """

    instrument: str
    standing: SignedBaseline | None
    replaced: Sequence[SignedBaseline]
    candidates: Sequence[Candidate]
    proposed: Candidate | None
    courses: Courses


class BaselineMovedError(Exception):
    """Somebody signed another one after the page was shown."""


def read_signables(
    session: Session, patient: Patient, visits: Sequence[Visit], zone: str
) -> dict[str, Signable]:
    """By instrument."""
    signed, courses = _read_signed(session, patient), _read_courses(session, patient, visits)
    return {name: _signable(session, patient, name, signed, courses, zone) for name in INSTRUMENT_IDS}


def _read_courses(session: Session, patient: Patient, visits: Sequence[Visit]) -> Courses:
    """Cadences that were ended count too: they say since when there was maintenance."""
    rows = session.execute(
        sa.select(Cadence.modality, Cadence.set_at)
        .where(Cadence.clinic_id == patient.clinic_id, Cadence.patient_id == patient.id)
        .order_by(Cadence.set_at.desc())
    )
    had = [
        course.Session(one.modality, one.starts_at, one.created_at)
        for one in visits
        if one.state != "cancelled"
    ]
    return course.find_courses(had, {treatment_of(row.modality): row.set_at for row in rows})


def sign_baseline(
    session: Session,
    actor: Actor,
    patient: Patient,
    instrument: str,
    key: str,
    seen: str,
    now: datetime,
    zone: str,
) -> Baseline:
    """Sign a candidate by its key, or NONE; the one before is replaced and stays.

    `seen` is the id of the baseline that the page showed, empty for none. Raises BaselineMovedError, and
    BetweenError not_valid for a score that is not the patient's or not complete.
    """
    chosen = None if key == NONE else _find(session, patient, instrument, key, zone)
    _replace(session, patient, instrument, seen, now)
    row = Baseline(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        instrument=instrument,
        total=chosen.total if chosen else None,
        day=chosen.day if chosen else None,
        check_in_id=chosen.id if chosen and chosen.kind == CHECK_IN else None,
        past_total_id=chosen.id if chosen and chosen.kind == PAST_TOTAL else None,
        signed_by=actor.as_clinician().membership_id,
        signed_at=now,
    )
    session.add(row)
    session.flush()
    audit.record_row(session, row, "baseline.signed", actor.person_id, now)
    return row


def _replace(session: Session, patient: Patient, instrument: str, seen: str, now: datetime) -> None:
    # The patient's row is the lock: two who sign a first one together find no baseline to lock.
    session.execute(
        sa.select(Patient.id)
        .where(Patient.clinic_id == patient.clinic_id, Patient.id == patient.id)
        .with_for_update()
    )
    standing = session.scalar(
        sa.select(Baseline)
        .where(
            Baseline.clinic_id == patient.clinic_id,
            Baseline.patient_id == patient.id,
            Baseline.instrument == instrument,
            Baseline.replaced_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    if (str(standing.id) if standing else "") != seen:
        raise BaselineMovedError
    if standing is not None:
        standing.replaced_at = now
        session.flush()


def _signable(
    session: Session,
    patient: Patient,
    instrument: str,
    signed: Sequence[SignedBaseline],
    courses: Courses,
    zone: str,
) -> Signable:
    own = [one for one in signed if one.row.instrument == instrument]
    candidates = _read_candidates(session, patient, instrument, zone)
    first = courses.first
    return Signable(
        instrument=instrument,
        standing=next((one for one in own if one.row.replaced_at is None), None),
        replaced=[one for one in own if one.row.replaced_at is not None],
        candidates=candidates,
        proposed=propose_baseline(candidates, local(first[1], zone).date()) if first else None,
        courses=courses,
    )


def _read_signed(session: Session, patient: Patient) -> list[SignedBaseline]:
    rows = session.execute(
        sa.select(Baseline, Person.name)
        .join(
            Membership,
            sa.and_(Membership.clinic_id == Baseline.clinic_id, Membership.id == Baseline.signed_by),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Baseline.clinic_id == patient.clinic_id, Baseline.patient_id == patient.id)
        .order_by(Baseline.signed_at.desc(), Baseline.id)
    )
    return [SignedBaseline(*row) for row in rows]


def _read_candidates(session: Session, patient: Patient, instrument: str, zone: str) -> list[Candidate]:
    """Oldest first."""
    answered, past = _select_scores(patient, instrument), _select_past(patient, instrument)
    ends = (
        answered.order_by(CheckIn.answered_at.asc(), CheckIn.id).limit(MOST_EACH_END),
        answered.order_by(CheckIn.answered_at.desc(), CheckIn.id).limit(MOST_EACH_END),
    )
    scores = {row.id: row for one in ends for row in session.execute(one)}
    found = [_from_score(row, zone) for row in scores.values()]
    found += [_from_past(row) for row in session.execute(past.order_by(PastTotal.day))]
    return sorted(found, key=lambda one: one.day)


def _find(session: Session, patient: Patient, instrument: str, key: str, zone: str) -> Candidate:
    kind, _colon, told = key.partition(":")
    try:
        wanted = uuid.UUID(told)
    except ValueError as error:
        raise BetweenError("not_valid") from error
    if kind == CHECK_IN:
        row = session.execute(_select_scores(patient, instrument).where(CheckIn.id == wanted)).first()
        found = _from_score(row, zone) if row else None
    else:
        past = session.execute(_select_past(patient, instrument).where(PastTotal.id == wanted)).first()
        found = _from_past(past) if past and kind == PAST_TOTAL else None
    if found is None:
        raise BetweenError("not_valid")
    return found


def _select_scores(patient: Patient, instrument: str) -> sa.Select[uuid.UUID, datetime, int | None]:
    """Complete ones only: a prorated total never becomes a baseline."""
    return (
        sa.select(CheckIn.id, CheckIn.answered_at, InstrumentScore.total)
        .join(
            InstrumentScore,
            sa.and_(
                InstrumentScore.clinic_id == CheckIn.clinic_id, InstrumentScore.check_in_id == CheckIn.id
            ),
        )
        .where(
            CheckIn.clinic_id == patient.clinic_id,
            CheckIn.patient_id == patient.id,
            InstrumentScore.instrument == instrument,
            InstrumentScore.status == "complete",
            sa.not_(is_replaced()),
        )
    )


def _select_past(patient: Patient, instrument: str) -> sa.Select[uuid.UUID, date, int]:
    return sa.select(PastTotal.id, PastTotal.day, PastTotal.total).where(
        PastTotal.clinic_id == patient.clinic_id,
        PastTotal.patient_id == patient.id,
        PastTotal.instrument == instrument,
        PastTotal.removed_at.is_(None),
    )


def _from_score(row: Any, zone: str) -> Candidate:
    return Candidate(local(row.answered_at, zone).date(), row.total, CHECK_IN, row.id)


def _from_past(row: Any) -> Candidate:
    return Candidate(row.day, row.total, PAST_TOTAL, row.id)
