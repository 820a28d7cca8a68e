"""The caregiver's page: the visits that were shared, and nothing else."""

from datetime import timedelta

import sqlalchemy as sa

from app.models import CareLink
from tests.pages.conftest import Desk, words

POSITIVE = [3, 3, 3, 3, 3, 3, 3, 3, 3]


def test_the_next_visit_is_large_and_the_rest_follows(desk: Desk) -> None:
    sam = desk.make.caregiver(desk.june)
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=20))
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=3))
    desk.make.visit(desk.lead, desk.june, desk.now - timedelta(days=3))
    page = words(desk.browser(sam).get("/care"))
    assert "June’s next visit" in page
    assert "Room 2. About 1 hour. June may not drive until the next day." in page
    assert "Ask the clinic about food and drink." in page
    assert "Call Harbor Clinic" in page
    assert "After that" in page
    assert page.count("Room 2") == 1


def test_nothing_of_what_june_answers_is_there(desk: Desk) -> None:
    sam = desk.make.caregiver(desk.june)
    browser = desk.browser(sam)
    before = browser.get("/care").get_data(as_text=True)
    note = {"direction": "harder", "text": "Nobody is to know.", "attribution": ["ketamine"]}
    desk.send(phq9=POSITIVE, note={"executive": note, "hedonic": note}, today=1)
    assert browser.get("/care").get_data(as_text=True) == before
    assert browser.get(desk.path()).status_code == 403


def test_tms_leaves_driving_alone(desk: Desk) -> None:
    sam = desk.make.caregiver(desk.june)
    desk.make.visit(desk.lead, desk.june, modality="tms")
    assert "may not drive" not in words(desk.browser(sam).get("/care"))


def test_a_cancelled_visit_is_gone(desk: Desk) -> None:
    sam = desk.make.caregiver(desk.june)
    visit = desk.make.visit(desk.lead, desk.june)
    desk.browser().post(desk.path(rest=f"/visits/{visit.id}/cancel"))
    assert "No visit of June is booked." in words(desk.browser(sam).get("/care"))


def test_june_can_see_when_sam_looks(desk: Desk) -> None:
    sam = desk.make.caregiver(desk.june)
    page = words(desk.browser(sam).get("/care"))
    assert "June can see when you look." in page
    with desk.database.reading() as session:
        assert session.scalars(sa.select(CareLink.last_seen_at)).one() is not None


def test_ended_consent_shows_nothing_at_once(desk: Desk) -> None:
    sam = desk.make.caregiver(desk.june)
    desk.make.visit(desk.lead, desk.june)
    link = desk.make.care_link(sam)
    assert desk.browser(desk.june).post(f"/api/care-links/{link}/end", json={}).status_code == 200
    page = words(desk.browser(sam).get("/care"))
    assert "Nothing is shared with you now." in page
    assert "June" not in page
    assert "Room 2" not in page


def test_the_numbers_for_a_crisis_are_always_there(desk: Desk) -> None:
    page = desk.browser(desk.make.caregiver(desk.june)).get("/care").get_data(as_text=True)
    for number in ("tel:988", "sms:988", "tel:911", "tel:5550100142"):
        assert number in page
