"""An open alert on the patient's page: tried, reached, closed with words, and whoever comes second."""

import re
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.jobs import work_once
from app.models import Alert, AlertStep, SignOff
from tests.factories import Member
from tests.opened import read_opened
from tests.pages.conftest import Desk, section, words

POSITIVE = [1, 1, 0, 0, 0, 0, 0, 0, 1]
ZEROS: list[int | None] = [0] * 9
REACHED = {"state": "reached", "words": "Spoke for ten minutes."}


def the_alert(desk: Desk) -> Alert:
    with desk.database.reading() as session:
        return max(read_opened(session, Alert), key=lambda alert: alert.opened_at)


def post(desk: Desk, browser: FlaskClient, rest: str, **data: str) -> TestResponse:
    """As the page would that shows the alert now."""
    alert = the_alert(desk)
    said = {"version": str(alert.version)} | data
    return browser.post(desk.path(rest=f"/alerts/{alert.id}/{rest}"), data=said, follow_redirects=True)


def make_late(desk: Desk, hours: int = 3) -> None:
    ago = desk.now - timedelta(hours=hours)
    with desk.database.writing() as session:
        session.execute(sa.update(Alert).values(opened_at=ago, waits_since=ago, late_at=ago))
        session.execute(sa.update(AlertStep).values(due_at=ago))


def note(text: str) -> dict[str, object]:
    empty = {"direction": None, "text": "", "attribution": []}
    return {"executive": empty | {"text": text}, "hedonic": empty}


def test_from_the_first_try_to_a_plan_in_words(desk: Desk) -> None:
    desk.send(phq9=POSITIVE)
    browser = desk.browser()
    opened = words(browser.get(desk.path()))
    assert "The first answer above 0." in opened
    assert "Next, unless somebody is reached: the owner again" in opened
    assert "Close the alert" not in opened
    assert "tried once" in words(post(desk, browser, "attempts", state="trying", words="Called, no answer."))
    after = words(post(desk, browser, "attempts", **REACHED))
    assert "Called, no answer." in after
    assert "Next, unless somebody is reached" not in after
    assert "Close the alert" in after
    closed = words(post(desk, browser, "close", words="Calls every evening until the visit."))
    assert "The alert is closed." in closed
    assert "Calls every evening until the visit." in closed
    assert "Item 9: 1, closed by Dr. Lindqvist" in closed


def test_the_page_carries_the_version_it_shows(desk: Desk) -> None:
    desk.send(phq9=POSITIVE)
    page = desk.browser().get(desk.path()).get_data(as_text=True)
    shown = set(re.findall(r'name="version" value="(\d+)"', page))
    assert shown == {str(the_alert(desk).version)}


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
    post(desk, browser, "attempts", **REACHED)
    assert "The alert is closed." in words(post(desk, browser, "close", words="Calls every evening."))


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
    without_words = post(desk, browser, "attempts", state="reached", words=" ")
    assert without_words.status_code == 422
    assert "A few words are needed" in words(without_words)
    assert re.search(r'value="reached" checked', without_words.get_data(as_text=True))
    without_state = post(desk, browser, "attempts", words="Spoke briefly.")
    assert "Choose how far you got." in words(without_state)
    assert "Spoke briefly." in words(without_state)


def test_an_answer_that_came_meanwhile_keeps_the_alert_open(desk: Desk) -> None:
    desk.send(phq9=POSITIVE, days_ago=1)
    browser = desk.browser()
    post(desk, browser, "attempts", **REACHED)
    shown = str(the_alert(desk).version)
    desk.send(phq9=POSITIVE)
    page = post(desk, browser, "close", words="All settled.", version=shown)
    assert page.status_code == 409
    assert "Another answer arrived while you were writing." in words(page)
    assert "All settled." in words(page)
    assert the_alert(desk).state == "opened"


def test_of_two_clinicians_the_second_is_told_who_and_keeps_every_word(desk: Desk) -> None:
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Mensah")
    desk.send(phq9=POSITIVE)
    make_late(desk)
    work_once(desk.database, desk.app.extensions["between"].settings, desk.now)
    first, second = desk.browser(osei), desk.browser()
    shown = str(the_alert(desk).version)
    assert "Reached" in words(post(desk, first, "attempts", **REACHED, version=shown))
    lost = post(desk, second, "attempts", state="decided", words="Sent the police.", version=shown)
    assert lost.status_code == 409
    assert "Dr. Mensah reached the patient: written down today" in words(lost)
    assert "Sent the police." in words(lost)
    assert re.search(r'value="decided" checked', lost.get_data(as_text=True))
    again = post(desk, second, "attempts", state="decided", words="Sent the police.")
    assert again.status_code == 200
    shown = str(the_alert(desk).version)
    post(desk, first, "close", words="A call on Monday.", version=shown)
    late = post(desk, second, "close", words="A visit on Tuesday.", version=shown)
    assert late.status_code == 409
    assert "Dr. Mensah closed this alert, today" in words(late)
    assert "A visit on Tuesday." in words(late)
    assert the_alert(desk).outcome == "A call on Monday."


def test_taking_it_over_and_giving_it_on(desk: Desk) -> None:
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Mensah")
    desk.send(phq9=POSITIVE)
    browser = desk.browser()
    given = words(post(desk, browser, "owner", to=str(osei.membership_id)))
    assert "Written down whose alert it is now." in given
    assert "Dr. Mensah has it." in given
    assert "Dr. Lindqvist gave it to Dr. Mensah, today" in given
    # Whoever has it sees the patient, on the team or not.
    theirs = words(desk.browser(osei).get("/clinic"))
    assert "June Kowalski" in theirs
    assert "yours" in theirs
    taken = words(post(desk, browser, "owner"))
    assert "The alert is yours." in taken
    assert "Dr. Lindqvist took it over" in taken
    assert "June Kowalski" not in words(desk.browser(osei).get("/clinic"))
    nobody = post(desk, browser, "owner", to="nobody")
    assert (nobody.status_code, "Choose a colleague." in words(nobody)) == (422, True)
    stranger = desk.make.clinician(desk.make.clinic("Elsewhere"), "Dr. Far")
    assert post(desk, browser, "owner", to=str(stranger.membership_id)).status_code == 422


def test_words_in_a_note_are_an_alert_of_their_own(desk: Desk) -> None:
    desk.send(kind="note", note=note("Some days I don’t want to live."))
    browser = desk.browser()
    caseload = words(browser.get("/clinic"))
    assert "Words in a note answered today" in caseload
    assert "unanswered" in caseload or "just now" in caseload
    page = browser.get(desk.path())
    assert "“dont want to live”" in words(page)
    assert "A note has words from the list." in words(page)
    check_in_id = re.search(r"/words/([0-9a-f-]{36})", page.get_data(as_text=True))
    assert check_in_id
    useful = words(post(desk, browser, f"words/{check_in_id[1]}", useful="yes"))
    assert "Written down whether the words were useful." in useful
    assert post(desk, browser, f"words/{check_in_id[1]}", useful="perhaps").status_code == 422
    told = words(browser.get("/clinic/alerts"))
    assert "Found in one note useful: 1 not useful: 0" in told
    assert "It detects nobody" in told


def test_other_pages_say_that_somebody_waits(desk: Desk) -> None:
    marcus = desk.make.patient(desk.lead, "Marcus Bell")
    browser = desk.browser()
    assert "waits for somebody" not in words(browser.get(desk.path(marcus)))
    desk.send(phq9=POSITIVE)
    assert "One alert waits for somebody since" in words(browser.get(desk.path(marcus)))
    assert "waits for somebody" in words(browser.get("/clinic/repairs"))


def test_past_its_time_it_stands_on_every_page_of_everybody(desk: Desk) -> None:
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Mensah")
    far = desk.make.clinician(desk.make.clinic("Elsewhere"), "Dr. Far")
    desk.send(phq9=POSITIVE)
    make_late(desk)
    pages = ("/clinic", "/clinic/alerts", "/clinic/enroll", "/clinic/repairs")
    for path in pages:
        assert "An alert is unanswered for 3 h." in words(desk.browser(osei).get(path)), path
        assert "An alert is unanswered" not in words(desk.browser(far).get(path))
    assert "An alert is unanswered for 3 h." in words(desk.browser().get(desk.path()))
    assert "June" not in words(desk.browser(osei).get("/clinic/repairs"))
    post(desk, desk.browser(), "attempts", **REACHED)
    assert "An alert is unanswered" not in words(desk.browser(osei).get("/clinic"))


def test_whoever_is_told_sees_the_patient_while_it_is_open(desk: Desk) -> None:
    """Help does not wait for a place on the team, and what was opened for it closes with it."""
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Mensah")
    far = desk.make.clinician(desk.make.clinic("Elsewhere"), "Dr. Far")
    desk.send(phq9=POSITIVE)
    paths = (desk.path(), f"/clinic/alerts/{the_alert(desk).id}")

    def sees(member: Member) -> list[int]:
        return [desk.browser(member).get(path).status_code for path in paths]

    assert sees(osei) == [404, 404]
    settings = desk.app.extensions["between"].settings
    work_once(desk.database, settings, desk.now + timedelta(hours=2))
    assert (sees(osei), sees(far)) == ([200, 302], [404, 404])
    post(desk, desk.browser(), "attempts", **REACHED)
    assert sees(osei) == [200, 302]
    closed = post(desk, desk.browser(osei), "close", words="Mondays.")
    assert (closed.status_code, "The alert is closed." in words(closed)) == (200, True)
    assert sees(osei) == [404, 404]


def test_two_who_take_a_late_one_at_once(desk: Desk) -> None:
    osei, vega = (desk.make.clinician(desk.lead.clinic_id, name) for name in ("Dr. Mensah", "Dr. Vega"))
    desk.send(phq9=POSITIVE)
    make_late(desk)
    path, shown = f"/clinic/alerts/{the_alert(desk).id}/take", {"owner": str(the_alert(desk).owner_id)}
    first = desk.browser(osei).post(path, data=shown, follow_redirects=True)
    assert "The alert is yours." in words(first)
    second = desk.browser(vega).post(path, data=shown, follow_redirects=True)
    assert second.status_code == 409
    assert "Dr. Mensah took it first, today" in words(second)


def test_what_has_an_open_alert_is_not_signed_off_in_passing(desk: Desk) -> None:
    for days, phq9 in ((4, ZEROS), (3, ZEROS), (2, [*[0] * 8, None]), (1, POSITIVE)):
        desk.send(phq9=phq9, days_ago=days)
    browser = desk.browser()
    page = browser.get(desk.path())
    assert "Sign off 2 as read" in words(page)
    listed = re.findall(r'name="check_in" value="([0-9a-f-]{36})"', page.get_data(as_text=True))
    everything = re.findall(r"/check-ins/([0-9a-f-]{36})/sign-off", page.get_data(as_text=True))
    assert (len(listed), len(set(everything))) == (2, 4)
    # Also when more is asked for than the page offers.
    done = browser.post(desk.path(rest="/sign-off"), data={"check_in": everything}, follow_redirects=True)
    assert "The patient can see that they were read." in words(done)
    with desk.database.reading() as session:
        assert {str(one) for one in session.scalars(sa.select(SignOff.check_in_id))} == set(listed)


def test_item_9_left_out_is_a_flag_and_no_alert(desk: Desk) -> None:
    desk.send(phq9=POSITIVE, days_ago=9)
    post(desk, desk.browser(), "attempts", **REACHED)
    post(desk, desk.browser(), "close", words="Calls every evening.")
    desk.send(phq9=[*[0] * 8, None], days_ago=1)
    browser = desk.browser()
    assert "item 9 not answered" in words(browser.get("/clinic"))
    page = words(browser.get(desk.path()))
    assert "not answered" in section(browser.get(desk.path()), "check-ins")
    assert "How far did you get?" not in page
