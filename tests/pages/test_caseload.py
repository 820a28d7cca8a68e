"""The caseload: who stands where, and why."""

import re
import uuid
from datetime import timedelta

import sqlalchemy as sa

from app.models import Person, Reminder
from app.services.visits import set_cadence
from tests.pages.conftest import Desk, counted, section, words

CALM = [0] * 9
LOW = [1, 1, 1, 1, 1, 1, 0, 0, 0]
HIGH = [2, 2, 2, 2, 1, 1, 1, 1, 0]


def test_a_new_clinic_is_told_how_it_begins(desk: Desk) -> None:
    alone = desk.make.clinician(desk.make.clinic("Elsewhere"))
    page = desk.browser(alone).get("/clinic")
    assert "Nobody is on your caseload yet" in words(page)
    assert 'href="/clinic/enroll"' in page.get_data(as_text=True)


def test_an_open_alert_needs_you_and_stands_there_once(desk: Desk) -> None:
    for days, item9 in ((9, 0), (6, 1), (3, None), (1, 2)):
        desk.send(phq9=[*LOW[:8], item9], days_ago=days)
    page = desk.browser().get("/clinic")
    assert "Item 9: 0 · 1 · – · 2" in section(page, "needs")
    assert "yours" in section(page, "needs")
    assert "just now" in section(page, "needs")
    assert words(page).count("June Kowalski") == 1
    assert "1 needs you" in words(page)


def test_news_names_the_visit_it_comes_before(desk: Desk) -> None:
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(hours=2))
    desk.send(phq9=[*LOW[:8], None], should_know={"answer": "yes", "topics": ["little_sleep"], "text": ""})
    news = section(desk.browser().get("/clinic"), "news")
    assert "Check-in to read" in news
    assert "with a note" not in news
    assert "before ketamine" in news
    assert "something to know before the visit" in news
    assert "item 9 not answered" in news


def test_what_waits_to_be_read_is_counted_by_what_it_is(desk: Desk) -> None:
    note = {"direction": "easier", "text": "I made the bed.", "attribution": []}
    both = {"executive": note, "hedonic": note}
    desk.send(phq9=LOW, note=both, days_ago=3)
    desk.send(phq9=LOW, days_ago=2)
    desk.send(kind="note", note=both, days_ago=1)
    desk.send(kind="today", today=4)
    browser = desk.browser()
    said = "2 check-ins to read, with a note, a note to read, a rating"
    assert said in section(browser.get("/clinic"), "news")
    page = browser.get(desk.path())
    assert "4 to read" in words(page)
    assert len(re.findall(r"/check-ins/[0-9a-f-]+/sign-off", page.get_data(as_text=True))) == 4


def test_a_prorated_score_is_marked_and_compared_with_nothing(desk: Desk) -> None:
    desk.send(phq9=[3] * 8 + [0], days_ago=9)
    desk.send(phq9=[2, 2, 2, 2, 1, 1, 1, None, 0], days_ago=2)
    page = desk.browser().get("/clinic")
    news = section(page, "news")
    assert "12 prorated" in news
    assert "−12" not in news
    spark = re.search(r'<svg class="spark".*?</svg>', page.get_data(as_text=True), re.DOTALL)
    assert spark
    assert spark[0].count('<circle class="prorated"') == spark[0].count("<circle") == 1


def test_the_newest_news_comes_first(desk: Desk) -> None:
    marcus = desk.make.patient(desk.lead, "Marcus Bell")
    desk.send(phq9=CALM, days_ago=1)
    desk.send(marcus, phq9=CALM, days_ago=3)
    news = section(desk.browser().get("/clinic"), "news")
    assert news.index("June") < news.index("Marcus")


def test_stretched_maintenance_drifts_until_a_visit_is_booked(desk: Desk) -> None:
    desk.make.visit(desk.lead, desk.june, desk.now - timedelta(days=30))
    with desk.database.writing() as session:
        june = desk.make.row(session, desk.june)
        set_cadence(session, desk.make.actor(desk.lead), june, "ketamine_iv", 21, desk.now)
    drifting = section(desk.browser().get("/clinic"), "drifting")
    assert "Maintenance stretched" in drifting
    assert "plan about every 21 days, now 30" in drifting
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=2))
    assert section(desk.browser().get("/clinic"), "drifting") == ""


def test_five_points_above_the_best_of_90_days_is_worse_and_four_are_not(desk: Desk) -> None:
    browser = desk.browser()
    marcus = desk.make.patient(desk.lead, "Marcus Bell")
    for patient, rise in ((desk.june, [1, 1, 1, 1, 1, 0, 0, 0, 0]), (marcus, [1, 1, 1, 1, 0, 0, 0, 0, 0])):
        desk.send(patient, phq9=CALM, days_ago=20)
        desk.send(patient, phq9=rise, days_ago=1)
        sign_everything_off(desk, patient)
    drifting = section(browser.get("/clinic"), "drifting")
    assert "June Kowalski Worse than before PHQ‑9 +5 above the best of 90 days" in drifting
    assert "Marcus" not in drifting


def test_somebody_no_phone_could_reach_is_called_once(desk: Desk) -> None:
    reminder_id = uuid.uuid4()
    with desk.database.writing() as session:
        session.add(
            Reminder(
                id=reminder_id,
                clinic_id=desk.june.clinic_id,
                person_id=desk.june.person_id,
                patient_id=desk.june.patient,
                rule="maintenance_due",
                anchor=uuid.uuid4(),
                local_date=desk.day(),
                due_at=desk.now,
                useful_until=desk.now + timedelta(days=1),
                state="call_list",
                created_at=desk.now,
            )
        )
    browser = desk.browser()
    assert "No phone could be reached; please call" in section(browser.get("/clinic"), "calls")
    after = browser.post(desk.path(rest=f"/reminders/{reminder_id}/called"), follow_redirects=True)
    assert "Written down that you called." in words(after)
    assert section(after, "calls") == ""


def test_only_the_own_team_is_shown(desk: Desk) -> None:
    desk.make.patient(desk.make.clinician(desk.june.clinic_id, "Dr. Osei"), "Marcus Bell")
    page = words(desk.browser().get("/clinic"))
    assert "June" in page
    assert "Marcus" not in page


def test_more_patients_do_not_mean_more_queries(desk: Desk) -> None:
    def queries() -> int:
        browser = desk.browser()
        with counted(desk.database) as statements:
            assert browser.get("/clinic").status_code == 200
        return len(statements)

    desk.send(phq9=[*LOW[:8], 1])
    few = queries()
    for number in range(6):
        other = desk.make.patient(desk.lead, f"Patient {number}")
        desk.send(other, phq9=[*HIGH[:8], number % 2])
    assert queries() == few


def test_a_clinician_reads_the_desk_in_spanish(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.execute(sa.update(Person).where(Person.id == desk.lead.person_id).values(language="es"))
    desk.send(phq9=LOW)
    page = desk.browser().get("/clinic")
    assert '<html lang="es">' in page.get_data(as_text=True)
    assert "Mis pacientes" in words(page)
    assert "Has news" not in words(page)


def sign_everything_off(desk: Desk, patient: object) -> None:
    browser = desk.browser()
    page = browser.get(desk.path(patient)).get_data(as_text=True)  # type: ignore[arg-type]
    for path in page.split('action="')[1:]:
        if "/sign-off" in path:
            browser.post(path.split('"')[0])
