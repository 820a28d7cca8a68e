"""A table of past totals: looked at line by line, stored as a whole, and never twice."""

import io
import re

import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.models import PastTotal, Patient, Person
from app.services.at_rest import open_texts
from app.services.wrapping import Owner
from tests.pages.conftest import Desk, words

FORM = {"order": "ymd", "source": "Old records", "language": "en", "unknown": "wrong"}
ENROLLING = {"unknown": "enroll", "adult": "yes"}


def look(desk: Desk, text: str, **changes: str) -> TestResponse:
    file = (io.BytesIO(text.encode()), "totals.csv")
    return desk.browser().post("/clinic/import", data=FORM | changes | {"file": file})


def store(desk: Desk, looked: TestResponse) -> TestResponse:
    """Press the button of the page that was looked at."""
    page = looked.get_data(as_text=True)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return desk.browser().post("/clinic/import/store", data=hidden)


def count(desk: Desk, table: type = PastTotal) -> int:
    with desk.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_looking_stores_nothing_and_storing_stores_all_of_it_once(desk: Desk) -> None:
    text = (
        "name,date,phq9,gad7,source\nJune Kowalski,2026-03-02,21,15,\n"
        "JUNE  KOWALSKI,2026-04-02,14,,a letter\n"
    )
    looked = look(desk, text)
    assert "2 lines, 0 new patients, 3 totals to enter" in words(looked)
    assert count(desk) == 0
    assert "Stored, all of it." in words(store(desk, looked))
    with desk.database.reading() as session:
        found = session.scalars(sa.select(PastTotal)).all()
        owner = Owner(found[0].clinic_id, found[0].patient_id)
        rows = [(row.total, row.source_text) for row in open_texts(session, owner, found)]
    assert sorted(rows) == [(14, "a letter"), (15, "Old records"), (21, "Old records")]
    again = look(desk, text)
    assert "0 totals to enter" in words(again)
    assert "is here already" in words(again)
    store(desk, looked)
    assert count(desk) == 3, "the page that was kept open stores nothing twice"


def test_one_wrong_line_and_nothing_is_stored(desk: Desk) -> None:
    desk.make.patient(desk.lead, "Marcus Bell")
    desk.make.patient(desk.lead, "Marcus Bell")
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Osei")
    desk.make.patient(osei, "Hana Sato")
    text = (
        "name,date,phq9\nJune Kowalski,2026-03-02,21\nJune Kowalski,2026-03-02,20\n"
        "Nobody Known,2026-03-02,3\nMarcus Bell,2026-03-02,3\nHana Sato,2026-03-02,3\n"
    )
    looked = look(desk, text)
    assert looked.status_code == 422
    shown = words(looked)
    for line, why in (
        (3, "that day has another PHQ-9 already"),
        (4, "no patient of yours has this name or e-mail"),
        (5, "more than one patient has this name: give the e-mail"),
        (6, "this patient is on another team"),
    ):
        assert re.search(rf"\b{line} [\w ]+ {why}", shown)
    assert "Store all of it" not in shown
    forced = desk.browser().post(
        "/clinic/import/store", data=FORM | {"content": "bmFtZSxkYXRlLHBocTkKTm9ib2R5LDIwMjYtMDMtMDIsMwo="}
    )
    assert forced.status_code == 422
    assert count(desk) == 0


def test_new_patients_come_with_their_totals_and_once(desk: Desk) -> None:
    text = (
        "nombre;correo;idioma;fecha;phq9\nMaría Peña;maria@example.com;español;2026-03-02;21\n"
        "María Peña;maria@example.com;es;2026-04-02;12\nNoor Haddad;;;;\n"
    )
    assert "18 or over" in words(look(desk, text, unknown="enroll"))
    looked = look(desk, text, **ENROLLING)
    assert "3 lines, 2 new patients, 2 totals to enter" in words(looked)
    before = count(desk, Patient)
    done = words(store(desk, looked))
    assert done.count("Give a code for a phone") == 2
    assert count(desk, Patient) == before + 2
    with desk.database.reading() as session:
        person = session.scalars(sa.select(Person).where(Person.name == "María Peña")).one()
    assert (person.language, person.email) == ("es", None)
    again = words(look(desk, text, **ENROLLING))
    assert "3 lines, 0 new patients, 0 totals to enter" in again
    store(desk, looked)
    assert count(desk, Patient) == before + 2


def test_what_is_no_file_is_said(desk: Desk) -> None:
    assert "There is nothing in this file." in words(look(desk, ""))
    assert "The quotes in line 2 do not match." in words(look(desk, 'name\n"June'))
    assert "Please say how days are written" in words(look(desk, "name\nJune\n", order="soon"))
    assert desk.browser().post("/clinic/import/store", data=FORM | {"content": "%"}).status_code == 422
    assert look(desk, "x" * 400_001).status_code == 413
