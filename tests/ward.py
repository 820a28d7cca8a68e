"""A clinic whose alerts are lived through at a clock that tests move: real intake, services and jobs."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.channels.email import Letter
from app.channels.push import Message, Target
from app.config import Settings
from app.db import Database
from app.domain.check_in import Arrival, CheckInFacts, NoteFacts, score_instrument
from app.jobs.escalator import Escalator
from app.models import Alert, AlertNotice, AlertStep, Patient
from app.services.actors import Actor, load_actor
from app.services.alert_desk import Strip, read_strip
from app.services.alert_reading import Thread, read_threads
from app.services.alert_review import Seen, add_attempt, close_alert
from app.services.cover import Leave, add_absence
from app.services.intake import Handed, Intake
from app.services.standing_plans import sign_plan
from tests.factories import Factory, Member

NOON = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Off:
    """A channel that is not set up."""

    is_on = False

    def send(self, *_sent: Target | Message | Letter) -> int:
        raise AssertionError("a channel that is off was asked to send")


@dataclass
class Ward:
    """One clinic, its clinicians and June. `now` moves only when the test moves it."""

    database: Database
    settings: Settings
    now: datetime = NOON
    staff: dict[str, Member] = field(default_factory=dict)
    june: Member = field(init=False)

    def __post_init__(self) -> None:
        self.make = Factory(self.database, self.now - 30 * DAY)
        self.clinic_id = self.make.clinic()
        self.hire("lindqvist")
        self.june = self.make.patient(self.staff["lindqvist"])
        self.intake = Intake(self.database)
        self.push: Off = Off()
        self.mail: Off = Off()

    def hire(self, name: str) -> Member:
        self.make.now += MINUTE
        self.staff[name] = self.make.clinician(self.clinic_id, f"Dr. {name.title()}")
        return self.staff[name]

    def after(self, **passed: float) -> None:
        self.now += timedelta(**passed)

    def answer(
        self,
        value: int | None,
        *,
        note: str = "",
        supersedes: uuid.UUID | None = None,
        answered_at: datetime | None = None,
        kind: str = "full",
    ) -> uuid.UUID:
        """One check-in through the real intake; returns the phone's name for it."""
        client_id = uuid.uuid4()
        facts = check_in(value, note, supersedes, answered_at or self.now, kind)
        arrival = Arrival(
            client_id=client_id,
            clinic_id=self.clinic_id,
            patient_id=self.june.patient,
            source="phone",
            key_id="k1",
            sealed=client_id.bytes,
            sha256=hashlib.sha256(client_id.bytes).digest(),
            facts=facts,
        )
        (receipt,) = self.intake.take(Handed(self.june.person_id, [arrival], self.now))
        assert receipt.status == "stored"
        assert not receipt.needs_repair
        return client_id

    def actor(self, name: str = "lindqvist") -> Actor:
        with self.database.reading() as session:
            actor = load_actor(session, self.staff[name].person_id)
        assert actor is not None
        return actor

    def threads(self) -> list[Thread]:
        """The open one first."""
        with self.database.reading() as session:
            return read_threads(session, session.get_one(Patient, (self.clinic_id, self.june.patient)), 50)

    def alert(self) -> Alert:
        return self.threads()[0].alert

    def seen(self) -> Seen:
        return Seen(self.alert().id, self.alert().version)

    def attempt(
        self, state: str = "reached", words: str = "Spoke for ten minutes.", by: str = "lindqvist"
    ) -> None:
        seen, actor = self.seen(), self.actor(by)
        with self.database.writing() as session:
            add_attempt(session, actor, self.make.row(session, self.june), seen, state, words, self.now)

    def close(self, words: str = "Calls every evening.", by: str = "lindqvist") -> None:
        seen, actor = self.seen(), self.actor(by)
        with self.database.writing() as session:
            close_alert(session, actor, self.make.row(session, self.june), seen, words, self.now)

    def sign(self, clock: str = "none", days: float = 30, words: str = "Same answer for years.") -> None:
        actor, until_at = self.actor(), self.now + days * DAY
        with self.database.writing() as session:
            sign_plan(session, actor, self.make.row(session, self.june), until_at, clock, words, self.now)

    def away(
        self, name: str, days: float, cover: str | None = None, starts_in: timedelta = MINUTE * 0
    ) -> None:
        cover_id = self.staff[cover].membership_id if cover else None
        actor, from_at = self.actor(name), self.now + starts_in
        with self.database.writing() as session:
            leave = Leave(from_at, from_at + days * DAY, cover_id)
            add_absence(session, actor, actor.as_carer(), leave, self.now)

    def work(self) -> int:
        """What a tick of the clock does."""
        return Escalator(self.database, self.settings, self.push, self.mail, lambda: self.now).run_once()

    def strip(self, name: str = "lindqvist") -> Strip:
        actor = self.actor(name)
        with self.database.reading() as session:
            return read_strip(session, actor, self.clinic_id, self.now)

    def steps(self) -> list[tuple[str, str]]:
        """The steps of the clock that runs, as (who, state)."""
        with self.database.reading() as session:
            alert = self.alert()
            rows = session.scalars(
                sa.select(AlertStep)
                .where(AlertStep.alert_id == alert.id, AlertStep.round == alert.round)
                .order_by(AlertStep.step)
            )
            return [(row.who, row.state) for row in rows]

    def told(self, channel: str = "desk") -> list[str]:
        """Who was told so far, oldest first."""
        names = {member.membership_id: name for name, member in self.staff.items()}
        with self.database.reading() as session:
            rows = session.scalars(
                sa.select(AlertNotice)
                .where(AlertNotice.channel == channel)
                .order_by(AlertNotice.attempted_at, AlertNotice.round, AlertNotice.step)
            )
            return [names[row.membership_id] for row in rows]

    def owner(self) -> str:
        owner_id = self.alert().owner_id
        return next(name for name, member in self.staff.items() if member.membership_id == owner_id)


def check_in(
    value: int | None, note: str, supersedes: uuid.UUID | None, answered_at: datetime, kind: str
) -> CheckInFacts:
    """PHQ-9 with zeros and this answer to item 9, or a note alone."""
    answers: Sequence[int | None] = [0] * 8 + [value]
    languages = ["en"] * 9
    return CheckInFacts(
        kind=kind,
        language="en",
        supersedes=supersedes,
        visits=(),
        instruments={"phq9": score_instrument("phq9", "1", list(answers), languages)}
        if kind != "note"
        else {},
        difficulty=None,
        difficulty_asked=False,
        notes={"executive": NoteFacts("harder", note, ())} if note else {},
        today=None,
        should_know=None,
        should_know_topics=(),
        should_know_text="",
        answered_by=None,
        started_at=answered_at,
        answered_at=answered_at,
        wall=answered_at.replace(tzinfo=None).isoformat(),
        zone="America/New_York",
        offset=-300,
        app_version="0.1.0",
        install_id=uuid.UUID(int=7),
        sequence=1,
        pending=0,
    )
