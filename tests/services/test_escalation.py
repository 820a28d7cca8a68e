"""Escalation by a moved clock, through every state: who is told when, and what ends it."""

import pytest
import sqlalchemy as sa

from app.domain.escalation import EVERYBODY, NEXT, OWNER
from app.errors import BetweenError
from app.models import AlertStep, Clinic, Membership
from app.services.standing_plans import NotSignableError
from tests.ward import HOUR, MINUTE, Ward


@pytest.fixture
def pair(ward: Ward) -> Ward:
    ward.hire("mensah")
    return ward


def test_the_ladder_of_two_clinicians(pair: Ward) -> None:
    pair.answer(1)
    told = []
    for minutes in (0, 29, 1, 30, 59, 1):
        pair.after(minutes=minutes)
        pair.work()
        told.append(pair.told())
    assert told[0] == told[1] == ["lindqvist"]
    assert told[2] == ["lindqvist", "lindqvist"]
    assert told[3] == told[4] == ["lindqvist", "lindqvist", "mensah"]
    assert sorted(told[5][3:]) == ["lindqvist", "mensah"]
    assert pair.steps() == [
        (OWNER, "desk_only"),
        (OWNER, "desk_only"),
        (NEXT, "desk_only"),
        (EVERYBODY, "desk_only"),
    ]
    assert pair.work() == 0


def test_after_the_last_person_every_page_says_how_long(pair: Ward) -> None:
    pair.answer(1)
    assert (pair.strip().waiting, pair.strip().late) == (1, [])
    assert (pair.strip("mensah").waiting, pair.strip("mensah").late) == (0, [])
    pair.after(hours=2)
    # The strip needs no worker: it would be the last to know.
    (late,) = pair.strip("mensah").late
    assert (late.owner, late.since, late.is_visible) == ("Dr. Lindqvist", pair.now - 2 * HOUR, False)
    pair.work()
    assert pair.strip("mensah").late[0].is_visible
    pair.attempt("trying", "No answer.", by="lindqvist")
    assert len(pair.strip().late) == 1
    pair.attempt("decided", "The police look after it.", by="mensah")
    assert (pair.strip().waiting, pair.strip().late) == (0, [])


@pytest.mark.parametrize("state", ["reached", "decided"])
def test_only_reached_or_decided_end_it(pair: Ward, state: str) -> None:
    pair.answer(1)
    pair.work()
    pair.attempt("trying", "No answer.")
    pair.after(minutes=30)
    pair.work()
    assert len(pair.told()) == 2
    pair.attempt(state)
    pair.after(days=3)
    assert pair.work() == 0
    assert [done for _who, done in pair.steps()] == ["desk_only", "desk_only", "off", "off"]


def test_a_rise_keeps_the_deadlines_that_run(pair: Ward) -> None:
    pair.answer(1)
    pair.work()
    pair.after(minutes=50)
    pair.work()
    pair.answer(2)
    assert pair.alert().late_at == pair.now + 70 * MINUTE
    pair.work()
    # The owner hears of the rise at once, the colleague when it was due anyway.
    assert pair.told() == ["lindqvist"] * 3
    pair.after(minutes=10)
    pair.work()
    assert pair.told()[3:] == ["mensah"]


def test_a_rise_after_everybody_was_told_tells_again_and_stays_late(pair: Ward) -> None:
    pair.answer(1)
    pair.after(hours=3)
    pair.work()
    told = len(pair.told())
    pair.answer(3)
    assert len(pair.strip("mensah").late) == 1
    pair.work()
    assert len(pair.told()) == told + 1


def test_the_slower_clock(pair: Ward) -> None:
    pair.answer(1)
    pair.attempt()
    pair.close()
    pair.after(days=3)
    pair.answer(1)
    assert pair.work() == 0
    pair.after(hours=1)
    pair.work()
    assert pair.told() == ["lindqvist"]
    pair.after(hours=47)
    pair.work()
    assert pair.steps()[-1] == (EVERYBODY, "desk_only")
    assert len(pair.strip("mensah").late) == 1


def test_a_rise_on_the_slower_clock_has_the_full_one(pair: Ward) -> None:
    pair.answer(1)
    pair.attempt()
    pair.close()
    pair.after(days=3)
    pair.answer(1)
    pair.after(minutes=59)
    pair.answer(2)
    assert (pair.alert().clock, pair.alert().late_at) == ("full", pair.now + 2 * HOUR)
    pair.work()
    assert pair.told() == ["lindqvist"]


def test_whoever_is_away_is_not_told_and_the_cover_has_it(pair: Ward) -> None:
    pair.away("lindqvist", 5, cover="mensah")
    pair.answer(1)
    assert pair.owner() == "mensah"
    pair.after(hours=2)
    pair.work()
    assert set(pair.told()) == {"mensah"}


def test_an_alert_falls_to_the_cover_when_its_owner_goes(pair: Ward) -> None:
    pair.answer(1)
    pair.away("lindqvist", 5, cover="mensah", starts_in=10 * MINUTE)
    pair.work()
    assert pair.owner() == "lindqvist"
    pair.after(minutes=10)
    pair.work()
    assert pair.owner() == "mensah"
    (handed,) = pair.threads()[0].handovers
    assert (handed.by_id, handed.made_at) == (None, pair.now)
    pair.after(minutes=20)
    pair.work()
    assert pair.told() == ["lindqvist", "mensah"]


def test_the_cover_of_the_cover_and_no_loop(pair: Ward) -> None:
    pair.hire("vega")
    pair.away("lindqvist", 5, cover="mensah")
    pair.away("mensah", 5, cover="lindqvist")
    pair.answer(1)
    assert pair.owner() == "vega"
    pair.attempt(by="vega")
    pair.close(by="vega")
    pair.away("vega", 5, cover="mensah")
    pair.answer(2)
    # Everybody is away: it is the lead's, and everybody is told.
    assert pair.owner() == "lindqvist"
    pair.after(hours=2)
    pair.work()
    assert set(pair.told()) == {"lindqvist", "mensah", "vega"}


def test_a_cover_who_left_is_none(pair: Ward) -> None:
    pair.hire("vega")
    pair.away("lindqvist", 5, cover="mensah")
    with pair.database.writing() as session:
        gone = session.get_one(Membership, (pair.clinic_id, pair.staff["mensah"].membership_id))
        gone.state = "ended"
    pair.answer(1)
    assert pair.owner() == "vega"
    pair.after(hours=2)
    pair.work()
    assert set(pair.told()) == {"vega"}


def test_a_clinic_of_one(ward: Ward) -> None:
    ward.answer(1)
    ward.after(hours=2)
    ward.work()
    assert ward.told() == ["lindqvist"] * 4
    assert len(ward.strip().late) == 1
    ward.away("lindqvist", 3)
    ward.work()
    assert ward.owner() == "lindqvist"
    ward.attempt()
    assert ward.strip().late == []


def test_a_standing_plan_quietens_what_is_unchanged_and_no_rise(pair: Ward) -> None:
    pair.answer(1)
    pair.attempt()
    pair.sign("none")
    pair.close()
    pair.after(days=20)
    pair.answer(1)
    assert (pair.alert().reason, pair.alert().clock, pair.steps()) == ("planned", "none", [])
    pair.after(days=4)
    pair.work()
    assert (pair.told(), pair.strip().waiting, pair.strip().late) == ([], 0, [])
    pair.answer(2)
    assert (pair.alert().reason, pair.alert().clock) == ("higher", "full")
    pair.after(hours=2)
    pair.work()
    assert pair.steps()[-1] == (EVERYBODY, "desk_only")


def test_a_standing_plan_quietens_nothing_new_after_a_negative(pair: Ward) -> None:
    pair.answer(2)
    pair.attempt()
    pair.close()
    pair.sign("slower")
    pair.after(days=20)
    pair.answer(2)
    assert (pair.alert().reason, pair.alert().clock) == ("planned", "slower")
    pair.attempt()
    pair.close()
    for value in (0, 1):
        pair.after(hours=1)
        pair.answer(value)
    assert (pair.alert().reason, pair.alert().clock) == ("new_after_negative", "full")


def test_a_standing_plan_ends(pair: Ward) -> None:
    pair.answer(1)
    pair.attempt()
    pair.close()
    pair.sign("none", days=30)
    pair.after(days=30, minutes=1)
    pair.answer(1)
    assert (pair.alert().reason, pair.alert().clock) == ("review_too_old", "full")


def test_an_unchanged_answer_in_a_quiet_thread_is_heard_when_the_plan_ended(pair: Ward) -> None:
    pair.answer(1)
    pair.attempt()
    pair.close()
    pair.sign("none", days=2)
    pair.after(days=1)
    pair.answer(1)
    pair.after(days=2)
    pair.answer(1)
    assert (pair.alert().reason, pair.alert().clock, pair.alert().round) == ("unchanged", "slower", 2)


def test_words_are_never_quietened(pair: Ward) -> None:
    pair.answer(1)
    pair.attempt()
    pair.close()
    pair.sign("none")
    pair.answer(1, note="I want to die")
    assert (pair.alert().kind, pair.alert().reason, pair.alert().clock) == ("item9", "words", "full")


def test_a_plan_slows_no_clock_that_runs(pair: Ward) -> None:
    pair.answer(1)
    pair.attempt()
    pair.close()
    pair.sign("none")
    pair.answer(None, note="I want to die", kind="note")
    late_at = pair.alert().late_at
    pair.after(minutes=10)
    pair.answer(1)
    assert (pair.alert().late_at, pair.alert().clock) == (late_at, "full")
    assert [state for _who, state in pair.steps()] == ["due"] * 4


@pytest.mark.parametrize(("days", "words"), [(30.01, "Agreed."), (0, "Agreed."), (5, " ")])
def test_what_cannot_be_signed(pair: Ward, days: float, words: str) -> None:
    pair.answer(1)
    pair.attempt()
    with pytest.raises(BetweenError, match="not_valid"):
        pair.sign(days=days, words=words)


def test_nothing_is_signed_before_somebody_was_reached(pair: Ward) -> None:
    with pytest.raises(NotSignableError, match="no_answer"):
        pair.sign()
    pair.answer(1)
    with pytest.raises(NotSignableError, match="unanswered"):
        pair.sign()


def test_the_clinic_sets_its_own_ladder(pair: Ward) -> None:
    with pair.database.writing() as session:
        clinic = session.get_one(Clinic, pair.clinic_id)
        clinic.escalation = {"full": [["owner", 5], ["everybody", 10]]}
    pair.answer(1)
    assert pair.work() == 0
    pair.after(minutes=10)
    assert pair.work() == 2
    assert pair.alert().late_at == pair.now


def test_a_ladder_that_cannot_be_read_is_the_default(pair: Ward) -> None:
    with pair.database.writing() as session:
        session.get_one(Clinic, pair.clinic_id).escalation = {"full": "soon"}
    pair.answer(1)
    assert len(pair.steps()) == 4


def test_there_is_exactly_one_row_for_each_step(pair: Ward) -> None:
    pair.answer(1)
    with pair.database.reading() as session:
        step = session.scalars(sa.select(AlertStep)).first()
    assert step is not None
    values = {column.key: getattr(step, column.key) for column in AlertStep.__table__.columns}
    with pytest.raises(sa.exc.IntegrityError), pair.database.writing() as session:
        session.execute(sa.insert(AlertStep).values(**values))
