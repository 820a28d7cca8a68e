"""One patient's page, and one check-in on its own."""

import re
import uuid

import pytest
import sqlalchemy as sa

from app.domain.note import DIMENSIONS
from app.models import AuditRow, CheckIn, SignOff
from tests.factories import seal_for, signed_in
from tests.pages.conftest import Desk, section, words

ZERO = [0] * 9


def check_in_path(desk: Desk, rest: str = "") -> str:
    with desk.database.reading() as session:
        newest = session.scalars(sa.select(CheckIn.id).order_by(CheckIn.answered_at.desc())).first()
    return desk.path(rest=f"/check-ins/{newest}{rest}")


@pytest.mark.parametrize(
    ("phq9", "said"),
    [
        ([2, 2, 2, 2, 2, 2, 1, 1, 0], "14 moderate"),
        ([2, 2, 2, 2, 2, 2, 1, None, 0], "15 moderately severe prorated, 8 answered"),
        ([2, 2, 2, 2, 2, 2, None, None, None], "– no score, 6 of 9 answered"),
    ],
)
def test_a_score_says_plainly_what_it_rests_on(desk: Desk, phq9: list[int | None], said: str) -> None:
    desk.send(phq9=phq9)
    assert said in section(desk.browser().get(desk.path()), "check-ins")


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ([1, 1, 1, 1, 0, 0, 0, 0, 0], "+4 , about the same"),
        ([1, 1, 1, 1, 1, 0, 0, 0, 0], "+5 , worse"),
    ],
)
def test_five_points_are_a_change_and_four_are_about_the_same(
    desk: Desk, later: list[int | None], said: str
) -> None:
    desk.send(phq9=ZERO, days_ago=7)
    desk.send(phq9=later)
    assert said in section(desk.browser().get(desk.path()), "check-ins")


def test_an_unanswered_item_9_is_said_and_not_called_negative(desk: Desk) -> None:
    desk.send(phq9=[*ZERO[:8], None])
    assert "not answered" in section(desk.browser().get(desk.path()), "check-ins")


def test_every_score_is_a_point_with_its_own_words(desk: Desk) -> None:
    desk.send(phq9=ZERO, gad7=[1] * 7, days_ago=7)
    desk.send(phq9=[1] * 8 + [0], days_ago=1)
    page = desk.browser().get(desk.path()).get_data(as_text=True)
    wide = re.search(r'<svg class="timeline wide".*?</svg>', page, re.DOTALL)
    assert wide
    assert wide[0].count('class="phq9-point"') == 2
    assert wide[0].count('class="gad7-point"') == 1
    assert "PHQ-9 8, mild" in wide[0]
    assert "The same as a table" in page


def test_notes_stand_in_their_column_with_direction_and_attribution(desk: Desk) -> None:
    desk.send(
        note={
            "executive": {
                "direction": "easier",
                "text": "I picked it up <b>and</b> went on.",
                "attribution": ["tms"],
            },
            "hedonic": {"direction": "harder", "text": "", "attribution": []},
        },
        kind="note",
    )
    page = desk.browser().get(desk.path())
    assert "Easier · puts it down to: TMS" in section(page, "executive")
    assert "I picked it up <b>and</b> went on." in section(page, "executive")
    assert "<b>and</b>" not in page.get_data(as_text=True)
    assert "Harder" in section(page, "hedonic")


def test_what_waited_on_the_phone_shows_both_times(desk: Desk) -> None:
    desk.send(phq9=ZERO, days_ago=2)
    browser = desk.browser()
    assert "arrived today" in section(browser.get(desk.path()), "check-ins")
    shown = words(browser.get(check_in_path(desk)))
    assert "answered" in shown
    assert "arrived today" in shown


def test_the_answers_are_in_the_published_words(desk: Desk) -> None:
    desk.send(phq9=[3, None, *ZERO[2:]])
    shown = words(desk.browser().get(check_in_path(desk)))
    assert "Little interest or pleasure in doing things Nearly every day 3" in shown
    assert "Feeling down, depressed, or hopeless not answered –" in shown
    assert "Developed by Drs. Robert L. Spitzer" in shown


def test_the_first_sign_off_stands_and_the_second_is_told(desk: Desk) -> None:
    desk.send(phq9=ZERO)
    path = check_in_path(desk)
    browser = desk.browser()
    first = browser.post(f"{path}/sign-off", follow_redirects=True)
    assert "Signed off." in words(first)
    assert "signed off by Dr. Lindqvist" in words(first)
    second = browser.post(f"{path}/sign-off", follow_redirects=True)
    assert "Somebody signed this off before you." in words(second)
    with desk.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SignOff)) == 1


def test_a_check_in_of_somebody_else_is_not_there(desk: Desk) -> None:
    marcus = desk.make.patient(desk.lead, "Marcus Bell")
    desk.send(phq9=ZERO)
    own = check_in_path(desk)
    assert desk.browser().get(own.replace(str(desk.june.patient), str(marcus.patient))).status_code == 404


def test_a_conflict_shows_both_versions(desk: Desk) -> None:
    item = desk.send(phq9=ZERO)
    desk.post_item(desk.june, seal_for(desk.app, desk.june, item, item9=0))
    shown = words(desk.browser().get(check_in_path(desk)))
    assert "arrived in more than one version" in shown


def test_the_patients_page_shows_both_versions_side_by_side_in_words(desk: Desk) -> None:
    note = {name: {"direction": "harder", "text": f"{name} words", "attribution": []} for name in DIMENSIONS}
    item = desk.send(phq9=ZERO, gad7=[0] * 7, today=3)
    assert "more than one version" not in words(desk.browser().get(desk.path()))
    desk.post_item(desk.june, seal_for(desk.app, desk.june, item, item9=2, today=3, note=note))
    shown = words(desk.browser().get(desk.path()))
    for said in ("arrived in more than one version", "PHQ-9 0 minimal", "PHQ-9 14 moderate", "hedonic words"):
        assert said in shown
    assert "They differ in: PHQ-9, GAD-7, notes." in shown
    overview = signed_in(desk.app, desk.june).get("/api/overview").json
    assert overview is not None
    listed = overview["patients"][0]["check_ins"]
    assert [one["id"] for one in listed] == [str(item)] * 2
    assert sorted(one["phq9"]["total"] for one in listed) == [0, 14]
    assert sorted(one["is_second_version"] for one in listed) == [False, True]


def test_the_plan_is_kept_and_a_hidden_character_refused(desk: Desk) -> None:
    browser = desk.browser()
    saved = browser.post(
        desk.path(rest="/plan"), data={"plan": "Shoes on.\r\nCall Piotr."}, follow_redirects=True
    )
    assert "The plan is saved." in words(saved)
    assert "Shoes on. Call Piotr." in section(saved, "plan")
    refused = browser.post(desk.path(rest="/plan"), data={"plan": "a\x00b"})
    assert refused.status_code == 422
    assert "no hidden ones" in section(refused, "plan")


def test_reading_a_page_leaves_one_audit_row_without_content(desk: Desk) -> None:
    desk.browser().get(desk.path())
    with desk.database.reading() as session:
        rows = session.execute(
            sa.select(AuditRow.actor_id, AuditRow.subject_id).where(AuditRow.action == "patient.read")
        ).all()
    assert rows == [(desk.lead.person_id, desk.june.patient)]


def test_an_id_nobody_has_is_not_there(desk: Desk) -> None:
    assert desk.browser().get(f"/clinic/patients/{uuid.uuid4()}").status_code == 404
    assert desk.browser().get("/clinic/patients/not-an-id").status_code == 404
