"""A form whose session ended meanwhile: what was typed stays in the page, and is sent once."""

import html
import re
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from app.models import AuditRow
from app.services.sessions import PATIENT_IDLE, STAFF_IDLE
from tests.factories import PASSPHRASE, signed_in, visitor
from tests.pages.conftest import Desk, words
from tests.pages.test_second_step import code_of, set_up_app, with_words

PLAN = 'Shoes on; call "Sam" & <walk>.\nThen 988.'


def carried(page: str) -> dict[str, str]:
    """The hidden fields, as a browser would send them again."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def plan_of(desk: Desk) -> str:
    page = signed_in(desk.app, desk.lead).get(desk.path()).text
    found = re.search(r'<p class="safety-plan">(.*?)</p>', page, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def saves(desk: Desk) -> int:
    with desk.database.reading() as session:
        rows = session.scalars(sa.select(AuditRow.action)).all()
    return len([action for action in rows if "plan" in action])


def test_a_note_half_written_is_sent_after_signing_in_again(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    browser = with_words(desk.app, desk.lead)
    secret, _paper = set_up_app(browser)
    clock.shift(STAFF_IDLE + timedelta(seconds=1))
    kept = browser.post(desk.path(rest="/plan"), data={"plan": PLAN})
    assert kept.status_code == 401
    assert kept.headers["Cache-Control"] == "no-store"
    assert (plan_of(desk), saves(desk)) == ("", 0)
    fields = carried(kept.text)
    assert fields == {"plan": PLAN}
    assert f'value="{desk.lead.email}"' in kept.text
    again = {"again-email": desk.lead.email, "again-passphrase": PASSPHRASE, "again-code": ""}
    # A wrong code, then wrong words: the page keeps asking and keeps what was typed.
    for wrong in ({"again-code": "000000"}, {"again-passphrase": "no such words at all"}):
        page = browser.post(desk.path(rest="/plan"), data=fields | again | wrong)
        assert page.status_code == 422
        assert carried(page.text) == {"plan": PLAN}
        assert PASSPHRASE not in page.text
    assert plan_of(desk) == ""
    sent = browser.post(desk.path(rest="/plan"), data=fields | again | {"again-code": code_of(secret)})
    assert sent.status_code == 303
    assert (plan_of(desk).replace("\r\n", "\n"), saves(desk)) == (PLAN, 1)
    assert browser.get(desk.path()).status_code == 200


def test_another_site_cannot_use_it(desk: Desk) -> None:
    browser = visitor(desk.app)
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    form = {"plan": PLAN, "again-email": desk.lead.email, "again-passphrase": PASSPHRASE}
    assert browser.post(desk.path(rest="/plan"), data=form).status_code == 403
    assert plan_of(desk) == ""


def test_whoever_signs_in_may_only_what_they_may(desk: Desk, clock: time_machine.Traveller) -> None:
    other = desk.make.clinician(desk.lead.clinic_id, "Dr. Vega")
    secret, _paper = set_up_app(with_words(desk.app, other))
    clock.shift(timedelta(seconds=30))
    form = {"plan": PLAN, "again-email": other.email, "again-passphrase": PASSPHRASE}
    page = visitor(desk.app).post(desk.path(rest="/plan"), data=form | {"again-code": code_of(secret)})
    assert page.status_code == 404
    assert plan_of(desk) == ""


def test_staff_with_words_alone_are_told_what_is_missing(desk: Desk) -> None:
    form = {"plan": PLAN, "again-email": desk.lead.email, "again-passphrase": PASSPHRASE}
    page = visitor(desk.app).post(desk.path(rest="/plan"), data=form)
    assert page.status_code == 403
    assert "set one up in another window" in words(page)
    assert carried(page.text) == {"plan": PLAN}
    assert plan_of(desk) == ""


def idle(browser: FlaskClient, path: str, clock: time_machine.Traveller, times: int, apart: timedelta) -> int:
    """The last status, when it is used again and again, always just in time."""
    status = 0
    for _ in range(times):
        clock.shift(apart)
        status = browser.get(path).status_code
    return status


def test_idle_limits_go_by_role(desk: Desk, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime.now(UTC))
    staff = signed_in(desk.app, desk.lead)
    assert idle(staff, "/clinic", clock, 20, STAFF_IDLE - timedelta(minutes=2)) == 200
    assert idle(staff, "/clinic", clock, 6, STAFF_IDLE - timedelta(minutes=2)) == 302, (
        "not longer than a day's work"
    )
    staff = signed_in(desk.app, desk.lead)
    clock.shift(STAFF_IDLE + timedelta(seconds=1))
    assert staff.get("/clinic").status_code == 302
    phone = signed_in(desk.app, desk.june)
    assert idle(phone, "/api/overview", clock, 3, PATIENT_IDLE - timedelta(hours=1)) == 200
    clock.shift(PATIENT_IDLE + timedelta(seconds=1))
    assert phone.get("/api/overview").status_code == 401
