"""Everything one patient's page shows, read in a fixed number of queries."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.languages import local
from app.models import Agreement, Cadence, CheckIn, Membership, Patient, Person, SignOff, Visit
from app.services.access import find_opened_patient
from app.services.actors import Actor
from app.services.agreements import newest_agreement
from app.services.alert_reading import Thread, read_threads
from app.services.at_rest import open_texts, owner_of
from app.services.baselines import Signable, read_signables
from app.services.break_glass import Opening, is_on_desk, read_openings
from app.services.care import Shared, list_shared
from app.services.care_ends import Ended, read_care_ends
from app.services.caseload_signals import is_replaced
from app.services.cover import Colleague, read_colleagues
from app.services.gaps import Gap, read_gap
from app.services.journal import Entry, read_check_ins
from app.services.past_totals import Entered, read_past_totals
from app.services.patient_accounts import has_account
from app.services.standing_plans import Signed, read_plan
from app.services.team import Member, read_members
from app.services.visits import read_cadences, read_visits

SHOWN = timedelta(days=84)
USUAL_FROM, USUAL_LEAST = 12, 5


@dataclass(frozen=True)
class PatientRecord:
    """One patient, what was sent since then, newest first, and every visit, earliest first."""

    patient: Patient
    name: str
    language: str
    has_account: bool
    lead: str
    since: datetime
    entries: list[Entry]
    visits: list[Visit]
    cadences: list[Cadence]
    threads: list[Thread]
    shared: list[Shared]
    gap: Gap | None
    agreement: Agreement | None
    standing: Signed | None
    colleagues: Sequence[Colleague]
    members: list[Member]
    baselines: dict[str, Signable]
    past_totals: Sequence[Entered]
    care_ends: Sequence[Ended]
    openings: Sequence[Opening]
    is_on_desk: bool

    @property
    def care_end(self) -> Ended | None:
        """The end of care that lasts, if there is one."""
        return next((one for one in self.care_ends if one.lasts), None)

    @property
    def open_thread(self) -> Thread | None:
        """The alert somebody must look at, if there is one."""
        return next((thread for thread in self.threads if thread.alert.closed_at is None), None)


def read_patient_record(
    session: Session, actor: Actor, patient_id: uuid.UUID, zone: str, now: datetime
) -> PatientRecord:
    """A patient of the own desk, or opened. Reaches back to the oldest unread check-in, 12 weeks at least."""
    patient = find_opened_patient(session, actor, patient_id, now)
    open_texts(session, owner_of(patient), [patient])
    person = _person_of(session, patient.clinic_id, patient.membership_id)
    since = min(now - SHOWN, _oldest_unread(session, patient) or now)
    visits = read_visits(session, patient)
    return PatientRecord(
        patient=patient,
        name=person.name,
        language=person.language,
        has_account=has_account(person),
        lead=_person_of(session, patient.clinic_id, patient.lead_id).name,
        since=since,
        entries=read_check_ins(session, patient.clinic_id, patient.id, since),
        visits=visits,
        cadences=read_cadences(session, patient),
        threads=read_threads(session, patient),
        shared=list_shared(session, patient, local(now, zone).date()),
        gap=read_gap(session, patient, "clinic"),
        agreement=newest_agreement(session, patient),
        standing=read_plan(session, patient, now),
        colleagues=read_colleagues(session, actor.as_carer(patient.clinic_id), now),
        members=read_members(session, patient),
        baselines=read_signables(session, patient, visits, zone),
        past_totals=read_past_totals(session, patient),
        care_ends=read_care_ends(session, patient),
        openings=read_openings(session, patient),
        is_on_desk=is_on_desk(session, actor, patient.id),
    )


def patient_name(session: Session, patient: Patient) -> str:
    """The name, for a page that needs no more."""
    return _person_of(session, patient.clinic_id, patient.membership_id).name


def _person_of(session: Session, clinic_id: uuid.UUID, membership_id: uuid.UUID) -> Person:
    return session.scalars(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.clinic_id == clinic_id, Membership.id == membership_id)
    ).one()


def _oldest_unread(session: Session, patient: Patient) -> datetime | None:
    read = sa.exists().where(SignOff.clinic_id == CheckIn.clinic_id, SignOff.check_in_id == CheckIn.id)
    return session.scalar(
        sa.select(sa.func.min(CheckIn.answered_at)).where(
            CheckIn.clinic_id == patient.clinic_id, CheckIn.patient_id == patient.id, ~read, ~is_replaced()
        )
    )


def usual_range(entries: Sequence[Entry], instrument: str = "phq9") -> tuple[int, int] | None:
    """The 10th to 90th percentile (nearest rank) of the last 12 complete scores before the last sign-off.

    At least 5 of them, else none: so it neither moves with a slow decline nor grows out of two points.
    """
    signed = [entry.sign_off.signed_at for entry in entries if entry.sign_off]
    if not signed:
        return None
    totals = [
        score.total
        for entry in entries
        if (score := entry.scores.get(instrument)) is not None
        and score.status == "complete"
        and score.total is not None
        and entry.check_in.answered_at <= max(signed)
    ][:USUAL_FROM]
    if len(totals) < USUAL_LEAST:
        return None
    ranked = sorted(totals)
    return ranked[_nearest_rank(len(ranked), 10)], ranked[_nearest_rank(len(ranked), 90)]


def _nearest_rank(count: int, percent: int) -> int:
    return -(-count * percent // 100) - 1
