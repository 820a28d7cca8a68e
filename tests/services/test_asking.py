"""Which visit a check-in belongs to: the clinic's window decides, and nothing is refused for it."""

import uuid
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.db import Database
from app.models import CheckIn, CheckInVisit, Clinic, Visit
from tests.factories import Factory, Member, seal_for, signed_in


@pytest.fixture
def lead(make: Factory) -> Member:
    return make.clinician(make.clinic())


@pytest.fixture
def june(make: Factory, lead: Member) -> Member:
    return make.patient(lead)


def linked(database: Database) -> list[tuple[str, uuid.UUID | None]]:
    """Every check-in's kind with the visit it belongs to."""
    with database.reading() as session:
        rows = session.execute(
            sa.select(CheckIn.kind, CheckInVisit.visit_id)
            .outerjoin(CheckInVisit, CheckInVisit.check_in_id == CheckIn.id)
            .order_by(CheckIn.kind)
        )
        return [tuple(row) for row in rows]


def send(app: Flask, june: Member, visits: list[Visit], answered_at: datetime, **more: object) -> str:
    told = answered_at.isoformat()
    item = seal_for(
        app,
        june,
        visits=[str(one.id) for one in visits],
        started_at=told,
        answered_at=told,
        **more,
    )
    reply = signed_in(app, june).post("/api/sync", json={"person": str(june.person_id), "items": [item]})
    status: str = reply.json["receipts"][0]["status"]
    return status


@pytest.mark.parametrize(("window", "is_linked"), [(24, False), (72, True)])
def test_a_visit_outside_the_window_is_not_linked_and_the_check_in_is_stored(
    app: Flask, database: Database, make: Factory, lead: Member, june: Member, window: int, is_linked: bool
) -> None:
    visit = make.visit(lead, june, make.now + timedelta(hours=60))
    with database.writing() as session:
        session.execute(sa.update(Clinic).values(window_hours=window))
    assert send(app, june, [visit], make.now) == "stored"
    assert linked(database) == [("full", visit.id if is_linked else None)]


def test_a_wish_to_talk_stays_with_the_visit_it_was_about(
    app: Flask, database: Database, make: Factory, lead: Member, june: Member
) -> None:
    visit = make.visit(lead, june, make.now + timedelta(days=9))
    assert send(app, june, [visit], make.now, kind="in_person", instruments={}) == "stored"
    assert linked(database) == [("in_person", visit.id)]


def test_a_form_without_script_belongs_to_the_next_visit_in_the_window(
    app: Flask, database: Database, make: Factory, lead: Member, june: Member
) -> None:
    make.visit(lead, june, make.now + timedelta(days=9))
    browser = signed_in(app, june)
    form = {"id": str(uuid.uuid4()), "phq9-1": "1"}
    assert browser.post("/check-in/en", data=form).status_code == 200
    assert linked(database) == [("full", None)]
    near = make.visit(lead, june)
    # The same form again, a visit booked meanwhile: still the same.
    assert browser.post("/check-in/en", data=form).status_code == 200
    assert browser.post("/check-in/en", data=form | {"id": str(uuid.uuid4())}).status_code == 200
    assert sorted(linked(database), key=str) == sorted([("full", None), ("full", near.id)], key=str)
