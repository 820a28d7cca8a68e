"""What each role's pages show, and what they do not: a nurse signs nothing, the front desk reads nothing."""

import sqlalchemy as sa

from app.models import Alert, CheckIn, Membership, Patient, TeamMember
from tests.factories import Factory, Member
from tests.pages.conftest import Desk, words

PHQ9: list[int | None] = [3, 3, 3, 3, 2, 2, 2, 2, 1]
SAID = {"direction": "harder", "text": "the refrigerator was too loud", "attribution": []}
# Where a form sends what is signed with a name.
SIGNED = ("/sign-off", "/plan#plan", "/cadence", 'value="decided"', "Set how often")


def send(desk: Desk) -> None:
    desk.send(phq9=PHQ9, note={"executive": SAID, "hedonic": SAID | {"text": ""}})


def alert_of(desk: Desk) -> Alert:
    with desk.database.reading() as session:
        return session.scalars(sa.select(Alert)).one()


def test_a_nurse_reads_everything_and_finds_no_form_that_signs(desk: Desk, nurse: Member) -> None:
    send(desk)
    page = desk.browser(nurse).get(desk.path())
    assert "21 severe" in words(page)
    assert "the refrigerator was too loud" in words(page)
    assert "Tried, not reached" in words(page)
    html, signing = (desk.browser(who).get(desk.path()).get_data(as_text=True) for who in (nurse, desk.lead))
    assert [one for one in SIGNED if one not in signing] == []
    assert [one for one in SIGNED if one in html] == []


def test_a_nurse_takes_and_tries_and_reaches_and_closes_nothing(desk: Desk, nurse: Member) -> None:
    send(desk)
    browser, alert = desk.browser(nurse), alert_of(desk)
    path = desk.path(rest=f"/alerts/{alert.id}")

    def do(what: str, **form: str) -> int:
        return browser.post(
            f"{path}/{what}", data=form | {"version": str(alert_of(desk).version)}
        ).status_code

    assert do("owner") == 303
    assert alert_of(desk).owner_id == nurse.membership_id
    assert do("attempts", state="trying", words="rang twice") == 303
    assert do("attempts", state="decided", words="leave it") == 404
    assert do("attempts", state="reached", words="spoke") == 303
    assert do("close", words="done") == 403
    assert alert_of(desk).state == "reached"


def test_the_front_desk_sees_names_and_visits_and_nothing_that_was_answered(desk: Desk) -> None:
    send(desk)
    jonah = desk.make.colleague(desk.lead.clinic_id, "front_desk", "Jonah Weiss")
    browser = desk.browser(jonah)
    listed, page = browser.get("/clinic"), browser.get(desk.path())
    assert "June Kowalski" in words(listed)
    assert "No visit is booked." in words(page)
    for told in ("PHQ", "GAD", "refrigerator", "severe", "alert", "Alert", "Item 9", "Maintenance"):
        assert told not in words(page), told
        assert told not in words(listed), told
    made = browser.post(
        desk.path(rest="/visits"),
        data={
            "modality": "tms",
            "day": (desk.now.date()).replace(year=desk.now.year + 1).isoformat(),
            "time": "09:00",
            "zone": "America/New_York",
            "minutes": "20",
            "place": "Room 1",
        },
    )
    assert made.status_code == 303
    assert "Room 1" in words(browser.get(desk.path()))


def test_an_administrator_is_led_to_the_settings_and_sees_no_patient(desk: Desk) -> None:
    elena = desk.make.colleague(desk.lead.clinic_id, "administrator", "Elena Arroyo")
    browser = desk.browser(elena)
    assert browser.get("/").headers["Location"] == "/clinic/settings"
    for path in ("/clinic/settings", "/clinic/staff", f"/clinic/staff/{desk.lead.membership_id}"):
        assert "June" not in words(browser.get(path))


def test_a_clinician_who_is_administrator_too_has_both_menus(desk: Desk) -> None:
    with desk.database.writing() as session:
        own = {"clinic_id": desk.lead.clinic_id, "person_id": desk.lead.person_id}
        session.add(Membership(**own, role="administrator", created_at=desk.now))
    page = words(desk.browser().get("/clinic"))
    assert "Caseload" in page
    assert "Settings" in page
    assert desk.browser().get("/clinic/settings").status_code == 200


def test_a_clinician_puts_a_nurse_on_the_team_and_takes_her_off(desk: Desk) -> None:
    ruth = desk.make.colleague(desk.lead.clinic_id, "nurse")
    browser, hers = desk.browser(), desk.browser(ruth)
    assert hers.get(desk.path()).status_code == 404
    added = browser.post(desk.path(rest="/team"), data={"colleague": str(ruth.membership_id)})
    assert (added.status_code, hers.get(desk.path()).status_code) == (303, 200)
    browser.post(desk.path(rest=f"/team/{ruth.membership_id}/remove"))
    assert hers.get(desk.path()).status_code == 404
    # The lead stays: a patient is never without one.
    assert browser.post(desk.path(rest=f"/team/{desk.lead.membership_id}/remove")).status_code == 422


def test_somebody_of_another_clinic_joins_no_team(desk: Desk, make: Factory) -> None:
    far = make.clinician(make.clinic("Elsewhere"), "Dr. Far")
    refused = desk.browser().post(desk.path(rest="/team"), data={"colleague": str(far.membership_id)})
    assert refused.status_code == 422
    with desk.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TeamMember)) == 1


def test_whoever_is_clinician_elsewhere_and_nurse_here_signs_nothing_here(desk: Desk, nurse: Member) -> None:
    far_id = desk.make.clinic("Elsewhere")
    with desk.database.writing() as session:
        session.add(
            Membership(
                clinic_id=far_id, person_id=nurse.person_id, role="clinician", created_at=desk.make.now
            )
        )
    send(desk)
    with desk.database.reading() as session:
        check_in_id = session.scalars(sa.select(CheckIn.id)).one()
    browser = desk.browser(nurse)
    assert browser.get(desk.path(rest=f"/check-ins/{check_in_id}")).status_code == 200
    assert browser.post(desk.path(rest=f"/check-ins/{check_in_id}/sign-off")).status_code == 404
    assert browser.post(desk.path(rest="/plan"), data={"plan": "mine"}).status_code == 404
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Patient)).one().safety_plan == ""


def test_what_waits_on_a_suspended_patients_phone_still_arrives(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.get_one(Membership, (desk.june.clinic_id, desk.june.membership_id)).state = "suspended"
    assert desk.browser(desk.june).get("/api/overview").status_code == 401
    desk.send(phq9=PHQ9)
    with desk.database.reading() as session:
        assert len(session.scalars(sa.select(CheckIn)).all()) == 1
    assert alert_of(desk).state == "opened"
