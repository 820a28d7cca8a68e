"""Reads what patients sent, and marks that it was read."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.errors import BetweenError
from app.models import (
    Alert,
    AlertAnswer,
    AlertWords,
    CheckIn,
    CheckInVisit,
    Envelope,
    InstrumentScore,
    Membership,
    Note,
    Patient,
    Person,
    SignOff,
    Visit,
)
from app.services.actors import Actor
from app.services.at_rest import open_texts
from app.services.audit import record
from app.services.wrapping import Owner

MOST_ENTRIES = 200

Said = TypeVar("Said", InstrumentScore, Note)


@dataclass(frozen=True)
class Entry:
    """One check-in with everything it says."""

    check_in: CheckIn
    scores: dict[str, InstrumentScore]
    notes: dict[str, Note]
    visits: list[Visit]
    sign_off: SignOff | None
    reader_name: str | None
    source: str
    entered_by: str | None

    @cached_property
    def answers(self) -> dict[str, dict[int, int]]:
        """By instrument and item; skipped ones are absent."""
        told = {name: score.answers for name, score in self.scores.items()}
        return {name: answers for name, answers in told.items() if answers}


def read_check_ins(
    session: Session, clinic_id: uuid.UUID, patient_id: uuid.UUID, since: datetime
) -> list[Entry]:
    """The patient's check-ins answered since then, newest first, at most one page of 200."""
    return read_entries(
        session,
        sa.select(CheckIn)
        .where(CheckIn.clinic_id == clinic_id, CheckIn.patient_id == patient_id, CheckIn.answered_at >= since)
        .order_by(CheckIn.answered_at.desc(), CheckIn.id)
        .limit(MOST_ENTRIES),
    )


def find_check_in(session: Session, patient: Patient, check_in_id: uuid.UUID) -> Entry:
    """One check-in of this patient. Raises BetweenError not_found."""
    found = read_entries(
        session,
        sa.select(CheckIn).where(
            CheckIn.clinic_id == patient.clinic_id,
            CheckIn.patient_id == patient.id,
            CheckIn.id == check_in_id,
        ),
    )
    if not found:
        raise BetweenError("not_found")
    return found[0]


def versions_of(session: Session, patient: Patient, client_id: uuid.UUID) -> list[Entry]:
    """All versions that came under one client id: the first, then each conflict."""
    return read_entries(
        session,
        sa.select(CheckIn)
        .where(
            CheckIn.clinic_id == patient.clinic_id,
            CheckIn.patient_id == patient.id,
            CheckIn.client_id == client_id,
        )
        .order_by(CheckIn.is_conflict, CheckIn.arrived_at),
    )


def sign_off(
    session: Session, actor: Actor, patient: Patient, check_in_id: uuid.UUID, now: datetime
) -> SignOff:
    """Mark as read. The first mark stands and is returned to a later one. Raises BetweenError not_found."""
    signer = actor.as_clinician(patient.clinic_id)
    entry = find_check_in(session, patient, check_in_id)
    if entry.sign_off is not None:
        return entry.sign_off
    signed = session.execute(
        insert_into(session, SignOff)
        .values(
            clinic_id=patient.clinic_id,
            check_in_id=check_in_id,
            membership_id=signer.membership_id,
            signed_at=now,
        )
        .on_conflict_do_nothing()
        .returning(SignOff.check_in_id)
    ).first()
    mark = session.get_one(SignOff, (patient.clinic_id, check_in_id))
    if signed is None:
        return mark
    record(
        session,
        at=now,
        actor_id=actor.person_id,
        action="check_in.signed_off",
        subject="check_in",
        subject_id=check_in_id,
        clinic_id=patient.clinic_id,
    )
    return mark


def sign_off_together(
    session: Session, actor: Actor, patient: Patient, check_in_ids: Sequence[uuid.UUID], now: datetime
) -> int:
    """Mark several as read, and say how many: not what is in an open alert or leaves item 9 out."""
    alone = _in_open_alert(session, patient)
    signed = 0
    for check_in_id in dict.fromkeys(check_in_ids):
        entry = find_check_in(session, patient, check_in_id)
        if check_in_id not in alone and not is_item9_skipped(entry):
            sign_off(session, actor, patient, check_in_id, now)
            signed += 1
    return signed


def is_item9_skipped(entry: Entry) -> bool:
    """Item 9 was shown and not answered: a flag that somebody looks at, and never an alert."""
    score = entry.scores.get("phq9")
    return score is not None and score.item9 == "not_answered"


def _in_open_alert(session: Session, patient: Patient) -> set[uuid.UUID]:
    def joined(table: type[AlertAnswer] | type[AlertWords]) -> sa.Select[uuid.UUID]:
        return (
            sa.select(table.check_in_id)
            .join(Alert, sa.and_(Alert.clinic_id == table.clinic_id, Alert.id == table.alert_id))
            .where(
                Alert.clinic_id == patient.clinic_id,
                Alert.patient_id == patient.id,
                Alert.closed_at.is_(None),
            )
        )

    return {*session.scalars(joined(AlertAnswer)), *session.scalars(joined(AlertWords))}


def read_entries(session: Session, query: sa.Select[CheckIn]) -> list[Entry]:
    """The check-ins of one patient with everything they say, in the order of the query."""
    check_ins = list(session.scalars(query))
    if not check_ins:
        return []
    clinic_id, ids = check_ins[0].clinic_id, [one.id for one in check_ins]
    scores = {
        (row.check_in_id, row.instrument): row for row in _rows(session, InstrumentScore, clinic_id, ids)
    }
    notes = {(row.check_in_id, row.dimension): row for row in _rows(session, Note, clinic_id, ids)}
    open_texts(session, Owner(clinic_id, check_ins[0].patient_id), [*check_ins, *notes.values()])
    visits = _visits(session, clinic_id, ids)
    read = _readers(session, clinic_id, ids)
    came = _sources(session, clinic_id, ids)
    return [
        Entry(
            check_in=one,
            scores={name: scores[one.id, name] for name in ("phq9", "gad7") if (one.id, name) in scores},
            notes={name: notes[one.id, name] for name in ("executive", "hedonic") if (one.id, name) in notes},
            visits=visits[one.id],
            sign_off=read[one.id][0] if one.id in read else None,
            reader_name=read[one.id][1] if one.id in read else None,
            source=came[one.id][0],
            entered_by=came[one.id][1],
        )
        for one in check_ins
    ]


def _rows(
    session: Session, table: type[Said], clinic_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> Sequence[Said]:
    return session.scalars(
        sa.select(table).where(table.clinic_id == clinic_id, table.check_in_id.in_(ids))
    ).all()


def _visits(session: Session, clinic_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Visit]]:
    rows = session.execute(
        sa.select(CheckInVisit.check_in_id, Visit)
        .join(Visit, sa.and_(Visit.clinic_id == CheckInVisit.clinic_id, Visit.id == CheckInVisit.visit_id))
        .where(CheckInVisit.clinic_id == clinic_id, CheckInVisit.check_in_id.in_(ids))
        .order_by(Visit.starts_at)
    )
    found: dict[uuid.UUID, list[Visit]] = defaultdict(list)
    for check_in_id, visit in rows:
        found[check_in_id].append(visit)
    return found


def _sources(
    session: Session, clinic_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, tuple[str, str | None]]:
    """How each came, and who typed it in from paper."""
    rows = session.execute(
        sa.select(Envelope.id, Envelope.source, Person.name)
        .outerjoin(
            Membership,
            sa.and_(Membership.clinic_id == Envelope.clinic_id, Membership.id == Envelope.entered_by),
        )
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(Envelope.clinic_id == clinic_id, Envelope.id.in_(ids))
    )
    return {envelope_id: (source, name) for envelope_id, source, name in rows}


def _readers(
    session: Session, clinic_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, tuple[SignOff, str]]:
    rows = session.execute(
        sa.select(SignOff, Person.name)
        .join(
            Membership,
            sa.and_(Membership.clinic_id == SignOff.clinic_id, Membership.id == SignOff.membership_id),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(SignOff.clinic_id == clinic_id, SignOff.check_in_id.in_(ids))
    )
    return {mark.check_in_id: (mark, name) for mark, name in rows}
