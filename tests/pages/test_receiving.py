"""Who receives patients in the room: a nurse for the own team, the front desk without any score."""

import json
import uuid

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.models import CheckIn, Envelope, PaperForm, Patient, TeamMember
from tests.factories import PASSPHRASE, Member, visitor
from tests.pages.conftest import Desk, words

CONTENT = ("PHQ", "GAD", "severe", "Item 9", "alert", "Past totals", "Sign with my name")


@pytest.fixture
def jonah(desk: Desk) -> Member:
    return desk.make.colleague(desk.lead.clinic_id, "front_desk", "Jonah Weiss")


def enrol(desk: Desk, browser: FlaskClient, **more: str) -> tuple[str, uuid.UUID]:
    new = uuid.uuid4()
    form = {"name": "Noor Haddad", "language": "en", "adult": "yes", "how": "phone", "patient": str(new)}
    form |= {"lead": str(desk.lead.membership_id)} | more
    return words(browser.post("/clinic/enroll", data=form, follow_redirects=True)), new


def team_of(desk: Desk, patient_id: uuid.UUID) -> set[uuid.UUID]:
    with desk.database.reading() as session:
        return set(
            session.scalars(sa.select(TeamMember.membership_id).where(TeamMember.patient_id == patient_id))
        )


def test_the_front_desk_enrols_for_a_clinician_who_becomes_the_team(desk: Desk, jonah: Member) -> None:
    browser = desk.browser(jonah)
    assert "Please choose who leads the treatment." in enrol(desk, browser, lead="")[0]
    page, noor = enrol(desk, browser)
    assert "Import past totals" not in page
    assert team_of(desk, noor) == {desk.lead.membership_id}
    code = page.partition("type this code: ")[2].split()[0]
    joined = {"name": "Noor", "email": "noor@example.com", "language": "en", "adult": "yes"}
    form = joined | {"passphrase": PASSPHRASE}
    assert visitor(desk.app).post(f"/join/{code.replace('-', '')}", data=form).status_code == 302
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Patient.lead_id).where(Patient.id == noor)).one()


def test_a_nurse_who_enrols_is_on_the_team(desk: Desk, nurse: Member) -> None:
    _page, noor = enrol(desk, desk.browser(nurse), how="paper")
    assert team_of(desk, noor) == {desk.lead.membership_id, nurse.membership_id}


def test_the_front_desk_prints_starts_and_hands_out_and_reads_nothing(desk: Desk, jonah: Member) -> None:
    desk.send(phq9=[1] * 8 + [2])
    browser = desk.browser(jonah)
    page = words(browser.get(desk.path()))
    assert "Print a form" in page
    assert "Enter a form from paper" not in page
    assert browser.post(desk.path(rest="/paper"), data={"language": "en"}).status_code == 200
    assert browser.post(desk.path(rest="/tablet"), data={"language": "en"}).status_code == 200
    entry = words(browser.get(desk.path(rest="/entry")))
    assert "Only to somebody who stands before you" in entry
    assert not [one for one in ("Second step", "Devices End", "Suspend") if one in entry]
    handed = words(browser.post(desk.path(rest="/entry/code")))
    assert "Hand this code over here" in handed
    for told in CONTENT:
        assert told not in page, told
        assert told not in handed, told
    with desk.database.reading() as session:
        form = session.scalars(sa.select(PaperForm)).one()
    assert browser.get(desk.path(rest=f"/paper/{form.id}")).status_code == 403
    assert browser.get("/clinic/paper").status_code == 403


def test_a_nurse_enters_what_came_back_on_paper(desk: Desk, nurse: Member) -> None:
    browser = desk.browser(nurse)
    page = words(browser.get(desk.path()))
    assert "Print a form" in page
    assert "End care" not in page
    assert "A file for the next clinic" not in page
    assert browser.post(desk.path(rest="/paper"), data={"language": "en"}).status_code == 200
    with desk.database.reading() as session:
        form = session.scalars(sa.select(PaperForm)).one()
    given = {f"phq9-{item}": "0" for item in range(1, 10)} | {f"gad7-{item}": "blank" for item in range(1, 8)}
    told = given | {"written": desk.day().isoformat()}
    stored = browser.post(desk.path(rest=f"/paper/{form.id}"), data=told)
    assert stored.status_code == 303
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Envelope.entered_by)).all() == [nurse.membership_id]
        assert session.scalar(sa.select(sa.func.count()).select_from(CheckIn)) == 1
    assert "Sign off" not in words(browser.get(stored.headers["Location"]))


def test_whose_care_ended_reaches_who_looked_and_the_erasure(desk: Desk) -> None:
    desk.browser().get(desk.path())
    desk.browser().post(desk.path(rest="/care/end"), data={"reason": "discharged", "words": "As planned."})
    browser = desk.browser(desk.june)
    assert "Dr. Lindqvist (clinician): the page with your record" in words(browser.get("/account/looked"))
    asked = {"patient": str(desk.june.patient), "sure": "yes"}
    assert browser.post("/account/erasure/ask", data=asked).status_code == 303
    assert "Keep my record" in words(browser.get("/account/erasure"))
    other = desk.make.patient(desk.lead, "Marcus Bell")
    foreign = asked | {"patient": str(other.patient)}
    assert browser.post("/account/erasure/ask", data=foreign).status_code == 404
    assert browser.post("/account/erasure/undo", data=asked).status_code == 303
    assert json.loads(browser.get("/api/overview").text)["patients"][0]["care_ended_at"]
