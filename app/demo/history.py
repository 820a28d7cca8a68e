"""Lives one story up to now: visits, then each check-in as it arrived, with what the clinic did about it."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.demo.days import visit_days, working_day
from app.demo.envelope import write_envelope
from app.demo.plan import AlertPlan, CheckInPlan, Story, VisitPlan
from app.domain.agreement import VERSION
from app.domain.check_in import Arrival
from app.models import Patient, Visit
from app.schemas.envelope import read_envelope
from app.services.actors import Actor
from app.services.agreements import Decision, keep_decision
from app.services.alert_reading import read_threads
from app.services.alert_review import Seen, add_attempt, close_alert
from app.services.intake import Handed, Intake
from app.services.journal import sign_off
from app.services.sealing import Keyring
from app.services.standing_plans import sign_plan
from app.services.visits import NewVisit, add_visit, cancel_visit, set_cadence

MORNING = time(8, 35)
BOOKED_AHEAD = timedelta(days=14)
# A check-in names the visit it precedes when that is this near.
PRECEDES = timedelta(hours=36)
JUST_NOW = timedelta(minutes=25)
ON_THE_WAY = timedelta(seconds=40)


@dataclass(frozen=True)
class Clock:
    """The moment the demo is made, and what a story's days mean at it."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)

    def at(self, offset: int, when: time = time(9, 0)) -> datetime:
        """A moment of a story that has happened: what is planned for later today happened just now."""
        return min(self.on(self.day(offset), when), self.now - JUST_NOW)

    def on(self, day: date, when: time) -> datetime:
        return datetime.combine(day, when, ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True)
class Enrolled:
    """A patient with the clinicians of the team by their keys, the lead first."""

    patient: Patient
    person_id: uuid.UUID
    team: dict[str, Actor]

    @property
    def lead(self) -> Actor:
        return next(iter(self.team.values()))


def live_through(
    session: Session, intake: Intake, keyring: Keyring, story: Story, who: Enrolled, clock: Clock
) -> None:
    _agree(session, story, who, clock.at(story.joined, time(12, 30)))
    visits = [_add_visit(session, who, clock, day, plan) for day, plan in visit_days(story, clock.today)]
    for cadence in story.cadences:
        moment = clock.at(cadence.set_on, time(12, 0))
        set_cadence(session, who.lead, who.patient, cadence.modality, cadence.interval_days, moment)
    session.flush()
    planned = sorted(story.check_ins, key=lambda plan: (plan.day, plan.at))
    for sequence, plan in enumerate(planned, start=1):
        answered_at = clock.at(plan.day, plan.at)
        before = [] if plan.kind != "full" else _preceded(visits, answered_at)
        envelope = write_envelope(story, plan, sequence, answered_at, before, clock.zone)
        arrival = _seal(keyring, who, envelope)
        arrived_at = min(answered_at + ON_THE_WAY + timedelta(hours=plan.offline_hours), clock.now)
        intake.take(Handed(who.person_id, [arrival], arrived_at))
        _answer_alert(session, story, plan, who, arrived_at, clock)
        _read(session, plan, who, arrival.id, arrived_at, clock)


def _agree(session: Session, story: Story, who: Enrolled, now: datetime) -> None:
    """What the three screens before the first check-in asked."""
    if not story.agreed:
        return
    decision = Decision(
        client_id=uuid.uuid4(),
        version=VERSION,
        language=story.language,
        accepted=True,
        adult=True,
        sends_unfinished=story.sends_unfinished,
        decided_at=now,
    )
    keep_decision(session, who.patient, who.person_id, decision, now)


def _add_visit(session: Session, who: Enrolled, clock: Clock, day: date, plan: VisitPlan) -> Visit:
    starts_at = clock.on(day, plan.at)
    new = NewVisit(plan.modality, starts_at, clock.zone, plan.minutes, plan.place)
    is_past = starts_at <= clock.now and not plan.cancelled
    # A visit that took place is written down after it; one that lies ahead was booked two weeks before.
    ended_at = min(starts_at + timedelta(minutes=plan.minutes), clock.now)
    written_at = ended_at if is_past else min(starts_at - BOOKED_AHEAD, clock.now)
    visit = add_visit(session, who.lead, who.patient, new, written_at)
    session.flush()
    if plan.cancelled:
        evening_before = starts_at - timedelta(hours=13)
        cancel_visit(session, who.lead, who.patient, visit.id, evening_before)
    return visit


def _preceded(visits: list[Visit], answered_at: datetime) -> list[uuid.UUID]:
    ahead = [visit for visit in visits if timedelta() < visit.starts_at - answered_at < PRECEDES]
    return [visit.id for visit in ahead if visit.state != "cancelled"][:1]


def _seal(keyring: Keyring, who: Enrolled, envelope: dict[str, object]) -> Arrival:
    """Sealed as the phone does and opened as the intake does: the demo takes no short cut past either."""
    client_id = uuid.UUID(str(envelope["id"]))
    plain = json.dumps(envelope, ensure_ascii=False).encode()
    key_id, sealed = keyring.seal(plain, who.person_id, client_id)
    return Arrival(
        client_id=client_id,
        clinic_id=who.patient.clinic_id,
        patient_id=who.patient.id,
        source="phone",
        key_id=key_id,
        sealed=sealed,
        sha256=hashlib.sha256(sealed).digest(),
        facts=read_envelope(keyring.open(sealed, key_id, who.person_id, client_id), client_id),
    )


def _answer_alert(
    session: Session, story: Story, plan: CheckInPlan, who: Enrolled, arrived_at: datetime, clock: Clock
) -> None:
    if not plan.item9:
        return
    for alert in story.alerts:
        if alert.day == plan.day:
            _work_on(session, alert, who, arrived_at, clock)


def _work_on(session: Session, plan: AlertPlan, who: Enrolled, arrived_at: datetime, clock: Clock) -> None:
    alert = read_threads(session, who.patient)[0].alert
    actor = who.team[plan.by]
    for attempt in plan.attempts:
        made_at = min(arrived_at + timedelta(hours=attempt.hours_after), clock.now)
        seen = Seen(alert.id, alert.version)
        add_attempt(session, actor, who.patient, seen, attempt.state, attempt.words, made_at)
        session.flush()
    if plan.closed_hours_after is not None:
        closed_at = min(arrived_at + timedelta(hours=plan.closed_hours_after), clock.now)
        seen = Seen(alert.id, alert.version)
        close_alert(session, actor, who.patient, seen, plan.closed_with, closed_at)
        session.flush()
        if plan.standing:
            until = closed_at + timedelta(days=plan.standing.days)
            sign_plan(session, actor, who.patient, until, plan.standing.clock, plan.standing.words, closed_at)


def _read(
    session: Session,
    plan: CheckInPlan,
    who: Enrolled,
    check_in_id: uuid.UUID,
    arrived_at: datetime,
    clock: Clock,
) -> None:
    there = arrived_at.astimezone(ZoneInfo(clock.zone)).date()
    read_at = clock.on(working_day(there + timedelta(days=1)), MORNING)
    if plan.unread or read_at >= clock.now:
        return
    reader = who.team[plan.read_by] if plan.read_by else who.lead
    sign_off(session, reader, who.patient, check_in_id, read_at)
