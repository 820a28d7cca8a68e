"""Visits and cadences, as typed into a patient's page."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.models import Cadence, Visit
from app.pages.visit_form import Typed, read_visit
from app.services.visits import NewVisit
from tests.pages.conftest import Desk, section, words

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
FORM = {
    "modality": "ketamine_iv",
    "day": "2026-12-04",
    "time": "10:30",
    "zone": "America/New_York",
    "minutes": "120",
    "place": "Room 5",
}


@pytest.mark.parametrize(
    ("day", "time", "moment"),
    [
        ("2026-12-04", "10:30", datetime(2026, 12, 4, 15, 30, tzinfo=UTC)),
        # 2:30 is skipped that night and moves forward; 1:30 comes twice and is the first.
        ("2027-03-14", "02:30", datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        ("2027-11-07", "01:30", datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
    ],
)
def test_a_local_time_is_one_moment(day: str, time: str, moment: datetime) -> None:
    new = read_visit(FORM | {"day": day, "time": time}, NOW)
    assert isinstance(new, NewVisit)
    assert new.starts_at == moment


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("modality", "aspirin"),
        ("day", "tomorrow"),
        ("day", "2226-12-04"),
        ("day", ""),
        ("time", "half ten"),
        ("time", "10:30+02:00"),
        ("zone", "Mars/Olympus"),
        ("zone", "../etc/passwd"),
        ("minutes", "0"),
        ("minutes", "1441"),
        ("minutes", "1_0"),
        ("minutes", "²"),
        ("place", "x" * 201),
        ("place", "a\x00b"),
    ],
)
def test_each_wrong_field_is_named(field: str, value: str) -> None:
    with Flask(__name__).app_context():
        typed = read_visit(FORM | {field: value}, NOW)
    assert isinstance(typed, Typed)
    assert list(typed.errors) == [field]
    assert typed.values[field] == value


def test_a_form_with_a_mistake_comes_back_as_typed(desk: Desk) -> None:
    page = desk.browser().post(desk.path(rest="/visits"), data=FORM | {"day": "", "place": "By the window"})
    assert page.status_code == 422
    assert "Choose a day." in section(page, "visits")
    assert 'value="By the window"' in page.get_data(as_text=True)
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Visit)).all() == []


def test_a_visit_is_booked_once(desk: Desk) -> None:
    browser, form = desk.browser(), FORM | {"day": desk.day(9).isoformat()}
    assert "The visit is booked." in words(
        browser.post(desk.path(rest="/visits"), data=form, follow_redirects=True)
    )
    again = browser.post(desk.path(rest="/visits"), data=form)
    assert again.status_code == 422
    assert "at this very time already" in section(again, "visits")


def test_a_past_visit_is_asked_about_and_recorded_as_done(desk: Desk) -> None:
    form = FORM | {"day": desk.day(-3).isoformat()}
    browser = desk.browser()
    other_day = {"sure": desk.day(-4).isoformat()}
    for answer in ({}, other_day):
        asked = browser.post(desk.path(rest="/visits"), data=form | answer)
        assert asked.status_code == 422
        assert "Yes, this visit took place on" in section(asked, "visits")
    page = browser.post(desk.path(rest="/visits"), data=form | {"sure": form["day"]}, follow_redirects=True)
    assert "recorded as done" in words(page)
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Visit.state)).all() == ["done"]


def test_cancelling_offers_the_way_back(desk: Desk) -> None:
    visit = desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=2))
    browser = desk.browser()
    cancelled = browser.post(desk.path(rest=f"/visits/{visit.id}/cancel"), follow_redirects=True)
    assert "The visit is cancelled." in words(cancelled)
    assert words(cancelled).count("Put it back") == 2
    assert "No visit is booked." in section(cancelled, "visits")
    restored = browser.post(desk.path(rest=f"/visits/{visit.id}/restore"), follow_redirects=True)
    assert "The visit is booked again." in words(restored)
    assert "Ketamine infusion" in section(restored, "visits")


def test_a_visit_that_was_is_removed_only_when_somebody_says_so(desk: Desk) -> None:
    visit = desk.make.visit(desk.lead, desk.june, desk.now - timedelta(days=400))
    browser, path = desk.browser(), desk.path(rest=f"/visits/{visit.id}/cancel")
    assert "1 visit that was" in section(browser.get(desk.path()), "visits")
    asked = browser.post(path)
    assert asked.status_code == 422
    assert "Please say that this visit did not take place." in section(asked, "visits")
    removed = browser.post(path, data={"sure": str(visit.id)}, follow_redirects=True)
    assert "1 visit that was" not in words(removed)
    assert "Put it back" in words(removed)
    back = browser.post(desk.path(rest=f"/visits/{visit.id}/restore"), follow_redirects=True)
    assert "1 visit that was" in section(back, "visits")


def test_a_time_that_was_booked_again_offers_no_way_back(desk: Desk) -> None:
    at = desk.now + timedelta(days=2)
    visit = desk.make.visit(desk.lead, desk.june, at)
    browser = desk.browser()
    browser.post(desk.path(rest=f"/visits/{visit.id}/cancel"))
    assert "cancelled Put it back" in section(browser.get(desk.path()), "visits")
    desk.make.visit(desk.lead, desk.june, at)
    assert "Put it back" not in words(browser.get(desk.path()))
    assert browser.post(desk.path(rest=f"/visits/{visit.id}/restore")).status_code == 409


def test_maintenance_says_when_the_next_visit_is(desk: Desk) -> None:
    browser = desk.browser()
    browser.post(desk.path(rest="/cadence"), data={"modality": "ketamine_iv", "interval_days": "21"})
    assert "no visit yet" in section(browser.get(desk.path()), "maintenance")
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=9))
    maintenance = section(browser.get(desk.path()), "maintenance")
    assert "about every 21 days · next" in maintenance
    assert "no visit yet" not in maintenance


@pytest.mark.parametrize("days", ["6", "32", "", "three weeks"])
def test_a_cadence_is_7_to_31_days(desk: Desk, days: str) -> None:
    form = {"modality": "ketamine_iv", "interval_days": days}
    page = desk.browser().post(desk.path(rest="/cadence"), data=form)
    assert page.status_code == 422
    assert "from 7 to 31" in section(page, "maintenance")


def test_more_than_14_days_of_esketamine_is_outside_the_label(desk: Desk) -> None:
    browser = desk.browser()
    for days, said in (("14", False), ("15", True)):
        form = {"modality": "esketamine", "interval_days": days}
        page = browser.post(desk.path(rest="/cadence"), data=form, follow_redirects=True)
        assert ("outside the label" in section(page, "maintenance").split("Set how often")[0]) is said


def test_a_new_cadence_ends_the_one_before(desk: Desk) -> None:
    browser = desk.browser()
    for days in ("21", "28", "28"):
        form = {"modality": "ketamine_iv", "interval_days": days}
        assert browser.post(desk.path(rest="/cadence"), data=form).status_code == 303
    with desk.database.reading() as session:
        held = session.execute(
            sa.select(Cadence.interval_days, Cadence.ended_at.is_(None)).order_by(Cadence.interval_days)
        ).all()
    assert [tuple(row) for row in held] == [(21, False), (28, True)]
