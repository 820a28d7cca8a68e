"""A patient or a caregiver suspended by the patient's clinician: out at once, and nothing is lost."""

import uuid

import sqlalchemy as sa

from app.models import AuditRow, Envelope, Membership
from tests.factories import Member, seal_for
from tests.pages.conftest import Desk, words


def change(desk: Desk, place: Member, to: str, by: Member | None = None) -> int:
    path = desk.path(rest=f"/entry/places/{place.membership_id}")
    return desk.browser(by).post(path, data={"state": to}).status_code


def test_a_suspended_patient_is_out_and_what_waits_on_the_phone_is_stored(desk: Desk) -> None:
    phone = desk.browser(desk.june)
    assert phone.get("/api/overview").status_code == 200
    assert change(desk, desk.june, "suspended") == 303
    assert phone.get("/api/overview").status_code == 401, "with the next request, on a phone signed in before"
    assert phone.get("/help/en").status_code == 200
    item = uuid.uuid4()
    said = {"instruments": {"phq9": {"version": "1", "answers": [0] * 8 + [2], "languages": ["en"] * 9}}}
    sealed = seal_for(desk.app, desk.june, item, **said)
    told = phone.post("/api/sync", json={"person": str(desk.june.person_id), "items": [sealed]}).json
    assert told is not None
    assert told["receipts"][0]["status"] == "stored"
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Envelope.client_id)).all() == [item]
    assert "How far did you get?" in words(desk.browser().get(desk.path())), "and it opens an alert"
    page = words(desk.browser().get(desk.path(rest="/entry")))
    assert "Suspended." in page
    assert "Yes, suspend it" not in page
    assert change(desk, desk.june, "suspended") == 409
    assert change(desk, desk.june, "active") == 303
    assert desk.browser(desk.june).get("/api/overview").status_code == 200
    with desk.database.reading() as session:
        asked = sa.select(AuditRow.action).where(AuditRow.action.startswith("place."))
        assert session.scalars(asked.order_by(AuditRow.id)).all() == ["place.suspended", "place.resumed"]


def test_a_suspended_caregiver_sees_no_visit(desk: Desk) -> None:
    sam = desk.make.caregiver(desk.june)
    desk.make.visit(desk.lead, desk.june)
    browser = desk.browser(sam)
    assert "Room 2" in words(browser.get("/care"))
    assert change(desk, sam, "suspended") == 303
    assert "Room 2" not in words(browser.get("/care", follow_redirects=True))
    assert "Sam Kowalski suspended" in words(desk.browser().get(desk.path(rest="/entry")))
    assert change(desk, sam, "active") == 303
    assert "Room 2" in words(desk.browser(sam).get("/care"))


def test_only_places_of_this_record_and_only_by_its_clinician(desk: Desk) -> None:
    other = desk.make.clinician(desk.lead.clinic_id, "Dr. Osei")
    marcus = desk.make.patient(other, "Marcus Bell")
    strangers = (other, marcus, desk.lead, desk.make.caregiver(marcus))
    assert {change(desk, one, "suspended") for one in strangers} == {404}
    assert change(desk, desk.june, "suspended", other) == 404
    assert change(desk, desk.june, "ended") == 422
    with desk.database.reading() as session:
        assert set(session.scalars(sa.select(Membership.state))) == {"active"}


def test_care_that_ended_is_not_undone_here(desk: Desk) -> None:
    desk.browser().post(desk.path(rest="/care/end"), data={"reason": "discharged", "words": "As planned."})
    for to in ("active", "suspended"):
        assert change(desk, desk.june, to) == 409
    assert "Care here has ended." in words(desk.browser().get(desk.path(rest="/entry")))
