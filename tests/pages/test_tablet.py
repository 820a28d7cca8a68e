"""A check-in on the clinic's tablet: this one check-in, for a while, and nothing else."""

import re
from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.models import Alert, CheckIn, CheckInVisit, Envelope, InstrumentScore, TabletPass
from tests.factories import visitor
from tests.pages.conftest import Desk, words

ANSWERS = {f"phq9-{item}": "1" for item in range(1, 10)}


def start(desk: Desk, **data: str) -> str:
    """The token, as another tablet reads it."""
    response = desk.browser().post(desk.path(rest="/tablet"), data={"language": "en"} | data)
    found = re.search(r"/tablet/([\w-]{43})<", response.get_data(as_text=True))
    assert found is not None
    return found[1]


def test_it_adds_this_one_check_in_and_forgets(desk: Desk) -> None:
    visit = desk.make.visit(desk.lead, desk.june)
    token, tablet = start(desk, visit=str(visit.id)), visitor(desk.app)
    form = tablet.get(f"/tablet/{token}")
    assert "Questions for J. K." in words(form)
    assert "June" not in words(form)
    assert form.headers["Cache-Control"] == "no-store"
    done = tablet.post(f"/tablet/{token}", data=ANSWERS, follow_redirects=True)
    assert "this tablet has forgotten it" in words(done)
    assert "Set-Cookie" not in form.headers
    assert "Set-Cookie" not in done.headers
    for again in (tablet.get(f"/tablet/{token}"), tablet.post(f"/tablet/{token}", data={"phq9-1": "3"})):
        assert again.status_code == 303
        assert "/tablet/done" in again.headers["Location"]
    with desk.database.reading() as session:
        kept = session.scalars(sa.select(Envelope)).one()
        assert session.scalars(sa.select(CheckInVisit.visit_id)).all() == [visit.id]
        assert session.scalars(sa.select(Alert.state)).all() == ["opened"], "item 9 above 0"
    assert (kept.source, kept.repair) == ("tablet", "")
    assert "on the clinic’s tablet" in words(desk.browser().get(desk.path()))


def test_the_token_opens_for_half_an_hour_and_slow_answers_are_kept(desk: Desk) -> None:
    token, tablet = start(desk), visitor(desk.app)
    with time_machine.travel((desk.now + timedelta(minutes=31)).astimezone(UTC)):
        assert tablet.get(f"/tablet/{token}").status_code == 410
        assert tablet.post(f"/tablet/{token}", data=ANSWERS).status_code == 303
    other = start(desk)
    with time_machine.travel((desk.now + timedelta(hours=3)).astimezone(UTC)):
        assert tablet.post(f"/tablet/{other}", data=ANSWERS).status_code == 410
    with desk.database.reading() as session:
        assert len(session.scalars(sa.select(Envelope)).all()) == 1


def test_on_this_device_nobody_is_signed_in_any_more(desk: Desk) -> None:
    browser = desk.browser()
    data = {"language": "es", "here": "yes"}
    handed = browser.post(desk.path(rest="/tablet"), data=data, follow_redirects=True)
    assert "Preguntas para J. K." in words(handed)
    assert "Llamar al 988 (oprima 2)" in words(handed)
    assert browser.get(desk.path()).status_code == 302


def test_what_cannot_be_stored_stays_in_the_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    token = start(desk)

    def fail(*_anything: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception())

    monkeypatch.setattr(desk.app.extensions["between"].intake, "take", fail)
    kept = visitor(desk.app).post(f"/tablet/{token}", data=ANSWERS)
    assert kept.status_code == 503
    assert '<input type="hidden" name="phq9-9" value="1">' in kept.get_data(as_text=True)
    monkeypatch.undo()
    assert visitor(desk.app).post(f"/tablet/{token}", data=ANSWERS).status_code == 303
    with desk.database.reading() as session:
        assert session.scalars(sa.select(TabletPass.used_at)).one() is not None


def test_switching_the_language_keeps_the_answers_and_stores_nothing(desk: Desk) -> None:
    token, tablet = start(desk), visitor(desk.app)
    assert "Español" in words(tablet.get(f"/tablet/{token}"))
    told = {
        "phq9-1": "2",
        "phq9-2": "1",
        "difficulty": "1",
        "today": "4",
        "executive-text": "Me levanté <hoy>.",
        "hedonic-direction": "easier",
        "should-know-topic": ["medicine", "other"],
    }
    first = {"language": "en", "switch": "es"} | told
    shown = tablet.post(f"/tablet/{token}", data=first).get_data(as_text=True)
    assert 'lang="es"' in shown
    assert "Preguntas para J. K." in shown
    assert shown.count(" checked>") == 7
    assert "Me levanté &lt;hoy&gt;.</textarea>" in shown
    with desk.database.reading() as session:
        assert session.scalars(sa.select(Envelope)).all() == []
    before = re.findall(r'name="before" value="([^"]+)"', shown)
    assert before == ["phq9-1=2=en", "phq9-2=1=en"]
    # One is changed after the switch, and one is new.
    rest = told | {"language": "es", "before": before, "phq9-2": "3", "phq9-3": "0"}
    done = tablet.post(f"/tablet/{token}", data=rest)
    assert done.headers["Location"].endswith("language=es")
    with desk.database.reading() as session:
        score = session.scalars(sa.select(InstrumentScore).where(InstrumentScore.instrument == "phq9")).one()
        assert session.scalars(sa.select(CheckIn.language)).one() == "es"
    assert score.answers == {1: 2, 2: 3, 3: 0}
    assert score.languages[:4] == ["en", "es", "es", None]
    late = tablet.post(f"/tablet/{token}", data=first)
    assert "/tablet/done" in late.headers["Location"]
