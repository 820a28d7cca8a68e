"""What is shown of each patient on the caseload: one query for each column, over the rows of the page."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.modality import treatment_of
from app.models import Cadence, CheckIn, InstrumentScore, Membership, Patient, Person, Visit
from app.services.caseload_facts import Row, Score, Treatment
from app.services.caseload_signals import is_replaced, same_patient

PAGE = 60
SCORES_SHOWN = 8
RUN_SHOWN = 4


def read_names(session: Session, team: sa.Subquery, keys: list[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    if not keys:
        return []
    found = session.execute(_select_people(team, Patient.id, Person.name).where(Patient.id.in_(keys)))
    return [(row.id, row.name) for row in found]


def find_quiet(session: Session, team: sa.Subquery, busy: list[uuid.UUID], page: int) -> list[uuid.UUID]:
    found = session.scalars(
        _select_people(team, Patient.id)
        .where(Patient.id.not_in(busy))
        .order_by(sa.func.lower(Person.name), Patient.id)
        .limit(PAGE)
        .offset(PAGE * (page - 1))
    )
    return list(found)


def _select_people(team: sa.Subquery, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .join(team, sa.and_(Patient.clinic_id == team.c.clinic_id, Patient.id == team.c.id))
        .join(
            Membership,
            sa.and_(Membership.clinic_id == Patient.clinic_id, Membership.id == Patient.membership_id),
        )
        .join(Person, Person.id == Membership.person_id)
    )


def add_scores(session: Session, team: sa.Subquery, rows: dict[uuid.UUID, Row]) -> None:
    if not rows:
        return
    newest = (
        sa.func.row_number()
        .over(partition_by=CheckIn.patient_id, order_by=CheckIn.answered_at.desc())
        .label("newest")
    )
    ranked = (
        sa.select(
            CheckIn.patient_id, CheckIn.answered_at, InstrumentScore.total, InstrumentScore.status, newest
        )
        .join(
            InstrumentScore,
            sa.and_(
                InstrumentScore.clinic_id == CheckIn.clinic_id,
                InstrumentScore.check_in_id == CheckIn.id,
                InstrumentScore.instrument == "phq9",
            ),
        )
        .join(team, same_patient(CheckIn, team))
        .where(CheckIn.patient_id.in_(list(rows)), InstrumentScore.total.is_not(None), sa.not_(is_replaced()))
        .subquery()
    )
    found = session.execute(
        sa.select(ranked).where(ranked.c.newest <= SCORES_SHOWN).order_by(ranked.c.answered_at)
    )
    for row in found:
        rows[row.patient_id].scores.append(Score(row.answered_at, row.total, row.status == "prorated"))


def add_heard(session: Session, team: sa.Subquery, rows: dict[uuid.UUID, Row]) -> None:
    """When each was last heard from: anything sent counts, also the wish to talk instead of answering."""
    if not rows:
        return
    found = session.execute(
        sa.select(CheckIn.patient_id, sa.func.max(CheckIn.answered_at).label("heard_at"))
        .join(team, same_patient(CheckIn, team))
        .where(CheckIn.patient_id.in_(list(rows)))
        .group_by(CheckIn.patient_id)
    )
    for row in found:
        rows[row.patient_id].heard_at = row.heard_at


def add_runs(session: Session, team: sa.Subquery, rows: dict[uuid.UUID, Row], keys: list[uuid.UUID]) -> None:
    if not keys:
        return
    newest = sa.func.row_number().over(partition_by=CheckIn.patient_id, order_by=CheckIn.answered_at.desc())
    ranked = (
        sa.select(CheckIn.patient_id, CheckIn.answered_at, InstrumentScore.item_9, newest.label("newest"))
        .join(
            InstrumentScore,
            sa.and_(
                InstrumentScore.clinic_id == CheckIn.clinic_id,
                InstrumentScore.check_in_id == CheckIn.id,
                InstrumentScore.item9.is_not(None),
            ),
        )
        .join(team, same_patient(CheckIn, team))
        .where(CheckIn.patient_id.in_(keys), sa.not_(is_replaced()))
        .subquery()
    )
    found = session.execute(
        sa.select(ranked).where(ranked.c.newest <= RUN_SHOWN).order_by(ranked.c.answered_at)
    )
    for row in found:
        if row.patient_id in rows:
            rows[row.patient_id].item9_run.append(row.item_9)


def add_treatments(session: Session, team: sa.Subquery, rows: dict[uuid.UUID, Row], now: datetime) -> None:
    if not rows:
        return
    past = Visit.starts_at <= now
    found = session.execute(
        sa.select(
            Visit.patient_id,
            Visit.modality,
            sa.func.sum(sa.case((past, 1), else_=0)).label("had"),
            sa.func.max(sa.case((past, Visit.starts_at))).label("last"),
            sa.func.min(sa.case((~past, Visit.starts_at))).label("next"),
        )
        .join(team, same_patient(Visit, team))
        .where(Visit.patient_id.in_(list(rows)), Visit.state != "cancelled")
        .group_by(Visit.patient_id, Visit.modality)
    )
    for row in found:
        treatment = rows[row.patient_id].treatments.setdefault(treatment_of(row.modality), Treatment())
        treatment.had += row.had
        treatment.last_at = max((at for at in (treatment.last_at, row.last) if at), default=None)
        treatment.next_at = min((at for at in (treatment.next_at, row.next) if at), default=None)
    cadences = session.execute(
        sa.select(Cadence.patient_id, Cadence.modality, Cadence.interval_days)
        .join(team, same_patient(Cadence, team))
        .where(Cadence.patient_id.in_(list(rows)), Cadence.ended_at.is_(None))
    )
    for row in cadences:
        treatment = rows[row.patient_id].treatments.setdefault(treatment_of(row.modality), Treatment())
        treatment.interval_days = row.interval_days
