"""What a phone held and never sent: told to both sides, closed by a late arrival, put aside with a word."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.db import Database
from app.models import AuditRow, SeriesEnd
from tests.factories import Factory, Member, seal_for, signed_in

SERIES = "0190163d-8694-8b5f-8c5e-96c55e2c6a1b"
GONE = "has not reached the clinic."


@dataclass
class Gaps:
    """June, her phone's numbers, and both sides' view of what is missing."""

    app: Flask
    lead: Member
    june: Member

    def send(self, *numbers: tuple[int, int], install: str = SERIES) -> None:
        """Items by number and how many waited when they were sealed, in one request."""
        items = [
            seal_for(self.app, self.june, install=install, sequence=number, pending=pending)
            for number, pending in numbers
        ]
        self.post(items)

    def post(self, items: list[dict[str, str]]) -> None:
        body = {"person": str(self.june.person_id), "items": items}
        assert signed_in(self.app, self.june).post("/api/sync", json=body).status_code == 200

    def ended(self, last: object, install: object = SERIES) -> int:
        body = {"patient": str(self.june.patient), "install": install, "last": last}
        return signed_in(self.app, self.june).post("/api/series/ended", json=body).status_code

    def on_the_phone(self) -> int:
        overview = signed_in(self.app, self.june).get("/api/overview").json
        assert overview is not None
        missing: int = overview["patients"][0]["missing"]
        return missing

    def on_the_desk(self) -> str:
        """The words of the gap on the patient's page, else nothing."""
        page = signed_in(self.app, self.lead).get(f"/clinic/patients/{self.june.patient}").text
        return page.split('id="gap"')[1].split("</section>")[0] if 'id="gap"' in page else ""

    def say_on_the_phone(self, missing: int, words: str = "told") -> int:
        body = {"patient": str(self.june.patient), "missing": missing, "words": words}
        return signed_in(self.app, self.june).post("/api/gaps/review", json=body).status_code

    def say_at_the_desk(self, missing: object, words: str) -> int:
        path = f"/clinic/patients/{self.june.patient}/gap"
        form = {"missing": missing, "words": words}
        return signed_in(self.app, self.lead).post(path, data=form).status_code


@pytest.fixture
def gaps(app: Flask) -> Gaps:
    make = Factory(app.extensions["between"].database, datetime.now(UTC))
    lead = make.clinician(make.clinic())
    return Gaps(app, lead, make.patient(lead))


@pytest.fixture
def database(app: Flask) -> Database:
    database: Database = app.extensions["between"].database
    return database


def test_what_may_still_wait_is_told_to_nobody(gaps: Gaps) -> None:
    gaps.send((1, 0))
    gaps.send((4, 2))
    assert (gaps.on_the_phone(), gaps.on_the_desk()) == (0, "")


def test_both_sides_are_told_and_a_late_arrival_closes_it(gaps: Gaps) -> None:
    gaps.send((1, 0))
    gaps.send((3, 0))
    assert gaps.on_the_phone() == 1
    assert "1 check-in or answer that the patient’s phone held has not reached the clinic." in (
        gaps.on_the_desk()
    )
    gaps.send((2, 0))
    assert (gaps.on_the_phone(), gaps.on_the_desk()) == (0, "")


def test_a_phone_whose_storage_was_emptied_says_how_far_it_came(gaps: Gaps, database: Database) -> None:
    gaps.send((1, 0))
    assert gaps.ended(3) == 200
    assert gaps.on_the_phone() == 2
    assert "its storage had been emptied" in gaps.on_the_desk()
    # The phone says it again until it is heard; the first word stands.
    assert gaps.ended(3) == gaps.ended(5) == 200
    assert gaps.on_the_phone() == 2
    with database.reading() as session:
        assert session.scalars(sa.select(SeriesEnd.last)).all() == [3]
        told = sa.select(sa.func.count()).where(AuditRow.action == "phone.emptied")
        assert session.scalar(told) == 1


def test_a_phone_that_sent_everything_before_it_was_emptied_misses_nothing(gaps: Gaps) -> None:
    gaps.send((1, 0), (2, 1))
    assert gaps.ended(2) == 200
    assert (gaps.on_the_phone(), gaps.on_the_desk()) == (0, "")


def test_numbers_of_a_phone_that_counted_all_its_people_together_say_nothing(gaps: Gaps) -> None:
    gaps.send((1, 0), install=str(uuid.uuid4()))
    gaps.send((9, 0), install=str(uuid.uuid4()))
    assert gaps.on_the_phone() == 0


def test_two_phones_are_counted_apart(gaps: Gaps) -> None:
    other = "0190163d-8694-8b5f-8c5e-96c55e2c6a1c"
    gaps.send((1, 0), (2, 1))
    gaps.send((2, 0), install=other)
    assert gaps.on_the_phone() == 1


def test_what_came_and_cannot_be_read_is_not_called_missing(gaps: Gaps) -> None:
    gaps.send((1, 0))
    unreadable = seal_for(gaps.app, gaps.june, install=SERIES, sequence=2, format="between/envelope/99")
    gaps.post([unreadable])
    gaps.send((3, 0))
    assert gaps.on_the_phone() == 0


def test_the_patients_word_is_enough_for_the_phone_and_is_shown_at_the_desk(gaps: Gaps) -> None:
    gaps.send((2, 0))
    assert gaps.say_on_the_phone(1) == 200
    assert gaps.on_the_phone() == 0
    assert "said on the phone: I told the clinic another way" in gaps.on_the_desk()
    # One more is another gap.
    gaps.send((4, 0))
    assert gaps.on_the_phone() == 2
    assert "said on the phone" not in gaps.on_the_desk()


def test_the_clinics_word_settles_it_for_both(gaps: Gaps) -> None:
    gaps.send((2, 0))
    assert gaps.say_at_the_desk(1, "asked June: it was about sleep") == 303
    assert (gaps.on_the_phone(), gaps.on_the_desk()) == (0, "")


def test_the_desk_needs_words_and_keeps_what_was_typed(gaps: Gaps) -> None:
    gaps.send((2, 0))
    assert gaps.say_at_the_desk(1, " ") == 422
    assert gaps.say_at_the_desk("", "asked") == 422
    assert gaps.say_at_the_desk(1, "a" * 501) == 422
    assert gaps.on_the_desk() != ""


NOBODYS = "5f1cbb8e-2f9a-4a39-9d3d-8f5a3b1b7c11"


@pytest.mark.parametrize(
    ("last", "install"), [(0, SERIES), (10**6, SERIES), ("3", SERIES), (3, "no id"), (3, NOBODYS)]
)
def test_what_no_phone_says_is_refused(gaps: Gaps, last: object, install: str) -> None:
    assert gaps.ended(last, install) in (400, 422)
    assert gaps.on_the_phone() == 0


def test_a_phone_cannot_fill_the_table_with_series(gaps: Gaps) -> None:
    answers = [gaps.ended(1, f"0190163d-8694-8b5f-8c5e-{number:012d}") for number in range(52)]
    assert answers == [200] * 50 + [422] * 2


def test_words_are_from_the_list(gaps: Gaps) -> None:
    assert gaps.say_on_the_phone(1, "whatever") == 400
    assert gaps.say_on_the_phone(0) == 400


def test_counting_reads_few_rows(gaps: Gaps, database: Database) -> None:
    """Where no number is missing, one grouped statement is all that is asked of the check-ins."""
    gaps.send(*[(number, 0) for number in range(1, 6)])
    asked: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    gaps.on_the_phone()
    assert len([one for one in asked if one.startswith("SELECT check_in.install_id")]) == 1
