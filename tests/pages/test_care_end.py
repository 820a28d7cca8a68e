"""When care ends, and when it begins again: on the desk, on the phone, and for who was shared with."""

import uuid
from datetime import timedelta

import sqlalchemy as sa

from app.models import AuditRow, Cadence, CareEnd, Membership, Reminder, Visit
from app.services.occurrences import RULES, still_wanted
from app.services.visits import set_cadence
from tests.pages.conftest import Desk, section, words

WORDS = {"reason": "discharged", "words": "Finished as planned."}


def end(desk: Desk, **more: str) -> str:
    response = desk.browser().post(desk.path(rest="/care/end"), data=WORDS | more, follow_redirects=True)
    return words(response)


def back(desk: Desk) -> str:
    return words(desk.browser().post(desk.path(rest="/care/return"), follow_redirects=True))


def wanted(desk: Desk) -> int:
    """How many reminders the visits and cadences ask for, by the question that is asked before sending."""
    at = desk.now + timedelta(hours=20)
    with desk.database.reading() as session:
        found = [
            still_wanted(session, rule, desk.june.clinic_id, desk.june.patient, at) for rule in sorted(RULES)
        ]
    return sum(map(len, found))


def remind(desk: Desk, state: str) -> uuid.UUID:
    reminder = Reminder(
        clinic_id=desk.june.clinic_id,
        id=uuid.uuid4(),
        person_id=desk.june.person_id,
        patient_id=desk.june.patient,
        rule="visit_tomorrow",
        anchor=uuid.uuid4(),
        local_date=desk.day(),
        due_at=desk.now,
        useful_until=desk.now + timedelta(days=1),
        state=state,
        created_at=desk.now,
    )
    with desk.database.writing() as session:
        session.add(reminder)
        session.flush()
        return reminder.id


def test_every_reminder_stops_in_the_same_commit(desk: Desk) -> None:
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=1))
    held = {state: remind(desk, state) for state in ("due", "claimed", "call_list", "sent", "called")}
    assert wanted(desk) == 1
    assert "Care has ended. Every reminder stopped." in end(desk)
    assert wanted(desk) == 0
    with desk.database.reading() as session:
        states = dict(session.execute(sa.select(Reminder.id, Reminder.state)).all())
        audit = session.scalars(sa.select(AuditRow.at).where(AuditRow.action == "care.ended")).one()
        row = session.scalars(sa.select(CareEnd)).one()
        state = session.scalars(
            sa.select(Membership.state).where(Membership.id == desk.june.membership_id)
        ).one()
    assert {name: states[key] for name, key in held.items()} == {
        "due": "missed",
        "claimed": "missed",
        "call_list": "missed",
        "sent": "sent",
        "called": "called",
    }
    assert (row.ended_at, state) == (audit, "ended")


def test_an_open_alert_first_needs_an_owner_by_name(desk: Desk) -> None:
    desk.send(phq9=[0] * 8 + [1])
    osei = desk.make.clinician(desk.june.clinic_id, "Dr. Osei")
    stranger = desk.make.clinician(desk.make.clinic("Elsewhere"), "Dr. Far")
    for nobody in ("", "soon", str(stranger.membership_id)):
        assert "An alert is open. Choose who has it from now on." in end(desk, owner=nobody)
    with desk.database.reading() as session:
        assert session.scalars(sa.select(CareEnd)).all() == []
    end(desk, owner=str(osei.membership_id))
    assert "Dr. Osei has it" in words(desk.browser().get(desk.path()))


def test_each_wrong_field_is_named(desk: Desk) -> None:
    for field, value in (("reason", "bored"), ("words", " "), ("words", "x" * 4001)):
        response = desk.browser().post(desk.path(rest="/care/end"), data=WORDS | {field: value})
        assert response.status_code == 422
        assert f'id="care-{field}-wrong"' in response.get_data(as_text=True)


def test_the_phone_says_that_nobody_reads_and_drops_the_clinics_number(desk: Desk) -> None:
    desk.make.visit(desk.lead, desk.june)
    phone = desk.browser(desk.june)
    before = phone.get("/api/overview").json
    assert before is not None
    assert before["patients"][0]["care_ended_at"] is None
    plan = "Shoes on. Then the clinic, 555.010 0142. If that is not enough: 988."
    desk.browser().post(desk.path(rest="/plan"), data={"plan": plan})
    end(desk)
    told = phone.get("/api/overview").json
    assert told is not None
    patient = told["patients"][0]
    assert patient["care_ended_at"]
    assert (patient["clinic"]["phone"], patient["clinic"]["answer_words"]) == ("", "")
    assert patient["visits"] == []
    assert patient["safety_plan"] == "Shoes on. Then the clinic, …. If that is not enough: 988."
    assert told["crisis"]["call"] == "988"
    assert phone.get("/").headers["Location"] == "/today"
    assert phone.post("/api/care-links/invitations", json={"name": "Sam"}).status_code in (403, 404)
    back(desk)
    again = phone.get("/api/overview").json
    assert again is not None
    assert again["patients"][0]["clinic"]["phone"]


def test_whoever_was_shared_with_sees_nothing_more(desk: Desk) -> None:
    sam = desk.make.caregiver(desk.june)
    desk.make.visit(desk.lead, desk.june)
    assert "Room 2" in words(desk.browser(sam).get("/care"))
    end(desk)
    shown = words(desk.browser(sam).get("/care"))
    assert "Nothing is shared with you now." in shown
    assert "June" not in shown


def test_what_waited_still_arrives_and_is_told_apart(desk: Desk) -> None:
    desk.send(phq9=[1] * 8 + [0], days_ago=1)
    end(desk)
    desk.send(phq9=[0] * 8 + [2], days_ago=0.5)
    page = desk.browser().get(desk.path())
    assert section(page, "check-ins").count("after care ended") == 1
    assert "Item 9" in words(page), "it opens an alert like any other"
    assert "care ended today" in words(desk.browser().get("/clinic"))


def test_coming_back_takes_up_only_what_the_end_stopped(desk: Desk) -> None:
    kept = desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=3))
    off = desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=4))
    desk.browser().post(desk.path(rest=f"/visits/{off.id}/cancel"))
    with desk.database.writing() as session:
        set_cadence(
            session, desk.make.actor(desk.lead), desk.make.row(session, desk.june), "esketamine", 14, desk.now
        )
    end(desk)
    assert "In care again." in back(desk)
    with desk.database.reading() as session:
        states = dict(session.execute(sa.select(Visit.id, Visit.state)).all())
        cadences = session.execute(sa.select(Cadence.ended_at, Cadence.set_at).order_by(Cadence.set_at)).all()
        row = session.scalars(sa.select(CareEnd)).one()
    assert (states[kept.id], states[off.id]) == ("booked", "cancelled")
    assert [one.ended_at for one in cadences] == [row.ended_at, None]
    assert cadences[1].set_at == row.returned_at
    assert "In care again since" in section(desk.browser().get(desk.path()), "care")


def test_two_at_once_end_it_once(desk: Desk) -> None:
    end(desk)
    assert desk.browser().post(desk.path(rest="/care/end"), data=WORDS).status_code == 409
    back(desk)
    assert desk.browser().post(desk.path(rest="/care/return")).status_code == 409
