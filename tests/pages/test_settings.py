"""What administrators set is used where it belongs, saved by one at a time, whole before anybody comes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.models import Alert, AlertStep, AuditRow, Clinic
from tests.factories import PASSPHRASE, Member, signed_in, visitor
from tests.pages.conftest import Desk, words

PATH = "/clinic/settings"
GOOD: dict[str, dict[str, str | list[str]]] = {
    "clinic": {
        "name": "Bay Clinic",
        "phone": "(555) 010-0199",
        "zone": "America/Chicago",
        "languages": ["en", "es"],
    },
    "hours": {"hours_en": "Mon to Thu, 9 to 4", "hours_es": "lun a jue, 9 a 16", "closing_days": ""},
    "answers": {"answer_en": "within 2 days", "answer_es": "en 2 días"},
    "crisis": {"call": "116 123", "text": "", "emergency": "112", "sure": "yes"},
    "escalation": {
        "full_who_1": "owner",
        "full_after_1": "5",
        "full_who_2": "everybody",
        "full_after_2": "10",
        "slower_who_1": "owner",
        "slower_after_1": "60",
        "slower_who_2": "everybody",
        "slower_after_2": "90",
    },
    "words": {"added": "Ledge\nno way  Out", "removed": "suicid*"},
    "rules": {"window_hours": "24", "spacing_days": "3", "retention_years": "10"},
}


@pytest.fixture
def elena(desk: Desk) -> Member:
    return desk.make.colleague(desk.lead.clinic_id, "administrator", "Elena Arroyo")


def clinic_of(desk: Desk) -> Clinic:
    with desk.database.reading() as session:
        return session.get_one(Clinic, desk.lead.clinic_id)


def save(desk: Desk, browser: FlaskClient, section: str, **changes: str) -> int:
    """Send the section over the version that the page shows now."""
    form = GOOD[section] | {"version": str(clinic_of(desk).version)} | changes
    return browser.post(f"{PATH}/{section}", data=form).status_code


def overview(desk: Desk) -> dict[str, dict[str, Any]]:
    read = desk.browser(desk.june).get("/api/overview").json
    assert read is not None
    return {"crisis": read["crisis"], "clinic": read["patients"][0]["clinic"]}


def test_every_section_is_saved_and_used(desk: Desk, elena: Member) -> None:
    browser = desk.browser(elena)
    for section in GOOD:
        assert save(desk, browser, section) == 303, section
    with desk.database.reading() as session:
        actions = set(session.scalars(sa.select(AuditRow.action)))
    assert {f"settings.{section}" for section in GOOD} <= actions
    shown = overview(desk)
    assert shown["crisis"] == {"call": "116 123", "text": "", "emergency": "112"}
    assert shown["clinic"]["name"] == "Bay Clinic"
    assert shown["clinic"]["phone"] == "(555) 010-0199"
    assert shown["clinic"]["hours"] == "Mon to Thu, 9 to 4"
    assert shown["clinic"]["answer_words"] == "within 2 days"
    assert (shown["clinic"]["window_hours"], shown["clinic"]["spacing_days"]) == (24, 3)
    desk.send(note=note_saying("the word suicide alone"))
    assert alerts(desk) == 0
    desk.send(note=note_saying("on the LEDGE again"))
    with desk.database.reading() as session:
        (alert,) = session.scalars(sa.select(Alert)).all()
        due = session.scalars(sa.select(AlertStep.due_at).order_by(AlertStep.step)).all()
    assert [at - alert.since for at in due] == [timedelta(minutes=5), timedelta(minutes=10)]


def note_saying(text: str) -> dict[str, object]:
    said = {"direction": None, "text": text, "attribution": []}
    return {"executive": said, "hedonic": said | {"text": ""}}


def alerts(desk: Desk) -> int:
    with desk.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Alert)) or 0


def test_closing_days_of_two_weeks_stand_beside_the_hours(desk: Desk, elena: Member) -> None:
    days = [desk.day(ahead).isoformat() for ahead in (3, 60)]
    assert save(desk, desk.browser(elena), "hours", closing_days="\n".join(days)) == 303
    hours = overview(desk)["clinic"]["hours"]
    assert hours.startswith("Mon to Thu, 9 to 4; closed on ")
    assert hours.count(",") == 1


WRONG = (
    ("clinic", "name", " "),
    ("clinic", "phone", "ask at the desk"),
    ("clinic", "zone", "Mars/Olympus"),
    ("clinic", "languages", "fr"),
    ("hours", "hours_es", ""),
    ("hours", "closing_days", "25 December"),
    ("hours", "closing_days", "2026-02-30"),
    ("answers", "answer_en", "soon\0"),
    ("crisis", "call", ""),
    ("crisis", "emergency", "call them"),
    ("crisis", "sure", ""),
    ("escalation", "full_who_1", "everybody"),
    ("escalation", "full_after_2", "5"),
    ("escalation", "slower_after_2", "soon"),
    ("words", "added", "x*"),
    ("words", "added", "¿¡!"),
    ("words", "removed", "not on it"),
    ("rules", "window_hours", "0"),
    ("rules", "retention_years", "-1"),
)


def test_what_cannot_be_is_refused_and_changes_nothing(desk: Desk, elena: Member) -> None:
    browser, before = desk.browser(elena), facts_of(desk)
    for section, field, value in WRONG:
        assert save(desk, browser, section, **{field: value}) == 422, (section, field, value)
    assert facts_of(desk) == before


def facts_of(desk: Desk) -> dict[str, object]:
    clinic = clinic_of(desk)
    return {column.name: getattr(clinic, column.name) for column in Clinic.__table__.columns}


def test_of_two_administrators_the_second_is_told_and_keeps_what_was_typed(desk: Desk, elena: Member) -> None:
    ada = desk.make.colleague(desk.lead.clinic_id, "administrator", "Ada")
    form = GOOD["answers"] | {"version": str(clinic_of(desk).version)}
    assert desk.browser(elena).post(f"{PATH}/answers", data=form).status_code == 303
    second = desk.browser(ada).post(f"{PATH}/answers", data=form | {"answer_en": "at once"})
    assert second.status_code == 409
    assert "Elena Arroyo saved before you" in words(second)
    assert 'value="at once"' in second.get_data(as_text=True)
    assert clinic_of(desk).answer_words["en"] == "within 2 days"
    # The page shows the newest version now: sent again, it is meant.
    assert save(desk, desk.browser(ada), "answers", answer_en="at once") == 303


def close_doors(desk: Desk) -> None:
    """A clinic as the command makes it: nothing is set."""
    with desk.database.writing() as session:
        clinic = session.get_one(Clinic, desk.lead.clinic_id)
        clinic.live_at, clinic.phone, clinic.hours, clinic.answer_words = None, "", {}, {}


def test_a_clinic_goes_live_when_nothing_is_missing(desk: Desk, elena: Member) -> None:
    close_doors(desk)
    june, browser = desk.browser(desk.june), desk.browser(elena)
    assert june.get("/api/overview").status_code == 401
    refused = visitor(desk.app).post("/sign-in", data={"email": desk.june.email, "passphrase": PASSPHRASE})
    assert (refused.status_code, "has not opened here yet" in words(refused)) == (403, True)
    assert desk.browser(desk.lead).get("/clinic").status_code == 200
    early = browser.post(f"{PATH}/live")
    assert early.status_code == 409
    for sentence in (
        "The phone number of the clinic.",
        "The usual hours in English.",
        "The usual hours in Español.",
        "On which days the clinic is closed, or that there are none.",
        "In Español, how soon somebody usually looks at what is sent.",
        "Crisis numbers that somebody at the clinic has dialled.",
    ):
        assert sentence in words(early)
    for section in ("clinic", "hours", "answers", "crisis"):
        assert save(desk, browser, section) == 303
    assert "Nothing is missing." in words(browser.get(PATH))
    assert browser.post(f"{PATH}/live").status_code == 303
    assert desk.browser(desk.june).get("/api/overview").status_code == 200


def test_somebody_must_be_reached_or_it_must_be_said_that_the_desk_is_enough(
    desk: Desk, elena: Member
) -> None:
    held = desk.app.extensions["between"]
    settings = replace(held.settings, vapid_contact=None, mail=None)
    desk.app.extensions["between"] = replace(held, settings=settings)
    close_doors(desk)
    browser = desk.browser(elena)
    for section in ("clinic", "hours", "answers", "crisis"):
        save(desk, browser, section)
    assert "A way to reach somebody about an alert" in words(browser.post(f"{PATH}/live"))
    assert save(desk, browser, "escalation", desk_only="yes") == 303
    assert browser.post(f"{PATH}/live").status_code == 303


def test_everybody_of_the_demo_may_sign_in(desk: Desk) -> None:
    close_doors(desk)
    with desk.database.writing() as session:
        session.get_one(Clinic, desk.lead.clinic_id).is_demo = True
    assert desk.browser(desk.june).get("/api/overview").status_code == 200


def test_a_patient_is_enrolled_before_and_joins_after_the_clinic_opened(desk: Desk, elena: Member) -> None:
    close_doors(desk)
    lead = str(desk.lead.membership_id)
    form = {"name": "Noor", "language": "en", "lead": lead, "adult": "yes", "how": "phone"}
    made = desk.browser().post("/clinic/enroll", data=form).get_data(as_text=True)
    code = made.partition('class="code num" translate="no">')[2].partition("<")[0]
    assert visitor(desk.app).get(f"/join/{code}").status_code == 403
    with desk.database.writing() as session:
        session.get_one(Clinic, desk.lead.clinic_id).live_at = desk.now
    assert visitor(desk.app).get(f"/join/{code}").status_code == 200


def test_whoever_is_suspended_is_signed_out_with_a_sentence(desk: Desk, elena: Member) -> None:
    vega = desk.make.clinician(desk.lead.clinic_id, "Dr. Vega")
    browser, admin = desk.browser(vega), desk.browser(elena)
    assert browser.get("/clinic").status_code == 200
    assert admin.post(f"/clinic/staff/{vega.membership_id}/suspend").status_code == 303
    out = browser.get("/clinic")
    assert (out.status_code, "you are signed out" in words(out)) == (401, True)
    # Not this request alone: the session is gone, and a new one does not begin.
    assert admin.post(f"/clinic/staff/{vega.membership_id}/resume").status_code == 303
    assert browser.get("/clinic").status_code == 302
    assert signed_in(desk.app, vega).get("/clinic").status_code == 200
