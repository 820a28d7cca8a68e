"""Positive answers to item 9: one open thread per patient, and what a rise does to it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.db import Database
from app.errors import BetweenError
from app.models import (
    Alert,
    AlertAnswer,
    AuditRow,
    CheckIn,
    Clinic,
    Envelope,
    ItemAnswer,
    Membership,
    Patient,
    Person,
)
from app.services.access import Actor, load_actor
from app.services.alert_review import NotClosableError, add_attempt, close_alert, read_threads
from app.services.alerts import join_alert

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
Answer = Callable[..., uuid.UUID]


@dataclass(frozen=True)
class House:
    """One clinic with one clinician and one patient."""

    database: Database
    clinic: Clinic
    patient: Patient
    clinician: Actor


@pytest.fixture
def house(database: Database) -> House:
    clinic = Clinic(
        id=uuid.uuid4(),
        name="Harbor Clinic",
        phone="(555) 010-0142",
        zone="America/New_York",
        hours={},
        answer_words={},
        created_at=NOW,
    )
    doctor = Person(id=uuid.uuid4(), name="Dr. Lindqvist", zone="America/New_York", created_at=NOW)
    june = Person(id=uuid.uuid4(), name="June Kowalski", zone="America/New_York", created_at=NOW)
    lead = Membership(
        clinic_id=clinic.id, id=uuid.uuid4(), person_id=doctor.id, role="clinician", created_at=NOW
    )
    own = Membership(clinic_id=clinic.id, id=uuid.uuid4(), person_id=june.id, role="patient", created_at=NOW)
    patient = Patient(
        clinic_id=clinic.id, id=uuid.uuid4(), membership_id=own.id, lead_id=lead.id, created_at=NOW
    )
    with database.writing() as session:
        for rows in ([clinic, doctor, june], [lead, own], [patient]):
            session.add_all(rows)
            session.flush()
        actor = load_actor(session, doctor.id)
    assert actor is not None
    return House(database, clinic, patient, actor)


@pytest.fixture
def answer(house: House) -> Answer:
    """Stores a check-in with this answer to item 9, as intake does, and lets a positive one join."""

    def give(value: int | None, at: datetime, arrived: datetime | None = None) -> uuid.UUID:
        check_in_id = uuid.uuid4()
        key = {"clinic_id": house.clinic.id, "patient_id": house.patient.id, "arrived_at": arrived or at}
        with house.database.writing() as session:
            client_id = uuid.uuid4()
            session.add(
                Envelope(
                    **key,
                    id=check_in_id,
                    client_id=client_id,
                    variant="",
                    sha256=b"1",
                    source="phone",
                    key_id="k1",
                    sealed=b"1",
                )
            )
            session.flush()
            session.add(
                CheckIn(
                    **key,
                    id=check_in_id,
                    client_id=client_id,
                    is_conflict=False,
                    kind="full",
                    language="en",
                    started_at=at,
                    answered_at=at,
                    wall="2026-11-21T09:15:00",
                    zone="America/New_York",
                    offset_minutes=-300,
                    app_version="0.1.0",
                    install_id=uuid.uuid4(),
                    sequence=1,
                    pending=0,
                    difficulty_asked=False,
                    should_know_topics=[],
                    should_know_text="",
                )
            )
            session.flush()
            if value is not None:
                session.add(
                    ItemAnswer(
                        clinic_id=house.clinic.id,
                        check_in_id=check_in_id,
                        instrument="phq9",
                        item=9,
                        value=value,
                        language="en",
                    )
                )
                session.flush()
            if value:
                join_alert(
                    session.connection(),
                    clinic_id=house.clinic.id,
                    patient_id=house.patient.id,
                    check_in_id=check_in_id,
                    value=value,
                    answered_at=at,
                    arrived_at=arrived or at,
                )
        return check_in_id

    return give


def alerts(house: House) -> list[Alert]:
    with house.database.reading() as session:
        return list(session.scalars(sa.select(Alert).order_by(Alert.opened_at)))


def review(house: House, state: str = "reached", words: str = "Spoke for ten minutes.") -> None:
    with house.database.writing() as session:
        thread = read_threads(session, house.patient)[0]
        add_attempt(session, house.clinician, house.patient, thread.alert.id, state, words, NOW)


def close(house: House, at: datetime, seen: int | None = None) -> None:
    with house.database.writing() as session:
        thread = read_threads(session, house.patient)[0]
        shown = len(thread.answers) if seen is None else seen
        close_alert(session, house.clinician, house.patient, thread.alert.id, "Weekly calls.", shown, at)


def test_the_first_positive_opens_a_thread_that_the_lead_owns(house: House, answer: Answer) -> None:
    answer(0, NOW - timedelta(days=7))
    answer(1, NOW, NOW + timedelta(minutes=2))
    (alert,) = alerts(house)
    assert (alert.state, alert.reason, alert.owner_id) == ("opened", "first", house.patient.lead_id)
    assert alert.opened_at == NOW + timedelta(minutes=2)
    with house.database.reading() as session:
        assert session.scalars(sa.select(AuditRow.action).order_by(AuditRow.id)).all() == [
            "alert.opened",
            "alert.joined",
        ]


def test_later_positives_join_the_same_thread(house: House, answer: Answer) -> None:
    for days in (3, 2, 1):
        answer(1, NOW - timedelta(days=days))
    (alert,) = alerts(house)
    with house.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AlertAnswer)) == 3
    assert alert.reason == "first"


def test_a_higher_answer_reopens_a_thread_that_was_reached(house: House, answer: Answer) -> None:
    answer(1, NOW - timedelta(days=2))
    review(house)
    answer(1, NOW - timedelta(days=1))
    assert alerts(house)[0].state == "reached"
    answer(2, NOW)
    (alert,) = alerts(house)
    assert (alert.state, alert.reason) == ("opened", "higher")


def test_after_a_closed_review_the_reason_says_what_is_new(house: House, answer: Answer) -> None:
    answer(1, NOW - timedelta(days=5))
    review(house)
    close(house, NOW - timedelta(days=4))
    answer(1, NOW - timedelta(days=3))
    review(house)
    close(house, NOW - timedelta(days=2))
    answer(2, NOW - timedelta(days=1))
    review(house)
    close(house, NOW - timedelta(hours=12))
    answer(0, NOW - timedelta(hours=6))
    answer(1, NOW)
    reasons = [alert.reason for alert in alerts(house)]
    assert reasons == ["first", "unchanged", "higher", "new_after_negative"]


def test_a_thread_is_not_closed_before_somebody_was_reached(house: House, answer: Answer) -> None:
    answer(1, NOW)
    review(house, "trying", "No answer, left no message.")
    with pytest.raises(NotClosableError, match="not_reached"):
        close(house, NOW)
    assert alerts(house)[0].state == "trying"


def test_a_thread_is_not_closed_over_an_answer_nobody_saw(house: House, answer: Answer) -> None:
    answer(1, NOW - timedelta(hours=1))
    review(house)
    answer(1, NOW)
    with pytest.raises(NotClosableError, match="new_answer"):
        close(house, NOW, seen=1)
    close(house, NOW, seen=2)
    assert alerts(house)[0].outcome == "Weekly calls."


def test_a_later_try_does_not_undo_that_somebody_was_reached(house: House, answer: Answer) -> None:
    answer(1, NOW)
    review(house)
    review(house, "trying", "Called again, no answer.")
    assert alerts(house)[0].state == "reached"


def test_closing_twice_says_somebody_was_first(house: House, answer: Answer) -> None:
    answer(1, NOW)
    review(house)
    close(house, NOW)
    with pytest.raises(BetweenError, match="already_done"):
        close(house, NOW)
