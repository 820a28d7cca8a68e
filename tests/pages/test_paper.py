"""A check-in on paper: printed with a code, entered once, scored and told like any other."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.models import Alert, AuditRow, CheckIn, CheckInVisit, Envelope, InstrumentScore, PaperForm
from app.reading import reading_with
from app.services.reread import Outcome, Reader, find_kept, reread
from tests.pages.conftest import Desk, words

ANSWERS = {f"phq9-{item}": "1" for item in range(1, 10)} | {f"gad7-{item}": "2" for item in range(1, 8)}


def print_form(desk: Desk, language: str = "en", **data: str) -> PaperForm:
    response = desk.browser().post(desk.path(rest="/paper"), data={"language": language} | data)
    assert response.status_code == 200
    code = re.search(r'class="code num"[^>]*>([^<]+)<', response.get_data(as_text=True))
    assert code is not None
    with desk.database.reading() as session:
        return session.scalars(sa.select(PaperForm).where(PaperForm.code == code[1].replace("-", ""))).one()


def enter(desk: Desk, form: PaperForm, **changes: str) -> TestResponse:
    written = {"written": desk.day().isoformat()} | ANSWERS | changes
    return desk.browser().post(desk.path(rest=f"/paper/{form.id}"), data=written, follow_redirects=True)


def test_it_becomes_that_check_in_with_score_alert_and_name(desk: Desk) -> None:
    visit = desk.make.visit(desk.lead, desk.june)
    form = print_form(desk, visit=str(visit.id))
    shown = words(enter(desk, form, **{"executive-text": "Got up.", "answered-by": "with_help"}))
    assert "on paper, entered by Dr. Lindqvist · answered with help" in shown
    with desk.database.reading() as session:
        kept = session.scalars(sa.select(Envelope)).one()
        one = session.scalars(sa.select(CheckIn)).one()
        totals = dict(session.execute(sa.select(InstrumentScore.instrument, InstrumentScore.total)).all())
        before = session.scalars(sa.select(CheckInVisit.visit_id)).all()
        assert session.scalars(sa.select(Alert.state)).all() == ["opened"]
    assert (kept.source, kept.entered_by, kept.client_id) == ("paper", desk.lead.membership_id, form.id)
    assert (one.answered_by, one.app_version, one.answered_at <= one.arrived_at) == (
        "with_help",
        "paper",
        True,
    )
    assert (totals, before) == ({"phq9": 9, "gad7": 14}, [visit.id])


def test_the_same_code_twice_is_told_and_not_doubled(desk: Desk) -> None:
    form = print_form(desk)
    enter(desk, form)
    for again in (enter(desk, form), enter(desk, form, **{"phq9-1": "3"})):
        assert again.status_code == 409
        assert "This form was entered by Dr. Lindqvist" in words(again)
    with desk.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Envelope)) == 1


def test_a_forgotten_row_is_asked_about_and_a_blank_one_was_skipped(desk: Desk) -> None:
    form = print_form(desk)
    assert 'role="alert"' not in desk.browser().get(desk.path(rest=f"/paper/{form.id}")).get_data(
        as_text=True
    )
    asked = enter(desk, form, **{"phq9-9": "", "gad7-2": "4"})
    assert asked.status_code == 422
    assert "Not entered yet: PHQ-9 9, GAD-7 2." in words(asked)
    enter(desk, form, **{"phq9-9": "blank", "executive-text": "blank"})
    with desk.database.reading() as session:
        phq9 = session.scalars(sa.select(InstrumentScore).where(InstrumentScore.instrument == "phq9")).one()
    assert (phq9.item9, phq9.status, phq9.total) == ("not_answered", "prorated", 9)
    assert "blank" in words(desk.browser().get(desk.path())), "a note may say just that"


def test_the_day_on_the_paper_stands_as_answered(desk: Desk) -> None:
    form = print_form(desk)
    with desk.database.writing() as session:
        row = session.get_one(PaperForm, (form.clinic_id, form.id))
        row.printed_at = desk.now - timedelta(days=5)
    day = desk.day(-2)
    for wrong in ("", "soon", desk.day(-9).isoformat(), "2999-01-01"):
        assert enter(desk, form, written=wrong).status_code == 422
    enter(desk, form, written=day.isoformat())
    with desk.database.reading() as session:
        one = session.scalars(sa.select(CheckIn)).one()
    assert one.answered_at.date() == day
    assert one.wall == f"{day.isoformat()}T12:00:00"


def test_only_who_looks_after_the_patient_finds_the_code(desk: Desk) -> None:
    form, osei = print_form(desk), desk.make.clinician(desk.lead.clinic_id, "Dr. Osei")
    typed = {"code": f" {form.code[:4].lower()}-{form.code[4:]} "}
    found = desk.browser().post("/clinic/paper", data=typed)
    assert found.status_code == 303
    assert str(form.id) in found.headers["Location"]
    assert desk.browser(osei).post("/clinic/paper", data=typed).status_code == 422
    marcus = desk.make.patient(desk.lead, "Marcus Bell")
    assert desk.browser().get(desk.path(marcus, f"/paper/{form.id}")).status_code == 404


def test_what_was_kept_of_a_paper_reads_the_same_once_more(desk: Desk) -> None:
    form = print_form(desk)
    enter(desk, form)
    read = reading_with(desk.app.extensions["between"].keyring)
    with desk.database.reading_core() as connection:
        key = connection.execute(sa.select(Envelope.clinic_id, Envelope.id)).one()
        facts = read(find_kept(connection, (key[0], key[1])))
    assert not isinstance(facts, str)
    assert facts.instruments["phq9"].score.total == 9
    assert (
        reread(Reader(desk.database, read, None, datetime.now(UTC)), (key[0], key[1])) is Outcome.READ_BEFORE
    )


def test_the_paper_is_verbatim_with_its_notices_in_both_languages(desk: Desk) -> None:
    for language, said in (
        (
            "en",
            (
                "Little interest or pleasure in doing things",
                "Developed by Drs. Robert L. Spitzer",
                "Call 988",
            ),
        ),
        (
            "es",
            (
                "Poco interés o placer en hacer cosas",
                "Elaborado por los doctores",
                "Llamar al 988 (oprima 2)",
            ),
        ),
    ):
        data = {"language": language}
        page = words(desk.browser().post(desk.path(rest="/paper"), data=data))
        assert [one for one in said if one not in page] == []
        assert page.count(said[1]) == 2
        assert "J. K." in page
        assert "June" not in page.split("J. K.")[1], "nothing names the patient"
    assert desk.browser().post(desk.path(rest="/paper"), data={"language": "fr"}).status_code == 422
    other = desk.make.visit(desk.lead, desk.make.patient(desk.lead, "Marcus Bell"))
    form = {"language": "en", "visit": str(other.id)}
    assert desk.browser().post(desk.path(rest="/paper"), data=form).status_code == 404


def corrected(desk: Desk, check_in_id: uuid.UUID, **changes: str) -> TestResponse:
    typed = {"written": desk.day().isoformat()} | ANSWERS | changes
    path = desk.path(rest=f"/check-ins/{check_in_id}/correction")
    return desk.browser().post(path, data=typed, follow_redirects=True)


def entered(desk: Desk) -> list[tuple[uuid.UUID, int | None]]:
    """Every version with its answer to item 9, the first entry first."""
    with desk.database.reading() as session:
        rows = session.execute(
            sa.select(CheckIn.id, InstrumentScore.item_9)
            .join(InstrumentScore, InstrumentScore.check_in_id == CheckIn.id)
            .where(InstrumentScore.instrument == "phq9")
            .order_by(CheckIn.arrived_at)
        )
        return [tuple(row) for row in rows]


def alert_states(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return list(session.scalars(sa.select(Alert.state)))


def test_a_typing_error_is_corrected_and_the_first_entry_stays_readable(desk: Desk) -> None:
    form = print_form(desk)
    shown = enter(desk, form, **{"phq9-9": "0", "executive-text": "Got up.", "today": "4"})
    assert "Correct a typing error" in words(shown)
    ((first, _said),) = entered(desk)
    assert alert_states(desk) == []
    filled = desk.browser().get(desk.path(rest=f"/check-ins/{first}/correction")).get_data(as_text=True)
    for field in ('name="phq9-9" value="0" checked', 'name="today" value="4" checked', ">Got up.</textarea>"):
        assert field in filled
    after = words(corrected(desk, first, **{"phq9-9": "1", "executive-text": "Got up.", "today": "4"}))
    assert "on paper, corrected by Dr. Lindqvist" in after
    assert [said for _id, said in entered(desk)] == [0, 1]
    assert alert_states(desk) == ["opened"], "what was missed by a slip is told like any other"
    old = words(desk.browser().get(desk.path(rest=f"/check-ins/{first}")))
    assert "corrected later" in old
    assert "on paper, entered by Dr. Lindqvist" in old
    assert "Correct a typing error" not in old
    assert words(desk.browser().get(desk.path())).count("Got up.") == 1, "what was not corrected stands once"
    with desk.database.reading() as session:
        stored = session.scalars(sa.select(AuditRow.actor_id).where(AuditRow.action == "check_in.stored"))
        assert stored.all() == [desk.lead.person_id] * 2


def test_a_slip_upwards_closes_no_alert_and_a_correction_is_corrected_again(desk: Desk) -> None:
    enter(desk, print_form(desk), **{"phq9-9": "1"})
    ((first, _said),) = entered(desk)
    corrected(desk, first, **{"phq9-9": "0"})
    assert alert_states(desk) == ["opened"]
    second = entered(desk)[1][0]
    assert corrected(desk, second, **{"phq9-9": "blank"}).status_code == 200
    assert [said for _id, said in entered(desk)] == [1, 0, None]


def test_two_who_correct_the_same_entry_are_told_and_both_are_kept(desk: Desk) -> None:
    enter(desk, print_form(desk))
    ((first, _said),) = entered(desk)
    assert corrected(desk, first, **{"phq9-1": "2"}).status_code == 200
    assert corrected(desk, first, **{"phq9-1": "2"}).status_code == 200, "pressed twice"
    assert len(entered(desk)) == 2
    late = corrected(desk, first, **{"phq9-1": "3"})
    assert late.status_code == 409
    assert "was corrected by Dr. Lindqvist" in words(late)
    assert len(entered(desk)) == 3
    assert corrected(desk, first, **{"phq9-1": ""}).status_code == 422


def test_only_what_came_on_paper_is_corrected_and_only_by_who_may_enter_it(desk: Desk) -> None:
    sent = desk.send()
    assert corrected(desk, sent).status_code == 404
    assert "Correct a typing error" not in words(desk.browser().get(desk.path(rest=f"/check-ins/{sent}")))
    enter(desk, print_form(desk))
    with desk.database.reading() as session:
        paper = session.scalars(sa.select(Envelope.id).where(Envelope.source == "paper")).one()
    path = desk.path(rest=f"/check-ins/{paper}/correction")
    osei = desk.make.clinician(desk.lead.clinic_id, "Dr. Osei")
    assert [desk.browser(who).get(path).status_code for who in (osei, desk.june)] == [404, 403]
    assert desk.browser(osei).post(path, data=ANSWERS).status_code == 404
