"""Tells what a patient's phones held and never sent, and keeps what was said about it.

Nothing is counted when something arrives: the intake stays as fast as it is, and a late arrival closes a gap
by itself.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.domain.gaps import Numbered, count_missing, is_numbered
from app.errors import BetweenError
from app.models import CheckIn, Envelope, GapReview, Patient, SeriesEnd
from app.services.at_rest import open_texts, owner_of, seal_texts
from app.services.audit import record_row

MOST_SERIES = 50
FURTHEST = 100_000


@dataclass(frozen=True)
class Gap:
    """What is missing now. `said` are the patient's own words about as much as that, if any."""

    missing: int
    emptied_at: datetime | None
    said: str
    said_at: datetime | None


@dataclass(frozen=True)
class Ended:
    """A series whose phone no longer knows it, and the last number it had given."""

    install_id: uuid.UUID
    last: int


@dataclass(frozen=True)
class Review:
    """Somebody's word on a gap of `missing` items. `side`: patient or clinic."""

    person_id: uuid.UUID
    side: str
    missing: int
    words: str


def read_gap(session: Session, patient: Patient, side: str) -> Gap | None:
    """What this side has still to be told of: none where nothing is missing or it was put aside."""
    ends = _ends(session, patient)
    missing = _count(session, patient, ends)
    if not missing:
        return None
    reviews = [one for one in _reviews(session, patient) if one.missing >= missing]
    # The clinic's word settles it for both; the patient's is shown to the clinic, which may know better.
    if any(one.side in ("clinic", side) for one in reviews):
        return None
    said = next((one for one in reviews if one.side == "patient"), None)
    emptied = max((one.told_at for one in ends.values()), default=None)
    return Gap(missing, emptied, said.words if said else "", said.reviewed_at if said else None)


def review_gap(session: Session, patient: Patient, review: Review, now: datetime) -> None:
    """Put a gap of this size aside, with words."""
    kept = GapReview(
        clinic_id=patient.clinic_id,
        id=uuid.uuid4(),
        patient_id=patient.id,
        side=review.side,
        missing=review.missing,
        person_id=review.person_id,
        reviewed_at=now,
    )
    seal_texts(session, owner_of(patient), kept, words=review.words)
    session.add(kept)
    record_row(session, patient, "gap.reviewed", review.person_id, now)


def end_series(session: Session, patient: Patient, ended: Ended, actor_id: uuid.UUID, now: datetime) -> None:
    """A phone says that its storage was emptied. Raises BetweenError not_valid for what no phone says."""
    known = _ends(session, patient)
    if ended.install_id in known:
        return
    if not is_numbered(ended.install_id) or len(known) >= MOST_SERIES or not 0 < ended.last <= FURTHEST:
        raise BetweenError("not_valid")
    keys = {"clinic_id": patient.clinic_id, "patient_id": patient.id, "install_id": ended.install_id}
    told = insert_into(session, SeriesEnd).values(**keys, last=ended.last, told_at=now)
    session.execute(told.on_conflict_do_nothing())
    record_row(session, patient, "phone.emptied", actor_id, now)


def _count(session: Session, patient: Patient, ends: dict[uuid.UUID, SeriesEnd]) -> int:
    with_holes = [install for install, came, highest in _series(session, patient) if highest > came]
    came = _numbers(session, patient, {*with_holes, *ends}) if with_holes or ends else {}
    missing = sum(
        count_missing(came.get(install, []), ends[install].last if install in ends else 0)
        for install in {*with_holes, *ends}
    )
    # What came and could not be read has a number too, which nobody can see yet.
    return max(0, missing - _unread(session, patient)) if missing else 0


def _series(session: Session, patient: Patient) -> list[tuple[uuid.UUID, int, int]]:
    rows = session.execute(
        sa.select(
            CheckIn.install_id, sa.func.count(sa.distinct(CheckIn.sequence)), sa.func.max(CheckIn.sequence)
        )
        .where(CheckIn.clinic_id == patient.clinic_id, CheckIn.patient_id == patient.id, CheckIn.sequence > 0)
        .group_by(CheckIn.install_id)
    )
    return [(install, came, highest) for install, came, highest in rows if is_numbered(install)]


def _numbers(session: Session, patient: Patient, installs: set[uuid.UUID]) -> dict[uuid.UUID, list[Numbered]]:
    rows = session.execute(
        sa.select(CheckIn.install_id, CheckIn.sequence, CheckIn.pending, CheckIn.arrived_at).where(
            CheckIn.clinic_id == patient.clinic_id,
            CheckIn.patient_id == patient.id,
            CheckIn.install_id.in_(installs),
            CheckIn.sequence > 0,
        )
    )
    found: dict[uuid.UUID, list[Numbered]] = defaultdict(list)
    for install, sequence, pending, arrived_at in rows:
        found[install].append(Numbered(sequence, pending, arrived_at))
    return found


def _unread(session: Session, patient: Patient) -> int:
    count = session.scalar(
        sa.select(sa.func.count()).where(
            Envelope.clinic_id == patient.clinic_id, Envelope.patient_id == patient.id, Envelope.repair != ""
        )
    )
    return count or 0


def _ends(session: Session, patient: Patient) -> dict[uuid.UUID, SeriesEnd]:
    rows = session.scalars(
        sa.select(SeriesEnd).where(
            SeriesEnd.clinic_id == patient.clinic_id, SeriesEnd.patient_id == patient.id
        )
    )
    return {row.install_id: row for row in rows}


def _reviews(session: Session, patient: Patient) -> list[GapReview]:
    """Newest first."""
    return open_texts(
        session,
        owner_of(patient),
        session.scalars(
            sa.select(GapReview)
            .where(GapReview.clinic_id == patient.clinic_id, GapReview.patient_id == patient.id)
            .order_by(GapReview.reviewed_at.desc())
        ),
    )
