"""Too much today? The clinic sees who asks to talk in person; it counts as heard from, and alerts nobody."""

import pytest
import sqlalchemy as sa

from app.models import Alert, CheckIn, InstrumentScore
from tests.pages.conftest import Desk, section, words

CALM = [0, 1, 0, 1, 0, 1, 0, 1, 0]
OF_0_1_0 = (
    "Asks to talk in person instead of answering the questions today.",
    "Pide hablar en persona en vez de contestar las preguntas hoy.",
)
NOTHING = {"difficulty": None, "should_know": None}


def ask(desk: Desk, **envelope: object) -> None:
    desk.send(kind="in_person", **(NOTHING | envelope))  # type: ignore[arg-type]


def test_it_is_a_reason_of_its_own_and_comes_first(desk: Desk) -> None:
    desk.send(desk.make.patient(desk.lead, "Marcus Bell"), phq9=CALM)
    ask(desk, days_ago=1)
    browser = desk.browser()
    news = section(browser.get("/clinic"), "news")
    assert "June Kowalski Asks to talk in person since yesterday" in news
    assert news.index("June") < news.index("Marcus")
    assert "something to know" not in news
    assert "item 9 not answered" not in news
    assert "Asks to talk in person, since yesterday" in words(browser.get(desk.path()))


def test_it_makes_no_alert_and_no_score(desk: Desk) -> None:
    ask(desk)
    with desk.database.reading() as session:
        assert session.scalars(sa.select(CheckIn.kind)).all() == ["in_person"]
        assert session.scalars(sa.select(Alert.id)).all() == []
        assert session.scalars(sa.select(InstrumentScore.check_in_id)).all() == []


def test_it_counts_as_heard_from(desk: Desk) -> None:
    browser = desk.browser()
    assert "not heard from yet" in section(browser.get("/clinic"), "quiet")
    ask(desk, days_ago=1)
    with desk.database.reading() as session:
        check_in_id = session.scalars(sa.select(CheckIn.id)).one()
    browser.post(desk.path(rest=f"/check-ins/{check_in_id}/sign-off"))
    quiet = section(browser.get("/clinic"), "quiet")
    assert "not heard from" not in quiet
    assert "heard yesterday" in quiet


@pytest.mark.parametrize("text", OF_0_1_0)
def test_a_phone_of_0_1_0_asks_with_a_sentence(desk: Desk, text: str) -> None:
    asks = {"answer": "yes", "topics": ["other"], "text": text}
    desk.send(kind="note", should_know=asks)
    with desk.database.reading() as session:
        assert session.scalars(sa.select(CheckIn.kind)).all() == ["in_person"]
    browser = desk.browser()
    assert "Asks to talk in person" in section(browser.get("/clinic"), "news")
    assert text not in words(browser.get(desk.path()))


def test_words_of_the_patient_are_no_asking(desk: Desk) -> None:
    asks = {"answer": "yes", "topics": ["other"], "text": f"{OF_0_1_0[0]} Or on Monday."}
    desk.send(kind="note", should_know=asks)
    browser = desk.browser()
    assert "A note to read" in section(browser.get("/clinic"), "news")
    assert "Or on Monday." in words(browser.get(desk.path()))
