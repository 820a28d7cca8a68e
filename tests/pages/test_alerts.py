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


def test_an_answer_told_early_and_its_check_in_are_one(desk: Desk) -> None:
    only_item9: list[int | None] = [None] * 8 + [2]
    told = desk.send(phq9=only_item9, kind="partial", days_ago=0.002)
    desk.send(phq9=[1] * 8 + [2], supersedes=str(told), days_ago=0.001)
    browser = desk.browser()
    caseload = words(browser.get("/clinic"))
    assert "Item 9: 2 told" in caseload
    assert "2 · 2" not in caseload
    assert "1 patient · 1 needs you" in caseload.replace("1 patient 1 needs", "1 patient · 1 needs")
    page = words(browser.get(desk.path()))
    assert "Item 9: 2 just now" in page
    assert page.count("Answer 2") == 1
    assert "the check-in after it: answered" in page
    assert "corrected later" not in page
    assert "the check-in after it says the same" in page
    assert "You have it." in page
    assert "1 to read" in page
    reached = {"state": "reached", "words": "Spoke for ten minutes."}
    browser.post(alert_path(desk, "attempts"), data=reached)
    shown = re.search(r'name="seen" value="(\d+)"', browser.get(desk.path()).get_data(as_text=True))
    assert shown
    closing = {"words": "Calls every evening.", "seen": shown[1]}
    assert browser.post(alert_path(desk, "close"), data=closing).status_code == 303


def test_a_changed_answer_is_a_correction_and_both_are_kept(desk: Desk) -> None:
    told = desk.send(phq9=[None] * 8 + [2], kind="partial", days_ago=0.002)
    desk.send(phq9=[1] * 8 + [1], supersedes=str(told), days_ago=0.001)
    page = words(desk.browser().get(desk.path()))
    assert "Item 9: 1 just now" in page
    assert "Answer 2" in page
    assert "Answer 1" in page
    assert "corrected later" in page


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
