"""The demo clinic, built through the services, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database
from app.demo import build
from app.demo.build import build_demo, demo_sign_ins, has_people
from app.demo.stories import CLINIC, SIGN_IN_WORDS, STORIES
from app.models import (
    Alert,
    CheckIn,
    Clinic,
    Envelope,
    InstrumentScore,
    Note,
    Person,
    SignOff,
    StandingPlan,
    Visit,
)
from app.services.accounts import check_passphrase
from app.services.actors import load_actor
from app.services.sealing import Keyring, load_keyring
from app.services.wrapping import load_keys
from tests.opened import read_opened

SATURDAY = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
# After midnight in New York, so that "today 9:10 AM" has not come yet; and the weekend the clocks change.
MOMENTS = [
    SATURDAY,
    datetime(2026, 11, 17, 5, 10, tzinfo=UTC),
    datetime(2027, 3, 14, 12, 0, tzinfo=UTC),
    datetime(2027, 1, 1, 20, 0, tzinfo=UTC),
]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


def built(database: Database, instance: Path, now: datetime = SATURDAY) -> Keyring:
    load_keys(database, instance, now)
    with database.writing() as session:
        keyring = load_keyring(session, instance, now)
        build_demo(session, keyring, now)
    return keyring


# What day it is does not depend on the database.
@pytest.mark.parametrize(
    ("database_url", "now"),
    [*(("sqlite", moment) for moment in MOMENTS), ("postgresql", SATURDAY)],
    ids=str,
    indirect=["database_url"],
)
def test_it_is_as_the_stories_say(database: Database, tmp_path: Path, now: datetime) -> None:
    built(database, tmp_path, now)
    with database.reading() as session:
        all_is_there_and_in_the_past(session, now)
        totals_are_the_planned_ones(session)
        alerts_are_in_every_state_there_is_to_show(session, now)
        words_are_as_they_were_written(session)


def all_is_there_and_in_the_past(session: Session, now: datetime) -> None:
    planned = sum(len(story.check_ins) for story in STORIES)
    check_ins = session.scalars(sa.select(CheckIn)).all()
    assert len(check_ins) == planned
    assert not session.scalars(sa.select(Envelope.repair).where(Envelope.repair != "")).all()
    assert all(one.started_at < one.answered_at < one.arrived_at <= now for one in check_ins)
    # One check-in waited on a phone that had no network.
    assert max(one.arrived_at - one.answered_at for one in check_ins) > timedelta(hours=9)
    assert all(mark.signed_at < now for mark in session.scalars(sa.select(SignOff)))
    assert all(
        visit.state != "booked" for visit in session.scalars(sa.select(Visit).where(Visit.starts_at <= now))
    )
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == len(demo_sign_ins())


def totals_are_the_planned_ones(session: Session) -> None:
    planned = sorted(
        total
        for story in STORIES
        for plan in story.check_ins
        for total, skipped in ((plan.phq9, plan.skipped_phq9), (plan.gad7, plan.skipped_gad7))
        if total is not None and not skipped
    )
    complete = sa.select(InstrumentScore.total).where(InstrumentScore.status == "complete")
    assert sorted(total for total in session.scalars(complete) if total is not None) == planned
    others = set(session.scalars(sa.select(InstrumentScore.status)))
    assert others == {"complete", "prorated", "incomplete"}


def alerts_are_in_every_state_there_is_to_show(session: Session, now: datetime) -> None:
    """One closed with a plan, one new, words past their time, and one that a standing plan covers."""
    alerts = read_opened(session, Alert)
    assert sorted((alert.kind, alert.state, alert.reason, alert.clock) for alert in alerts) == [
        ("item9", "closed", "first", "full"),
        ("item9", "closed", "first", "full"),
        ("item9", "opened", "new_after_negative", "full"),
        ("item9", "opened", "planned", "none"),
        ("words", "opened", "words", "full"),
    ]
    assert all(alert.outcome for alert in alerts if alert.state == "closed")
    assert all(alert.is_late(now) for alert in alerts if alert.kind == "words")
    (plan,) = session.scalars(sa.select(StandingPlan)).all()
    assert plan.signed_at < now < plan.until_at
    positives = session.scalars(sa.select(InstrumentScore).where(InstrumentScore.item9 == "positive")).all()
    assert len(positives) == 4


def words_are_as_they_were_written(session: Session) -> None:
    bodies = {note.body for note in read_opened(session, Note)}
    written = [
        words for story in STORIES for plan in story.check_ins for words in (plan.executive, plan.hedonic)
    ]
    assert {words.text for words in written if words} == bodies
    assert any("the explosion and it did not come" in body for body in bodies)
    assert any("why people go out to dinner" in body for body in bodies)


def test_everybody_can_sign_in_with_a_role(database: Database, tmp_path: Path) -> None:
    built(database, tmp_path)
    with database.reading() as session:
        assert session.scalars(sa.select(Clinic.name)).one() == CLINIC.name
        for sign_in in demo_sign_ins():
            person = check_passphrase(session, sign_in.email, SIGN_IN_WORDS)
            assert person is not None
            actor = load_actor(session, person.id)
            assert actor is not None
            assert [held.role for held in actor.roles] == [sign_in.role]


def test_an_interrupted_build_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived = []

    def interrupted(*arguments: object) -> None:
        live_through(*arguments)  # type: ignore[arg-type]
        lived.append(arguments)
        if len(lived) == 3:
            raise KeyboardInterrupt

    live_through = build.live_through
    monkeypatch.setattr(build, "live_through", interrupted)
    with pytest.raises(KeyboardInterrupt):
        built(database, tmp_path)
    with database.reading() as session:
        assert not has_people(session)
        assert not session.scalars(sa.select(CheckIn.id)).all()
