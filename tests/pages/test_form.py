"""The check-in without script: nothing typed is lost, whatever is in its way."""

import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.models import Alert, CheckIn, Note
from tests.factories import PASSPHRASE, Factory, Member, signed_in, visitor
from tests.opened import read_opened

ANSWERS = {
    **{f"phq9-{item}": "1" for item in range(1, 10)},
    **{f"gad7-{item}": "2" for item in range(1, 8)},
    "executive-text": "I walked away from the boss.",
}


@pytest.fixture
def lead(make: Factory) -> Member:
    return make.clinician(make.clinic())


@pytest.fixture
def june(make: Factory, lead: Member) -> Member:
    return make.patient(lead)


def filled(**more: str) -> dict[str, str]:
    return {"id": str(uuid.uuid4()), **ANSWERS, **more}


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_sent_twice_is_one_check_in(app: Flask, database: Database, june: Member) -> None:
    browser, form = signed_in(app, june), filled()
    for _ in range(2):
        page = browser.post("/check-in/en", data=form)
        assert page.status_code == 200
        assert "It was sent as June Kowalski." in page.text
    assert (count(database, CheckIn), count(database, Alert)) == (1, 1)


def test_with_nobody_signed_in_the_answers_ride_along(
    client: FlaskClient, database: Database, june: Member
) -> None:
    page = client.post("/check-in/en", data=filled())
    assert page.status_code == 401
    assert "I walked away from the boss." in page.text
    assert 'href="tel:988"' in page.text
    signed = client.post("/check-in/en", data=filled(email=june.email, passphrase=PASSPHRASE))
    assert signed.status_code == 200
    with database.reading() as session:
        (note,) = read_opened(session, Note)
        assert note.body == "I walked away from the boss."


def test_a_throttled_sign_in_keeps_the_answers(client: FlaskClient, june: Member) -> None:
    for _ in range(11):
        page = client.post("/check-in/en", data=filled(email=june.email, passphrase="wrong words here"))
    assert page.status_code == 429
    assert "I walked away from the boss." in page.text
    assert 'href="tel:988"' in page.text


def test_whoever_is_no_patient_loses_nothing(app: Flask, lead: Member) -> None:
    page = signed_in(app, lead).post("/check-in/en", data=filled())
    assert page.status_code == 403
    assert "I walked away from the boss." in page.text


@pytest.mark.parametrize("broken", [{"phq9-1": "7"}, {"today": "x"}, {"difficulty": "-1"}, {"id": "no id"}])
def test_a_form_that_was_tampered_with_is_kept(
    app: Flask, database: Database, june: Member, broken: dict[str, str]
) -> None:
    assert signed_in(app, june).post("/check-in/en", data=filled() | broken).status_code == 200
    with database.reading() as session:
        assert session.execute(sa.text("SELECT count(*) FROM envelope")).scalar() == 1


def test_an_unknown_language_is_nowhere(app: Flask) -> None:
    assert visitor(app).post("/check-in/xx", data=filled()).status_code == 404
