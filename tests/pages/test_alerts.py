"""An open alert on the patient's page: tried, reached, closed with words."""

import re

import sqlalchemy as sa

from app.models import Alert
from tests.pages.conftest import Desk, words

POSITIVE = [1, 1, 0, 0, 0, 0, 0, 0, 1]


def alert_path(desk: Desk, rest: str) -> str:
    with desk.database.reading() as session:
        alert_id = session.scalars(sa.select(Alert.id).where(Alert.closed_at.is_(None))).one()
    return desk.path(rest=f"/alerts/{alert_id}/{rest}")


def test_from_the_first_try_to_a_plan_in_words(desk: Desk) -> None:
    desk.send(phq9=POSITIVE)
    browser = desk.browser()
    opened = words(browser.get(desk.path()))
    assert "The first answer above 0." in opened
    assert "Close the alert" not in opened
    tried = {"state": "trying", "words": "Called, no answer."}
    assert "tried once" in words(
        browser.post(alert_path(desk, "attempts"), data=tried, follow_redirects=True)
    )
    reached = {"state": "reached", "words": "Spoke for ten minutes."}
    after = words(browser.post(alert_path(desk, "attempts"), data=reached, follow_redirects=True))
    assert "Called, no answer." in after
    assert "Close the alert" in after
    closing = {"words": "Calls every evening until the visit.", "seen": "1"}
    closed = words(browser.post(alert_path(desk, "close"), data=closing, follow_redirects=True))
    assert "The alert is closed." in closed
    assert "Calls every evening until the visit." in closed
    assert "closed by Dr. Lindqvist" in closed


def test_words_are_asked_for_and_kept(desk: Desk) -> None:
    desk.send(phq9=POSITIVE)
    browser = desk.browser()
    without_words = browser.post(alert_path(desk, "attempts"), data={"state": "reached", "words": " "})
    assert without_words.status_code == 422
    assert "A few words are needed" in words(without_words)
    assert re.search(r'value="reached" checked', without_words.get_data(as_text=True))
    without_state = browser.post(alert_path(desk, "attempts"), data={"words": "Spoke briefly."})
    assert "Choose how far you got." in words(without_state)
    assert "Spoke briefly." in words(without_state)


def test_an_answer_that_came_meanwhile_keeps_the_alert_open(desk: Desk) -> None:
    desk.send(phq9=POSITIVE, days_ago=1)
    browser = desk.browser()
    browser.post(alert_path(desk, "attempts"), data={"state": "reached", "words": "Spoke."})
    desk.send(phq9=POSITIVE)
    page = browser.post(alert_path(desk, "close"), data={"words": "All settled.", "seen": "1"})
    assert page.status_code == 422
    assert "Another answer arrived while you were writing." in words(page)
    assert "All settled." in words(page)
    again = browser.post(alert_path(desk, "close"), data={"words": "All settled.", "seen": "2"})
    assert again.status_code == 303


def test_other_pages_say_that_somebody_waits(desk: Desk) -> None:
    marcus = desk.make.patient(desk.lead, "Marcus Bell")
    browser = desk.browser()
    assert "waits for somebody" not in words(browser.get(desk.path(marcus)))
    desk.send(phq9=POSITIVE)
    assert "One answer to item 9 waits for somebody since" in words(browser.get(desk.path(marcus)))
    assert "waits for somebody" in words(browser.get("/clinic/repairs"))
