"""A record is erased whole or not at all, comes back by nothing, and is kept by an alert, a hold, an undo."""

import multiprocessing
import os
import signal
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.domain.note import DIMENSIONS
from app.errors import BetweenError
from app.models import Base, CheckIn, Clinic, Erasure, Membership, Patient, Person, PushSubscription
from app.services.accounts import enrol_patient, join_clinic
from app.services.actors import load_actor
from app.services.erasing import _tables
from app.services.erasure import (
    WAITS,
    ask_after_retention,
    ask_erasure,
    erase_due,
    lift_hold,
    place_hold,
    read_standing,
    undo_erasure,
)
from app.services.wrapping import load_keys
from tests.factories import Factory, Member, seal_for, signed_in
from tests.opened import read_opened, write_plan

FORK = multiprocessing.get_context("fork")
SAID = "The kettle was too loud for me on Tuesday."


@dataclass(frozen=True)
class Ward:
    """Two patients of one clinic with everything a phone sends; June's record is to go."""

    app: Flask
    make: Factory
    lead: Member
    june: Member
    dev: Member

    @property
    def database(self) -> Database:
        return self.make.database

    def phone(self) -> FlaskClient:
        return signed_in(self.app, self.june)

    def ask(self, why: str = "patient") -> None:
        with self.database.writing() as session:
            actor = load_actor(session, self.june.person_id)
            assert actor is not None
            ask_erasure(session, self.make.row(session, self.june), actor, why, self.make.now)

    def after(self, wait: timedelta = WAITS) -> int:
        return erase_due(self.database, self.make.now + wait)

    def left_of(self, member: Member) -> set[str]:
        """Tables that still have a row that hangs on this patient."""
        with self.database.reading() as session:
            return {
                table.name
                for table in _tables()
                if "patient_id" in table.c
                and session.scalar(
                    sa.select(sa.func.count()).select_from(table).where(table.c.patient_id == member.patient)
                )
            }


def send(phone: FlaskClient, app: Flask, member: Member, **said: Any) -> dict[str, Any]:
    items = [seal_for(app, member, **said)]
    reply = phone.post("/api/sync", json={"person": str(member.person_id), "items": items})
    receipt: dict[str, Any] = reply.json["receipts"][0]
    return receipt


@pytest.fixture
def ward(app: Flask, make: Factory) -> Ward:
    lead = make.clinician(make.clinic())
    ward = Ward(app, make, lead, make.patient(lead), make.patient(lead, "Dev Marsh"))
    make.caregiver(ward.june)
    note = {name: {"direction": "easier", "text": SAID, "attribution": []} for name in DIMENSIONS}
    for member in (ward.june, ward.dev):
        make.visit(lead, member)
        assert send(signed_in(app, member), app, member, note=note)["status"] == "stored"
    with make.database.writing() as session:
        write_plan(session, SAID)
    return ward


def test_nothing_of_the_record_is_left_and_the_others_stay(ward: Ward) -> None:
    before = ward.left_of(ward.dev)
    assert {"envelope", "check_in", "visit", "patient_key", "team_member"} <= before
    phone = ward.phone()
    ward.ask()
    assert ward.after(WAITS - timedelta(seconds=1)) == 0
    assert ward.after() == 1
    assert ward.left_of(ward.june) == set()
    assert ward.left_of(ward.dev) == before
    with ward.database.reading() as session:
        person = session.get_one(Person, ward.june.person_id)
        membership = session.get_one(Membership, (ward.june.clinic_id, ward.june.membership_id))
        assert (person.name, person.email, person.passphrase_hash) == ("", None, None)
        assert membership.state == "ended"
        assert [patient.safety_plan for patient in read_opened(session, Patient)] == [SAID]
        kept = session.execute(sa.text("SELECT count(*) FROM audit")).scalar_one()
    assert kept > 4
    assert phone.get("/api/overview").status_code == 401
    assert ward.after() == 0
    assert ward.june.name not in everything(ward.database)
    assert ward.june.email not in everything(ward.database)


def everything(database: Database) -> str:
    with database.reading() as session:
        return str([session.execute(sa.select(table)).all() for table in Base.metadata.sorted_tables])


def test_a_late_phone_is_told_to_forget_and_nothing_comes_back(ward: Ward) -> None:
    phone = ward.phone()
    ward.ask()
    ward.after()
    for _ in range(2):
        receipt = send(phone, ward.app, ward.june)
        assert (receipt["status"], receipt["needs_repair"]) == ("duplicate", False)
    assert ward.left_of(ward.june) == set()
    with ward.database.reading() as session:
        assert session.scalars(sa.select(Erasure)).one().late_items == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(CheckIn)) == 1
    # Somebody else's phone is told nothing of it.
    other = signed_in(ward.app, ward.dev).post(
        "/api/sync", json={"person": str(ward.dev.person_id), "items": [seal_for(ward.app, ward.june)]}
    )
    assert other.json["receipts"][0]["code"] == "wrong_owner"


def test_it_can_be_undone_until_it_is_done(ward: Ward) -> None:
    ward.ask()
    with ward.database.writing() as session:
        actor = load_actor(session, ward.june.person_id)
        assert actor is not None
        undo_erasure(session, ward.make.row(session, ward.june), actor, ward.make.now)
        with pytest.raises(BetweenError):
            undo_erasure(session, ward.make.row(session, ward.june), actor, ward.make.now)
    assert ward.after() == 0
    assert "check_in" in ward.left_of(ward.june)
    ward.ask()
    assert ward.after() == 1


def test_an_open_alert_keeps_it_until_it_is_closed(ward: Ward) -> None:
    answers = {"phq9": {"version": "1", "answers": [0] * 8 + [1], "languages": ["en"] * 9}}
    send(ward.phone(), ward.app, ward.june, instruments=answers)
    ward.ask()
    assert ward.after() == 0
    with ward.database.writing() as session:
        standing = read_standing(session, ward.make.row(session, ward.june))
        assert (standing.has_open_alert, standing.hold) == (True, None)
        session.execute(
            sa.text("UPDATE alert SET state = 'closed', closed_at = opened_at, closed_by = owner_id")
        )
    assert ward.after() == 1


def test_a_hold_keeps_it_until_it_is_lifted(ward: Ward) -> None:
    ward.ask()
    with ward.database.writing() as session:
        patient, by = ward.make.row(session, ward.june), administrator(ward, session)
        place_hold(session, patient, by, "A letter of the court.", ward.make.now)
        with pytest.raises(BetweenError):
            place_hold(session, patient, by, "Again.", ward.make.now)
    assert ward.after() == 0
    with ward.database.writing() as session:
        patient, by = ward.make.row(session, ward.june), administrator(ward, session)
        hold = read_standing(session, patient).hold
        assert hold is not None
        assert hold.reason == "A letter of the court."
        lift_hold(session, patient, by, ward.make.now)
    assert ward.after() == 1


def administrator(ward: Ward, session: sa.orm.Session) -> Membership:
    return session.get_one(Membership, (ward.lead.clinic_id, ward.lead.membership_id))


def test_retention_asks_for_what_is_quiet_and_for_nothing_else(ward: Ward) -> None:
    def ask(years: int, after: timedelta) -> int:
        with ward.database.writing() as session:
            clinic = session.get_one(Clinic, ward.lead.clinic_id)
            return ask_after_retention(session, clinic, years, ward.make.now + after)

    assert ask(7, timedelta(days=7 * 365)) == 0
    assert ask(7, timedelta(days=7 * 366 + 9)) == 2
    assert ask(7, timedelta(days=7 * 366 + 9)) == 0
    with ward.database.writing() as session:
        session.execute(
            sa.text("UPDATE erasure SET undone_at = due_at, undone_by = (SELECT min(id) FROM person)")
            if ward.database.is_sqlite
            else sa.text("UPDATE erasure SET undone_at = due_at, undone_by = (SELECT id FROM person LIMIT 1)")
        )
    assert ask(7, timedelta(days=7 * 366 + 60)) == 0


@pytest.mark.parametrize(("role", "state"), [("caregiver", "active"), ("patient", "ended")])
def test_whoever_is_somebody_elsewhere_too_keeps_the_name(ward: Ward, role: str, state: str) -> None:
    other = ward.make.clinician(ward.make.clinic("Other Clinic"))
    with ward.database.writing() as session:
        there = join_clinic(session, ward.june.person_id, other.clinic_id, role, ward.make.now)
        there.state = state
        if role == "patient":
            enrol_patient(session, there, other.membership_id, ward.make.now)
    ward.ask()
    ward.after()
    with ward.database.reading() as session:
        assert session.get_one(Person, ward.june.person_id).name == ward.june.name
    assert ward.left_of(ward.june) == set()


def test_a_phone_that_was_reminded_is_reached_no_more(ward: Ward) -> None:
    with ward.database.writing() as session:
        session.add(
            PushSubscription(
                person_id=ward.june.person_id,
                install_id=uuid.uuid4(),
                endpoint="https://push.example.com/june",
                endpoint_hash=b"1",
                p256dh="p",
                auth="a",
                created_at=ward.make.now,
            )
        )
    ward.ask()
    ward.after()
    with ward.database.reading() as session:
        kept = session.scalars(sa.select(PushSubscription)).one()
        assert (kept.endpoint, kept.auth, kept.ended_at is None) == ("", "", False)


def erase_until_killed(url: str, instance: Path, now: datetime, statements: int) -> int | None:
    def run() -> None:
        database = Database(url)
        load_keys(database, instance, now)
        left = statements

        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        for event in ("before_cursor_execute", "commit"):
            sa.event.listen(database.engine, event, count)
        erase_due(database, now)
        os._exit(0)

    process = FORK.Process(target=run)
    process.start()
    process.join(60)
    return process.exitcode


# `BETWEEN_KILLS=all` kills at each statement.
EVERY = 1 if os.environ.get("BETWEEN_KILLS") == "all" else 5


def test_killed_at_any_statement_the_record_is_whole_or_gone(ward: Ward, tmp_path: Path) -> None:
    ward.ask()
    whole = ward.left_of(ward.june)
    ward.database.dispose()
    kills, now = 0, datetime.now(UTC) + WAITS + timedelta(days=1)
    while erase_until_killed(ward.database.url, tmp_path / "instance", now, kills) == -signal.SIGKILL:
        kills += EVERY
        assert ward.left_of(ward.june) == whole
        with ward.database.reading() as session:
            assert [patient.safety_plan for patient in read_opened(session, Patient)] == [SAID] * 2
        ward.database.dispose()
    assert kills > 20
    assert ward.left_of(ward.june) == set()
