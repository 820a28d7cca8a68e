"""Why a patient stands on the caseload: one query for each reason, over the whole team."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.domain.change import NOTICEABLE
from app.domain.check_in import IN_PERSON
from app.models import (
    Alert,
    AlertAttempt,
    AlertWords,
    Cadence,
    CareEnd,
    CheckIn,
    InstrumentScore,
    Membership,
    Note,
    Person,
    Reminder,
    SignOff,
    Visit,
)
from app.services.alert_reading import Occasion, Received, fold_answers, read_answers
from app.services.caseload_facts import News, OpenAlert, Rise, Stretch, Unreached

BEST_OF = timedelta(days=90)
MOST_NAMED = 1000
"""Patients named in one statement: far under SQLite's 32,766 parameters, and more than a team looks after."""


def is_replaced() -> sa.ColumnElement[bool]:
    """A check-in that a later version of the same patient supersedes."""
    later = aliased(CheckIn)
    return sa.exists().where(
        later.clinic_id == CheckIn.clinic_id,
        later.patient_id == CheckIn.patient_id,
        later.supersedes == CheckIn.client_id,
    )


def same_patient(table: type, team: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.and_(table.clinic_id == team.c.clinic_id, table.patient_id == team.c.id)  # type: ignore[attr-defined]


def of_members(members: Sequence[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Who is on the team, once more and by id: through a join, PostgreSQL plans for the average patient.

    Beside others with 5,000 check-ins each it read all 100,000 to find a team's few.
    """
    return CheckIn.patient_id.in_(members) if len(members) <= MOST_NAMED else sa.true()


def find_ended(session: Session, team: sa.Subquery) -> dict[uuid.UUID, datetime]:
    """Since when the care of each is over, of those whose care is."""
    rows = session.execute(
        sa.select(CareEnd.patient_id, CareEnd.ended_at)
        .join(team, same_patient(CareEnd, team))
        .where(CareEnd.returned_at.is_(None))
    )
    return {row.patient_id: row.ended_at for row in rows}


def find_alerts(session: Session, team: sa.Subquery) -> dict[uuid.UUID, OpenAlert]:
    tried = (
        sa.select(sa.func.count())
        .where(AlertAttempt.clinic_id == Alert.clinic_id, AlertAttempt.alert_id == Alert.id)
        .scalar_subquery()
    )
    found = session.execute(
        sa.select(Alert, Person.name, Person.id, tried.label("tried"))
        .join(team, same_patient(Alert, team))
        .join(Membership, sa.and_(Membership.clinic_id == Alert.clinic_id, Membership.id == Alert.owner_id))
        .join(Person, Person.id == Membership.person_id)
        .where(Alert.closed_at.is_(None))
        # Nobody reached yet first, then who waits longest; what a standing plan covers comes last.
        .order_by(Alert.clock == "none", Alert.state.in_(("reached", "decided")), Alert.opened_at)
    ).all()
    newest = _newest_occasions(session, [alert for alert, *_rest in found])
    words = _newest_words(session, [alert for alert, *_rest in found])
    return {
        alert.patient_id: OpenAlert(
            alert, name, person_id, newest.get(alert.id), words.get(alert.id), attempts
        )
        for alert, name, person_id, attempts in found
    }


def _newest_occasions(session: Session, alerts: list[Alert]) -> dict[uuid.UUID, Occasion]:
    # Asked also when there is no alert: the number of queries stays the same.
    clinic_id = alerts[0].clinic_id if alerts else uuid.UUID(int=0)
    by_alert: dict[uuid.UUID, list[Received]] = defaultdict(list)
    for one in read_answers(session, clinic_id, [alert.id for alert in alerts]):
        by_alert[one.answer.alert_id].append(one)
    return {key: fold_answers(received)[-1] for key, received in by_alert.items()}


def _newest_words(session: Session, alerts: list[Alert]) -> dict[uuid.UUID, AlertWords]:
    rows = session.scalars(
        sa.select(AlertWords)
        .where(
            AlertWords.clinic_id.in_({alert.clinic_id for alert in alerts}),
            AlertWords.alert_id.in_([alert.id for alert in alerts]),
        )
        .order_by(AlertWords.arrived_at)
    )
    return {row.alert_id: row for row in rows}


def find_news(session: Session, team: sa.Subquery, members: Sequence[uuid.UUID]) -> dict[uuid.UUID, News]:
    read = sa.exists().where(SignOff.clinic_id == CheckIn.clinic_id, SignOff.check_in_id == CheckIn.id)
    replaced = is_replaced()
    notes = (
        sa.select(sa.func.count())
        .where(Note.clinic_id == CheckIn.clinic_id, Note.check_in_id == CheckIn.id, Note.body_sealed != b"")
        .scalar_subquery()
    )
    skipped = sa.exists().where(
        InstrumentScore.clinic_id == CheckIn.clinic_id,
        InstrumentScore.check_in_id == CheckIn.id,
        InstrumentScore.item9 == "not_answered",
    )
    found = session.execute(
        sa.select(
            CheckIn.patient_id,
            CheckIn.kind,
            CheckIn.answered_at,
            CheckIn.should_know,
            notes.label("notes"),
            skipped.label("skipped"),
        )
        .join(team, same_patient(CheckIn, team))
        .where(of_members(members), ~read, ~replaced)
        .order_by(CheckIn.answered_at.desc())
    )
    by_patient: dict[uuid.UUID, list[sa.Row[tuple[object, ...]]]] = defaultdict(list)
    for row in found:
        by_patient[row.patient_id].append(row)
    news = {key: _one_news(rows) for key, rows in by_patient.items()}
    # Whoever asks to talk comes first; the others stay newest first.
    return dict(sorted(news.items(), key=lambda pair: pair[1].asked_at is None))


def _one_news(rows: list[sa.Row[tuple[object, ...]]]) -> News:
    asking = [row for row in rows if row.kind == IN_PERSON]
    others = [row for row in rows if row not in asking]
    check_ins = [row for row in others if row.kind in ("full", "partial")]
    return News(
        check_ins=len(check_ins),
        with_note=sum(1 for row in check_ins if row.notes),
        notes=sum(1 for row in others if row.kind == "note"),
        ratings=sum(1 for row in others if row.kind == "today"),
        asked_at=asking[-1].answered_at if asking else None,
        newest_at=rows[0].answered_at,
        wants_known=any(row.should_know == "yes" for row in others),
        item9_skipped=any(row.skipped for row in rows),
    )


def find_stretches(session: Session, team: sa.Subquery, now: datetime) -> dict[uuid.UUID, list[Stretch]]:
    of_cadence = sa.and_(
        Visit.clinic_id == Cadence.clinic_id,
        Visit.patient_id == Cadence.patient_id,
        Visit.modality == Cadence.modality,
        Visit.state != "cancelled",
    )
    last_at = (
        sa.select(sa.func.max(Visit.starts_at)).where(of_cadence, Visit.starts_at <= now).scalar_subquery()
    )
    booked = sa.exists().where(of_cadence, Visit.starts_at > now)
    found = session.execute(
        sa.select(
            Cadence.patient_id, Cadence.modality, Cadence.interval_days, Cadence.set_at, last_at.label("last")
        )
        .join(team, same_patient(Cadence, team))
        .where(Cadence.ended_at.is_(None), ~booked)
    )
    stretched: dict[uuid.UUID, list[Stretch]] = defaultdict(list)
    for row in found:
        last = row.last or row.set_at
        if now - last > timedelta(days=row.interval_days + 1):
            stretched[row.patient_id].append(Stretch(row.modality, row.interval_days, last))
    return dict(sorted(stretched.items(), key=lambda pair: pair[1][0].last_at))


def find_rises(
    session: Session, team: sa.Subquery, members: Sequence[uuid.UUID], now: datetime
) -> dict[uuid.UUID, list[Rise]]:
    """Complete scores only: a prorated one is drawn and never judged, a replaced one stands for nothing."""
    group = (CheckIn.patient_id, InstrumentScore.instrument)
    ranked = (
        sa.select(
            CheckIn.patient_id,
            InstrumentScore.instrument,
            InstrumentScore.total,
            CheckIn.answered_at,
            sa.func.row_number()
            .over(partition_by=group, order_by=CheckIn.answered_at.desc())
            .label("newest"),
            sa.func.row_number()
            .over(partition_by=group, order_by=(InstrumentScore.total, CheckIn.answered_at.desc()))
            .label("lowest"),
        )
        .join(
            InstrumentScore,
            sa.and_(
                InstrumentScore.clinic_id == CheckIn.clinic_id, InstrumentScore.check_in_id == CheckIn.id
            ),
        )
        .join(team, same_patient(CheckIn, team))
        .where(of_members(members), CheckIn.answered_at > now - BEST_OF)
        .where(InstrumentScore.status == "complete", ~is_replaced())
        .subquery()
    )
    # One pass over the ranks: joining them with themselves would rank everything twice.
    last, lowest = ranked.c.newest == 1, ranked.c.lowest == 1
    found = session.execute(
        sa.select(
            ranked.c.patient_id,
            ranked.c.instrument,
            sa.func.max(sa.case((last, ranked.c.total))).label("total"),
            sa.func.max(sa.case((lowest, ranked.c.total))).label("best"),
            sa.func.max(sa.case((lowest, ranked.c.answered_at))).label("answered_at"),
        )
        .where(sa.or_(last, lowest))
        .group_by(ranked.c.patient_id, ranked.c.instrument)
        # A single row is both: nothing to compare, and the difference is 0.
        .having(
            sa.func.max(sa.case((last, ranked.c.total))) - sa.func.max(sa.case((lowest, ranked.c.total)))
            >= min(NOTICEABLE.values())
        )
    )
    rises: dict[uuid.UUID, list[Rise]] = defaultdict(list)
    for row in found:
        if row.total - row.best >= NOTICEABLE[row.instrument]:
            rises[row.patient_id].append(Rise(row.instrument, row.total - row.best, row.answered_at))
    return rises


def find_unreached(session: Session, team: sa.Subquery) -> dict[uuid.UUID, list[Unreached]]:
    found = session.execute(
        sa.select(Reminder.patient_id, Reminder.id, Reminder.rule, Reminder.due_at)
        .join(team, same_patient(Reminder, team))
        .where(Reminder.state == "call_list")
        .order_by(Reminder.due_at)
    )
    waiting: dict[uuid.UUID, list[Unreached]] = defaultdict(list)
    for row in found:
        waiting[row.patient_id].append(Unreached(row.id, row.rule, row.due_at))
    return waiting
