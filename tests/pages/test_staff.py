"""The list of staff as an administrator uses it: invite, withdraw, away, suspend, remove."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.models import Absence, Membership
from tests.factories import Member, visitor
from tests.pages.conftest import Desk, words

STAFF = "/clinic/staff"


@pytest.fixture
def elena(desk: Desk) -> Member:
    return desk.make.colleague(desk.lead.clinic_id, "administrator", "Elena Arroyo")


def invite(browser: FlaskClient, role: str, **more: str) -> str:
    """The code of the invitation, or the words of the page that refused it."""
    form = {"name": "Noor Haddad", "role": role, "language": "en"} | more
    page = browser.post("/clinic/invitations", data=form)
    said = words(page)
    return said.partition("/join/")[2].split()[0] if page.status_code == 200 else said


def test_an_administrator_invites_staff_and_no_patient(desk: Desk, elena: Member) -> None:
    browser = desk.browser(elena)
    code = invite(browser, "nurse")
    assert "Noor Haddad" in words(browser.get(STAFF))
    assert "invited, not yet here" in words(browser.get(STAFF))
    assert visitor(desk.app).get(f"/join/{code}").status_code == 200
    assert "Please choose as what." in invite(browser, "patient")
    link = re.search(rf'{STAFF}/([0-9a-f-]+)">Noor', browser.get(STAFF).get_data(as_text=True))
    assert link is not None
    assert browser.post(f"{STAFF}/{link[1]}/remove").status_code == 303
    assert visitor(desk.app).get(f"/join/{code}").status_code == 410


def test_who_has_something_is_not_removed_without_somebody_to_take_it(desk: Desk, elena: Member) -> None:
    vega = desk.make.clinician(desk.lead.clinic_id, "Dr. Vega")
    browser, path = desk.browser(elena), f"{STAFF}/{desk.lead.membership_id}"
    assert "1 patient led" in words(browser.get(path))
    refused = browser.post(f"{path}/remove")
    assert refused.status_code == 409
    assert "Choose the clinician to whom all of it goes." in words(refused)
    done = browser.post(f"{path}/remove", data={"colleague": str(vega.membership_id)})
    assert done.status_code == 303
    assert "1 who was removed" in words(browser.get(STAFF))
    assert desk.browser(vega).get(desk.path()).status_code == 200
    assert desk.browser(desk.lead).get(desk.path()).status_code == 401


def test_an_administrator_writes_down_who_is_away_and_who_stands_in(desk: Desk, elena: Member) -> None:
    vega = desk.make.clinician(desk.lead.clinic_id, "Dr. Vega")
    browser, path = desk.browser(elena), f"{STAFF}/{desk.lead.membership_id}"
    last = desk.day(5).isoformat()
    today = re.search(r'min="([0-9-]+)"', browser.get(path).get_data(as_text=True))
    assert today is not None
    form = {"from": today[1], "until": last, "cover": str(vega.membership_id)}
    assert browser.post(f"{path}/away", data=form).status_code == 303
    assert "Dr. Vega stands in" in words(browser.get(STAFF))
    with desk.database.reading() as session:
        absence = session.scalars(sa.select(Absence)).one()
    assert browser.post(f"{path}/away/{absence.id}/end").status_code == 303
    assert "stands in" not in words(browser.get(STAFF))
    # Nobody stands in for themselves, and nobody is away who has no alerts.
    assert (
        browser.post(f"{path}/away", data=form | {"cover": str(desk.lead.membership_id)}).status_code == 422
    )
    assert browser.post(f"{STAFF}/{elena.membership_id}/away", data=form).status_code == 404


def test_the_last_administrator_is_told_why_not(desk: Desk, elena: Member) -> None:
    refused = desk.browser(elena).post(f"{STAFF}/{elena.membership_id}/suspend")
    assert (refused.status_code, "This is the last administrator." in words(refused)) == (409, True)
    with desk.database.reading() as session:
        assert session.get_one(Membership, (elena.clinic_id, elena.membership_id)).state == "active"
