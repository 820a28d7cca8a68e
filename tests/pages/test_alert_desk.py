"""The page about alerts: away and cover, how alerts reach a clinician, and standing plans."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.config import MailSettings
from app.models import Absence, Alert, StandingPlan
from tests.pages.conftest import Desk, words
from tests.pages.test_alerts import POSITIVE, REACHED, post, the_alert

MAIL = MailSettings("127.0.0.1", 25, "none", "between@clinic.example", "", "")


def test_away_with_a_cover_and_back(desk: Desk) -> None:
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Mensah")
    desk.send(phq9=POSITIVE)
    browser = desk.browser()
    said = {
        "from": desk.day(0).isoformat(),
        "until": desk.day(5).isoformat(),
        "cover": str(osei.membership_id),
    }
    page = browser.post("/clinic/alerts/away", data=said, follow_redirects=True)
    assert "Dr. Mensah stands in" in words(page)
    assert the_alert(desk).owner_id == osei.membership_id
    assert "Dr. Mensah stands in for Dr. Lindqvist, who is away" in words(browser.get(desk.path()))
    ending = re.search(r"/clinic/alerts/away/[0-9a-f-]{36}/end", page.get_data(as_text=True))
    assert ending
    assert desk.browser(osei).post(ending[0]).status_code == 404
    assert "Written down that you are there." in words(browser.post(ending[0], follow_redirects=True))
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Absence)).one().ended_at is not None
    # Nobody is given an alert while away.
    desk.browser(osei).post("/clinic/alerts/away", data=said | {"cover": ""})
    refused = post(desk, browser, "owner", to=str(osei.membership_id))
    assert "This colleague is away." in words(refused)


@pytest.mark.parametrize(
    ("first", "last", "cover", "wrong"),
    [
        ("", "", "", "A day from today on."),
        (-1, 3, "", "A day from today on."),
        (3, 2, "", "The last day away, within a year."),
        (3, 400, "", "The last day away, within a year."),
        (3, 4, "nobody", "Choose a colleague."),
        (3, 4, "self", "Choose a colleague."),
        (3, 4, "stranger", "Choose a colleague."),
    ],
)
def test_what_cannot_be_read(desk: Desk, first: str | int, last: str | int, cover: str, wrong: str) -> None:
    stranger = desk.make.clinician(desk.make.clinic("Elsewhere"), "Dr. Far")
    who = {"self": str(desk.lead.membership_id), "stranger": str(stranger.membership_id)}
    days = [desk.day(one).isoformat() if isinstance(one, int) else one for one in (first, last)]
    said = {"from": days[0], "until": days[1], "cover": who.get(cover, cover)}
    page = desk.browser().post("/clinic/alerts/away", data=said)
    assert page.status_code == 422
    assert wrong in words(page)
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Absence)).all() == []


def test_it_says_what_is_not_set_up(desk: Desk) -> None:
    parts = desk.app.extensions["between"]
    assert "E-mail is not set up on this server." in words(desk.browser().get("/clinic/alerts"))
    bare = replace(parts.settings, vapid_contact=None)
    desk.app.extensions["between"] = replace(parts, settings=bare)
    page = desk.browser().get("/clinic/alerts")
    assert "Push is not set up on this server." in words(page)
    assert "desk-push.js" not in page.get_data(as_text=True)
    desk.app.extensions["between"] = replace(parts, settings=replace(parts.settings, mail=MAIL))
    page = desk.browser().get("/clinic/alerts")
    assert desk.lead.email in words(page)
    assert "desk-push.js" in page.get_data(as_text=True)


def test_the_clinic_of_one_is_told_so(desk: Desk) -> None:
    assert "alerts stay with you" in words(desk.browser().get("/clinic/alerts"))


def test_a_tap_on_a_push_opens_the_alert_after_signing_in(desk: Desk) -> None:
    desk.send(phq9=POSITIVE)
    path = f"/clinic/alerts/{the_alert(desk).id}"
    from tests.factories import PASSPHRASE, visitor

    browser = visitor(desk.app)
    asked = browser.get(path)
    assert asked.location == f"/sign-in?next={path}"
    signed = browser.post("/sign-in", data={"email": desk.lead.email, "passphrase": PASSPHRASE, "next": path})
    assert signed.location == f"/account/second-step?next={path}"
    assert desk.browser().get(path).location == f"{desk.path()}#alert"


def test_a_standing_plan_from_signing_to_its_end(desk: Desk) -> None:
    browser = desk.browser()
    assert "Standing plan" not in words(browser.get(desk.path()))
    desk.send(phq9=POSITIVE, days_ago=2)
    assert "Standing plan" not in words(browser.get(desk.path()))
    post(desk, browser, "attempts", **REACHED)
    said = {
        "clock": "none",
        "until": desk.day(20).isoformat(),
        "words": "The same for years; a call every Monday.",
    }
    signed = words(browser.post(desk.path(rest="/standing-plan"), data=said, follow_redirects=True))
    assert "The standing plan is signed. It never quietens a rise." in signed
    assert "The same for years; a call every Monday." in signed
    assert "Answers up to 1 that do not rise" in signed
    post(desk, browser, "close", words="Mondays.")
    desk.send(phq9=POSITIVE)
    assert the_alert(desk).clock == "none"
    assert "covered by the standing plan" in words(browser.get("/clinic"))
    assert "waits for somebody" not in words(browser.get("/clinic/repairs"))
    ended = words(browser.post(desk.path(rest="/standing-plan/end"), follow_redirects=True))
    assert "The standing plan has ended." in ended
    with desk.database.reading() as session:
        assert session.scalars(sa.select(StandingPlan)).one().ended_by == desk.lead.membership_id


def test_a_plan_that_cannot_be_signed_keeps_what_was_typed(desk: Desk) -> None:
    desk.send(phq9=POSITIVE)
    post(desk, desk.browser(), "attempts", **REACHED)
    wrong = desk.browser().post(
        desk.path(rest="/standing-plan"), data={"words": "Mondays.", "until": desk.day(31).isoformat()}
    )
    assert wrong.status_code == 422
    assert "A day from today to 29 days from now." in words(wrong)
    assert "Choose what an unchanged answer does." in words(wrong)
    assert "Mondays." in words(wrong)
    desk.send(phq9=[*POSITIVE[:8], 2])
    said = {"clock": "none", "until": desk.day(5).isoformat(), "words": "Mondays."}
    refused = desk.browser().post(desk.path(rest="/standing-plan"), data=said)
    assert refused.status_code == 422
    with desk.database.reading() as session:
        assert session.scalars(sa.select(StandingPlan)).all() == []
        assert session.scalars(sa.select(Alert.state)).all() == ["opened"]
