"""Opening a record of another team: exact, with a reason, for four hours, and told to team and patient."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from app.models import Alert, AuditRow, BreakGlass, Membership
from app.services import break_glass
from app.services.erasure import WAITS, ask_erasure, erase_due
from tests.factories import Member
from tests.pages.conftest import Desk, section, words

WHY = "Her sister rang: nobody has seen her since noon."


@pytest.fixture
def osei(desk: Desk) -> Member:
    """A clinician of the clinic who is not on June's team."""
    return desk.make.clinician(desk.lead.clinic_id, "Dr. Osei")


def opened(browser: FlaskClient, who: str = "June Kowalski", why: str = WHY, **more: str) -> str:
    return words(browser.post("/clinic/open", data={"who": who, "why": why} | more, follow_redirects=True))


def count(desk: Desk) -> int:
    with desk.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(BreakGlass)) or 0


def actions(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        told = sa.select(AuditRow.action).where(AuditRow.action.startswith("break_glass"))
        return list(session.scalars(told.order_by(AuditRow.id)))


def test_it_opens_by_name_or_address_and_everybody_is_told(desk: Desk, osei: Member) -> None:
    desk.send(phq9=[1] * 8 + [0])
    browser = desk.browser(osei)
    assert browser.get(desk.path()).status_code == 404
    page = opened(browser, who=" june KOWALSKI ")
    assert "You are not on the team: you opened this record with a reason" in page
    assert WHY in page
    assert "Add a visit" not in page
    assert "Sign off" not in page
    assert "Sign with my name" not in page
    told = section(desk.browser().get("/clinic"), "opened")
    assert "Dr. Osei, who is not on the team, opened the record of June Kowalski" in told
    team = section_of(desk)
    assert "Dr. Osei, Clinician" in team
    assert WHY in team
    looked = words(desk.browser(desk.june).get("/account/looked"))
    assert "Dr. Osei (clinician): opened your record without being on your team" in looked
    assert WHY not in looked
    assert opened(browser, who=desk.june.email)
    assert count(desk) == 1, "while one runs, another opens nothing"
    with desk.database.reading() as session:
        row = session.scalars(sa.select(BreakGlass)).one()
        at = session.scalars(sa.select(AuditRow.at).where(AuditRow.action == break_glass.OPENED)).one()
    assert row.opened_at == at
    assert WHY.encode() not in row.why_sealed


def section_of(desk: Desk) -> str:
    page = words(desk.browser().get(desk.path()))
    return page.partition("Opened by somebody who is not on the team")[2]


def test_nothing_is_looked_for_without_a_reason_and_nothing_by_half_a_name(desk: Desk, osei: Member) -> None:
    browser = desk.browser(osei)
    for wrong in ({"why": " "}, {"why": "x" * 1001}, {"who": ""}, {"who": "June"}, {"who": "Kowalski"}):
        response = browser.post("/clinic/open", data={"who": "June Kowalski", "why": WHY} | wrong)
        assert response.status_code == 422, wrong
        assert "aria-invalid" in response.text
    assert count(desk) == 0
    own = desk.browser().post("/clinic/open", data={"who": "June Kowalski", "why": WHY})
    assert own.headers["Location"].endswith(desk.path(rest="?done="))
    assert count(desk) == 0, "the own team needs none"


def test_of_two_of_one_name_one_is_chosen(desk: Desk, osei: Member) -> None:
    other = desk.make.patient(desk.make.clinician(desk.lead.clinic_id, "Dr. Vega"))
    browser = desk.browser(osei)
    assert "Choose by who leads the treatment" in opened(browser)
    assert count(desk) == 0
    opened(browser, patient=str(other.patient))
    assert browser.get(desk.path(other)).status_code == 200
    assert browser.get(desk.path()).status_code == 404


def test_it_ends_by_itself_by_hand_and_by_the_team(
    desk: Desk, osei: Member, clock: time_machine.Traveller
) -> None:

    def close(client: FlaskClient) -> None:
        with desk.database.reading() as session:
            newest = sa.select(BreakGlass.id).order_by(BreakGlass.opened_at.desc()).limit(1)
            one = session.scalars(newest).one()
        assert client.post(desk.path(rest=f"/openings/{one}/end")).status_code == 303

    def is_open() -> bool:
        return desk.browser(osei).get(desk.path()).status_code == 200

    opened(desk.browser(osei))
    clock.shift(timedelta(hours=3, minutes=59))
    assert is_open()
    clock.shift(timedelta(minutes=1))
    assert not is_open()
    opened(desk.browser(osei))
    assert is_open(), "again, with a reason again"
    close(desk.browser(osei))
    assert not is_open()
    clock.shift(timedelta(minutes=1))
    opened(desk.browser(osei))
    close(desk.browser())
    assert not is_open()
    assert count(desk) == 3
    assert actions(desk).count("break_glass.opened") == 3
    assert actions(desk).count("break_glass.ended") == 2


def test_the_notice_stays_until_a_clinician_of_the_team_has_seen_it(desk: Desk, osei: Member) -> None:
    opened(desk.browser(osei))
    with desk.database.reading() as session:
        one = session.scalars(sa.select(BreakGlass.id)).one()
    path = desk.path(rest=f"/openings/{one}/seen")
    assert desk.browser(osei).post(path).status_code == 404, "not by whoever opened it"
    assert section(desk.browser().get("/clinic"), "opened")
    assert desk.browser().post(path).status_code == 303
    assert not section(desk.browser().get("/clinic"), "opened")
    assert WHY in section_of(desk), "it stays on the page"
    assert actions(desk) == ["break_glass.opened", "break_glass.seen"]


def test_who_is_suspended_or_out_of_care_can_still_be_opened(desk: Desk, osei: Member) -> None:
    for state in ("suspended", "ended"):
        with desk.database.writing() as session:
            own = Membership.id == desk.june.membership_id
            session.execute(sa.update(Membership).where(own).values(state=state))
        assert "You are not on the team" in opened(desk.browser(osei)), state


def test_what_was_tried_is_written_down_and_what_is_decided_is_the_teams(desk: Desk, osei: Member) -> None:
    desk.send(phq9=[0] * 8 + [2])
    page = opened(desk.browser(osei))
    assert "How far did you get?" in page
    assert "I take it" not in page
    with desk.database.reading() as session:
        alert = session.scalars(sa.select(Alert)).one()
    path, version = desk.path(rest=f"/alerts/{alert.id}/attempts"), str(alert.version)
    wrong = {"state": "decided", "words": "Waits until Monday.", "version": version}
    assert desk.browser(osei).post(path, data=wrong).status_code == 404
    told = {"state": "reached", "words": "Spoke with her.", "version": version}
    assert desk.browser(osei).post(path, data=told).status_code == 303
    assert "Spoke with her." in words(desk.browser().get(desk.path()))


def test_it_is_erased_with_the_record(desk: Desk, osei: Member) -> None:
    opened(desk.browser(osei))
    with desk.database.writing() as session:
        june = desk.make.row(session, desk.june)
        ask_erasure(session, june, desk.make.actor(desk.june), "patient", desk.now)
    assert erase_due(desk.database, desk.now + WAITS + timedelta(hours=1)) == 1
    assert count(desk) == 0
