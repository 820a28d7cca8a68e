"""Enrolling in the room: the record at once, the account with a code, and nobody twice."""

import re
import uuid
from datetime import date

import sqlalchemy as sa
from flask.testing import FlaskClient

from app.models import Invitation, Membership, Patient, Person, Reminder
from app.services.past_totals import NewTotal, add_past_total
from tests.factories import PASSPHRASE, visitor
from tests.pages.conftest import Desk, words

NOOR = {
    "name": "Noor Haddad",
    "language": "es",
    "how": "phone",
    "email": "noor@example.com",
    "adult": "yes",
}
JOIN = {"name": "Noor Haddad", "email": "noor@example.com", "language": "es", "adult": "yes"}


def enrol(desk: Desk, **changes: str) -> tuple[str, uuid.UUID]:
    """The page that follows, and the id that the form gave the patient."""
    new = uuid.uuid4()
    form = NOOR | {"patient": str(new), "lead": str(desk.lead.membership_id)} | changes
    response = desk.browser().post("/clinic/enroll", data=form, follow_redirects=True)
    return response.get_data(as_text=True), uuid.UUID(form["patient"])


def code_of(page: str) -> str:
    return re.sub("-", "", re.search(r'class="code num"[^>]*>([^<]+)<', page)[1])  # type: ignore[index]


def join(desk: Desk, code: str, **changes: str) -> tuple[FlaskClient, int]:
    phone = visitor(desk.app)
    form = JOIN | {"passphrase": PASSPHRASE} | changes
    return phone, phone.post(f"/join/{code}", data=form).status_code


def test_the_record_is_there_before_the_account_and_stays_the_same(desk: Desk) -> None:
    page, new = enrol(desk)
    assert 'lang="es"' in page.split("<article")[1]
    assert "Abra el enlace en Safari" in page
    assert "Llamar al 988 (oprima 2)" in page
    with desk.database.writing() as session:
        patient = session.get_one(Patient, (desk.lead.clinic_id, new))
        total = NewTotal("phq9", 21, date(2026, 3, 2), "a letter")
        add_past_total(session, desk.make.actor(desk.lead), patient, total, desk.now)
    phone, status = join(desk, code_of(page))
    assert status == 302
    overview = phone.get("/api/overview").json
    assert overview is not None
    assert [one["id"] for one in overview["patients"]] == [str(new)]
    with desk.database.reading() as session:
        people = session.scalars(sa.select(Person.name).where(Person.name == "Noor Haddad")).all()
    assert people == ["Noor Haddad"], "the record that waited for an account is nobody else's"
    assert join(desk, code_of(page))[1] == 410


def test_somebody_known_takes_the_record_over_with_what_waits_on_it(desk: Desk) -> None:
    """A caregiver of one patient becomes a patient: the same person, proved by the pass-phrase."""
    sam = desk.make.caregiver(desk.june)
    page, new = enrol(desk, email=sam.email)
    _phone, status = join(desk, code_of(page), email=sam.email)
    assert status == 302
    with desk.database.reading() as session:
        owner = session.scalars(
            sa.select(Membership.person_id)
            .join(Patient, Patient.membership_id == Membership.id)
            .where(Patient.id == new)
        ).one()
        assert session.scalars(sa.select(Reminder)).all() == []
    assert owner == sam.person_id


def test_nobody_is_two_patients_of_one_clinic(desk: Desk) -> None:
    page, _new = enrol(desk)
    _phone, status = join(desk, code_of(page), email=desk.june.email)
    assert status == 409
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Invitation.used_at)).all() == [None]


def test_a_form_sent_twice_and_a_known_name_enrol_once(desk: Desk) -> None:
    page, new = enrol(desk)
    again, _ = enrol(desk, patient=str(new), **{"same-name": "yes"})
    assert "This form was sent before" in again
    assert code_of(page)
    known, other = enrol(desk)
    assert "A patient of this name is here already." in known
    with desk.database.reading() as session:
        assert session.get(Patient, (desk.lead.clinic_id, other)) is None
    assert "code num" in enrol(desk, **{"same-name": "yes"})[0]


def test_on_paper_there_is_no_code_until_there_is_a_phone(desk: Desk) -> None:
    page, new = enrol(desk, how="paper", email="")
    assert "code num" not in page
    assert "no phone yet" in page
    path = f"/clinic/patients/{new}/code"
    first = code_of(desk.browser().post(path).get_data(as_text=True))
    second = code_of(desk.browser().post(path).get_data(as_text=True))
    assert join(desk, first)[1] == 410, "the code before opens nothing more"
    assert join(desk, second)[1] == 302
    assert desk.browser().post(path).status_code == 409


def test_a_lead_is_a_clinician_of_this_clinic(desk: Desk) -> None:
    stranger = desk.make.clinician(desk.make.clinic("Elsewhere"), "Dr. Far")
    for lead in (stranger.membership_id, desk.june.membership_id, uuid.uuid4()):
        _page, new = enrol(desk, lead=str(lead))
        with desk.database.reading() as session:
            assert session.get(Patient, (desk.lead.clinic_id, new)) is None


def test_each_wrong_field_is_named(desk: Desk) -> None:
    browser = desk.browser()
    form = NOOR | {"lead": str(desk.lead.membership_id)}
    for field, value in (("name", " "), ("email", "noor"), ("language", "fr"), ("lead", "x"), ("adult", "")):
        response = browser.post("/clinic/enroll", data=form | {field: value})
        assert response.status_code == 422
        assert f'id="{field}-wrong"' in response.get_data(as_text=True)
    assert "Noor" not in words(browser.get("/clinic"))
