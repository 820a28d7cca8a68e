"""The page of an invitation that was just made: nothing on it loses the code. Patients are enrolled."""

import pytest
from flask.testing import FlaskClient

from tests.pages.conftest import Desk, words


@pytest.fixture
def elena(desk: Desk) -> FlaskClient:
    return desk.browser(desk.make.colleague(desk.lead.clinic_id, "administrator", "Elena Arroyo"))


def test_a_made_invitation_offers_no_language_and_shows_the_whole_link(elena: FlaskClient) -> None:
    form = {"name": "No\0or", "role": "nurse", "language": "en"}
    page = elena.post("/clinic/invitations", data=form).get_data(as_text=True)
    assert "?language=" not in page
    assert "/join/" in page
    assert 'href="/clinic/settings"' in page


def test_a_form_with_a_mistake_keeps_what_was_typed(elena: FlaskClient) -> None:
    page = elena.post("/clinic/invitations", data={"name": "Noor", "role": "queen"})
    assert page.status_code == 422
    assert 'value="Noor"' in page.get_data(as_text=True)


def test_no_patient_is_invited_beside_enrolment(desk: Desk, elena: FlaskClient) -> None:
    form = {"name": "Noor", "role": "patient", "language": "en"}
    assert "Please choose as what." in words(elena.post("/clinic/invitations", data=form))
    for role in ("nurse", "front_desk"):
        browser = desk.browser(desk.make.colleague(desk.lead.clinic_id, role))
        assert "Invite" not in words(browser.get("/clinic"))
        assert "Enroll" in words(browser.get("/clinic"))
