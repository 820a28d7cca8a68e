"""A clinic with one clinician and June, seen through the browser of the clinician."""

import html
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.db import Database
from app.languages import local
from app.models import Clinic, TeamMember
from tests.factories import Factory, Member, seal_for, signed_in

Answers = list[int | None]


@dataclass
class Desk:
    """What the tests of the desk need: people, what patients send, and pages as words."""

    app: Flask
    make: Factory
    lead: Member
    june: Member

    @property
    def database(self) -> Database:
        database: Database = self.app.extensions["between"].database
        return database

    @property
    def now(self) -> datetime:
        return self.make.now

    def day(self, ahead: int = 0) -> date:
        """The day at the clinic, which is not the one at Greenwich every evening."""
        with self.database.reading() as session:
            zone = session.scalars(sa.select(Clinic.zone).where(Clinic.id == self.lead.clinic_id)).one()
        return local(self.now, zone).date() + timedelta(days=ahead)

    def browser(self, member: Member | None = None) -> FlaskClient:
        return signed_in(self.app, member or self.lead)

    def send(
        self,
        patient: Member | None = None,
        *,
        phq9: Answers | None = None,
        gad7: Answers | None = None,
        days_ago: float = 0,
        **envelope: object,
    ) -> uuid.UUID:
        """One check-in from the patient's own phone; returns the id that the phone gave it."""
        patient, item = patient or self.june, uuid.uuid4()
        at = (self.now - timedelta(days=days_ago)).isoformat(timespec="seconds").replace("+00:00", "Z")
        said: dict[str, object] = {"started_at": at, "answered_at": at, "note": None, "today": None}
        instruments = {}
        for name, answers in (("phq9", phq9), ("gad7", gad7)):
            if answers is not None:
                languages = ["en"] * len(answers)
                instruments[name] = {"version": "1", "answers": answers, "languages": languages}
        sealed = seal_for(self.app, patient, item, **(said | {"instruments": instruments} | envelope))
        self.post_item(patient, sealed)
        return item

    def post_item(self, patient: Member, sealed: dict[str, str]) -> None:
        body = {"person": str(patient.person_id), "items": [sealed]}
        response = self.browser(patient).post("/api/sync", json=body)
        assert response.status_code == 200
        assert response.json is not None
        assert response.json["receipts"][0]["status"] in ("stored", "conflict")

    def path(self, patient: Member | None = None, rest: str = "") -> str:
        return f"/clinic/patients/{(patient or self.june).patient}{rest}"


def words(response: TestResponse) -> str:
    """What a person can read of a page, in one line."""
    text = re.sub(r"<head>.*?</head>", " ", response.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def section(response: TestResponse, heading: str) -> str:
    """The words between the section's id and the next section."""
    page = response.get_data(as_text=True)
    found = re.search(rf'<section aria-labelledby="{heading}".*?</section>', page, re.DOTALL)
    return "" if found is None else " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that the database is given meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


@pytest.fixture
def desk(app: Flask) -> Desk:
    make = Factory(app.extensions["between"].database, datetime.now(UTC))
    lead = make.clinician(make.clinic())
    return Desk(app, make, lead, make.patient(lead))


@pytest.fixture
def nurse(desk: Desk) -> Member:
    """One of June's team."""
    made = desk.make.colleague(desk.lead.clinic_id, "nurse")
    with desk.database.writing() as session:
        row = {"patient_id": desk.june.patient, "membership_id": made.membership_id}
        session.add(TeamMember(clinic_id=made.clinic_id, **row))
    return made
