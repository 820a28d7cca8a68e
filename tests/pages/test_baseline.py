"""The baseline a clinician signs, and the totals from before that it may rest on."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.models import Baseline, CheckIn, PastTotal
from app.pages.baselines import read_total
from app.pages.visit_form import Typed
from tests.pages.conftest import Desk, section, words

PAST = {"instrument": "phq9", "total": "21", "day": "2026-03-02", "source": "Letter of Dr. Ruiz"}
TWELVE = [2, 2, 2, 2, 2, 2, 0, 0, 0]
NINE = [1] * 9
SIX = [1] * 6 + [0] * 3


def sign(desk: Desk, score: str, seen: str = "") -> str:
    form = {"instrument": "phq9", "score": score, "seen": seen}
    response = desk.browser().post(desk.path(rest="/baseline"), data=form, follow_redirects=True)
    return section(response, "baseline")


def standing(desk: Desk) -> Baseline:
    with desk.database.reading() as session:
        return session.scalars(sa.select(Baseline).where(Baseline.replaced_at.is_(None))).one()


def enter(desk: Desk, **changes: str) -> str:
    response = desk.browser().post(desk.path(rest="/past-totals"), data=PAST | changes, follow_redirects=True)
    return section(response, "baseline")


def past_key(desk: Desk) -> str:
    with desk.database.reading() as session:
        return f"past_total:{session.scalars(sa.select(PastTotal.id)).one()}"


def test_nothing_is_said_of_response_until_somebody_signed(desk: Desk) -> None:
    """What is proposed is no baseline."""
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=1))
    desk.send(phq9=SIX, days_ago=2)
    shown = section(desk.browser().get(desk.path()), "baseline")
    assert "Proposed: 6" in shown
    assert "Not signed, so no response is shown." in shown
    assert "sign that there is none" in shown
    assert "Response:" not in words(desk.browser().get(desk.path()))


def test_whoever_comes_in_maintenance_is_proposed_nothing(desk: Desk) -> None:
    form = {"modality": "ketamine_iv", "interval_days": "21"}
    assert desk.browser().post(desk.path(rest="/cadence"), data=form).status_code == 303
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=1))
    desk.send(phq9=SIX, days_ago=2)
    shown = section(desk.browser().get(desk.path()), "baseline")
    assert "Proposed:" not in shown
    assert "maintenance was going on already at the first visit here" in shown
    desk.make.visit(desk.lead, desk.june, desk.now + timedelta(days=2), "tms")
    shown = section(desk.browser().get(desk.path()), "baseline")
    assert "Proposed: 6" in shown
    assert "the nearest to the first TMS visit here" in shown
    assert "maintenance was going on" not in sign(desk, "none")


def test_a_signed_past_total_is_what_response_is_measured_against(desk: Desk) -> None:
    assert "PHQ-9 21 Letter of Dr. Ruiz" in enter(desk)
    desk.send(phq9=NINE, days_ago=1)
    shown = sign(desk, past_key(desk))
    assert "21 on" in shown
    assert "−12, better. Response: at most half of the baseline. No remission: 5 or more." in shown
    assert (standing(desk).total, standing(desk).signed_by) == (21, desk.lead.membership_id)
    desk.send(phq9=[1, 1, 1, 1, 0, 0, 0, 0, 0])
    assert "Remission: under 5." in section(desk.browser().get(desk.path()), "baseline")


def test_under_ten_neither_word_is_said(desk: Desk) -> None:
    enter(desk, total="9")
    desk.send(phq9=[0] * 9)
    shown = sign(desk, past_key(desk))
    assert "Under 10, so neither response nor remission is said." in shown
    assert "Response:" not in shown


def test_none_can_be_signed_and_what_was_signed_before_stays(desk: Desk) -> None:
    enter(desk)
    sign(desk, past_key(desk))
    shown = sign(desk, "none", seen=str(standing(desk).id))
    assert "None signed by" in shown
    assert "21 on" in shown, "the one that was replaced is still told of"
    assert standing(desk).total is None
    with desk.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Baseline)) == 2


def test_nobody_signs_over_what_was_not_shown(desk: Desk) -> None:
    enter(desk)
    sign(desk, "none")
    assert "Somebody signed a baseline before you." in sign(desk, past_key(desk))
    assert standing(desk).total is None


def test_only_a_complete_score_of_this_patient_is_signed(desk: Desk) -> None:
    desk.send(phq9=[2, 2, 2, 2, 2, 2, 1, None, 0])
    desk.send(desk.make.patient(desk.lead, "Marcus Bell"), phq9=TWELVE)
    with desk.database.reading() as session:
        others = [f"check_in:{one}" for one in session.scalars(sa.select(CheckIn.id))]
    for key in ("", "check_in:", "past_total:7", f"check_in:{'0' * 32}", *others):
        assert "Choose a score, or none." in sign(desk, key)
    assert "check_in:" not in desk.browser().get(desk.path()).get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total", "28"),
        ("total", "-1"),
        ("total", "²"),
        ("instrument", "bdi"),
        ("day", "2999-01-01"),
        ("day", "02/03/2026"),
        ("source", " "),
        ("source", "x" * 201),
    ],
)
def test_each_wrong_field_of_a_past_total_is_named(field: str, value: str) -> None:
    with Flask(__name__).app_context():
        typed = read_total(PAST | {field: value}, date(2026, 11, 21))
    assert isinstance(typed, Typed)
    assert list(typed.errors) == [field]


def test_a_day_has_one_total_and_a_gad7_has_its_own_range(desk: Desk) -> None:
    enter(desk)
    assert "That day has one already: 21." in enter(desk, total="14")
    assert "A whole number from 0 to 21." in enter(desk, instrument="gad7", total="22")
    assert "GAD-7 21" in enter(desk, instrument="gad7")


def test_a_past_total_stands_on_the_timeline_and_is_told_apart(desk: Desk) -> None:
    day = desk.day(-20).isoformat()
    enter(desk, day=day)
    page = desk.browser().get(desk.path())
    assert "entered: Letter of Dr. Ruiz 21" in section(page, "timeline")
    assert "· entered · Letter of Dr. Ruiz" in page.get_data(as_text=True)


def test_what_was_entered_by_mistake_is_taken_out_but_not_from_under_a_baseline(desk: Desk) -> None:
    enter(desk)
    sign(desk, past_key(desk))
    with desk.database.reading() as session:
        total = session.scalars(sa.select(PastTotal.id)).one()
    path = desk.path(rest=f"/past-totals/{total}/remove")
    refused = desk.browser().post(path)
    assert refused.status_code == 409
    assert "It is signed as the baseline." in words(refused)
    sign(desk, "none", seen=str(standing(desk).id))
    assert desk.browser().post(path).status_code == 303
    with desk.database.reading() as session:
        row = session.get_one(PastTotal, (desk.lead.clinic_id, total))
    assert row.removed_by == desk.lead.membership_id
    assert "None entered." in section(desk.browser().get(desk.path()), "baseline")
