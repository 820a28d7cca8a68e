"""Positive answers to item 9 and words in notes: one open thread per patient, and what a rise does to it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.errors import BetweenError
from app.models import Alert, AlertAnswer, AuditRow
from app.services.alert_desk import count_words
from app.services.alert_review import AlertMovedError, NotReachedError, Seen, mark_words
from tests.ward import DAY, HOUR, MINUTE, Ward


def alerts(ward: Ward) -> list[Alert]:
    with ward.database.reading() as session:
        return list(session.scalars(sa.select(Alert).order_by(Alert.opened_at)))


def test_the_first_positive_opens_a_thread_that_the_lead_owns(ward: Ward) -> None:
    ward.answer(0, answered_at=ward.now - 7 * DAY)
    ward.answer(1, answered_at=ward.now - 2 * MINUTE)
    (alert,) = alerts(ward)
    assert (alert.state, alert.kind, alert.reason, alert.clock) == ("opened", "item9", "first", "full")
    assert ward.owner() == "lindqvist"
    assert (alert.opened_at, alert.late_at) == (ward.now, ward.now + 2 * HOUR)
    with ward.database.reading() as session:
        actions = list(session.scalars(sa.select(AuditRow.action).where(AuditRow.subject != "membership")))
        assert (actions.count("alert.opened"), actions.count("alert.joined")) == (1, 1)


def test_later_positives_join_the_same_thread(ward: Ward) -> None:
    for _ in range(3):
        ward.answer(1)
        ward.after(minutes=7)
    (alert,) = alerts(ward)
    with ward.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AlertAnswer)) == 3
    assert (alert.reason, alert.round, alert.version) == ("first", 1, 3)


def test_a_higher_answer_reopens_a_thread_that_was_reached(ward: Ward) -> None:
    ward.answer(1)
    ward.attempt()
    assert ward.alert().state == "reached"
    ward.after(hours=1)
    ward.answer(2)
    alert = ward.alert()
    assert (alert.state, alert.reason, alert.clock, alert.round) == ("opened", "higher", "full", 2)
    assert (alert.since, alert.late_at) == (ward.now, ward.now + 2 * HOUR)


def test_an_unchanged_answer_after_somebody_was_reached_has_the_slower_clock(ward: Ward) -> None:
    """Nobody would be called for it otherwise, until somebody closed the thread."""
    ward.answer(1)
    ward.attempt()
    ward.after(days=1)
    ward.answer(1)
    alert = ward.alert()
    assert (alert.state, alert.reason, alert.clock) == ("opened", "unchanged", "slower")
    ward.attempt()
    ward.after(days=15)
    ward.answer(1)
    assert (ward.alert().reason, ward.alert().clock) == ("review_too_old", "full")


def test_what_was_told_at_once_and_is_sent_whole_later_rings_once(ward: Ward) -> None:
    told = ward.answer(2, kind="partial")
    ward.attempt()
    ward.after(minutes=5)
    ward.answer(2, supersedes=told)
    assert (ward.alert().state, ward.alert().round) == ("reached", 1)
    changed = ward.answer(3, supersedes=told)
    assert (ward.alert().state, ward.alert().reason) == ("opened", "higher")
    assert changed


def test_after_a_closed_review_the_reason_says_what_is_new(ward: Ward) -> None:
    for given in ([1], [1], [2], [0, 1]):
        for value in given:
            ward.after(hours=6)
            ward.answer(value)
        ward.attempt()
        ward.close()
    reasons = [(alert.reason, alert.clock) for alert in alerts(ward)]
    assert reasons == [
        ("first", "full"),
        ("unchanged", "slower"),
        ("higher", "full"),
        ("new_after_negative", "full"),
    ]


def test_a_thread_is_not_closed_before_somebody_was_reached(ward: Ward) -> None:
    ward.answer(1)
    ward.attempt("trying", "No answer, left no message.")
    with pytest.raises(NotReachedError):
        ward.close()
    assert ward.alert().state == "trying"


@pytest.mark.parametrize("words", ["", "  \n"])
def test_nothing_is_reached_or_closed_without_words(ward: Ward, words: str) -> None:
    ward.answer(1)
    with pytest.raises(BetweenError, match="not_valid"):
        ward.attempt("reached", words)
    ward.attempt()
    with pytest.raises(BetweenError, match="not_valid"):
        ward.close(words)


def test_nothing_is_done_over_an_answer_nobody_saw(ward: Ward) -> None:
    ward.answer(1)
    shown = ward.seen()
    ward.after(minutes=3)
    ward.answer(3)
    ward.seen = lambda: shown  # type: ignore[method-assign]
    with pytest.raises(AlertMovedError) as caught:
        ward.attempt()
    assert (caught.value.change.what, caught.value.change.at) == ("answer", ward.now)
    assert ward.alert().state == "opened"


def test_of_two_clinicians_one_wins_and_the_other_is_told_who(ward: Ward) -> None:
    ward.hire("mensah")
    ward.answer(1)
    shown = ward.seen()
    ward.attempt("decided", "The sister is with June.", by="mensah")
    ward.after(minutes=1)
    ward.seen = lambda: shown  # type: ignore[method-assign]
    with pytest.raises(AlertMovedError) as caught:
        ward.attempt()
    change = caught.value.change
    assert (change.what, change.by, change.at) == ("decided", "Dr. Mensah", ward.now - MINUTE)
    assert len(ward.threads()[0].attempts) == 1


def test_closing_twice_says_who_was_first(ward: Ward) -> None:
    ward.answer(1)
    ward.attempt()
    ward.close()
    ward.seen = lambda: Seen(alerts(ward)[0].id, alerts(ward)[0].version)  # type: ignore[method-assign]
    with pytest.raises(AlertMovedError, match="closed") as caught:
        ward.close()
    assert caught.value.change.by == "Dr. Lindqvist"


def test_a_later_try_does_not_undo_that_somebody_was_reached(ward: Ward) -> None:
    ward.answer(1)
    ward.attempt()
    ward.attempt("trying", "Called again, no answer.")
    assert ward.alert().state == "reached"


def test_words_in_a_note_open_a_thread_of_their_own_kind(ward: Ward) -> None:
    ward.answer(None, note="Some days I don’t want to live.", kind="note")
    thread = ward.threads()[0]
    assert (thread.alert.kind, thread.alert.reason, thread.alert.clock) == ("words", "words", "full")
    assert [one.found for one in thread.words] == [["dont want to live"]]
    assert thread.answers == []


def test_words_and_answers_share_the_one_thread(ward: Ward) -> None:
    ward.answer(None, note="mejor muerta", kind="note")
    ward.after(minutes=50)
    ward.answer(1, note="I could kill myself for forgetting the milk")
    (alert,) = alerts(ward)
    assert (alert.kind, alert.reason, alert.round) == ("item9", "first", 2)
    assert len(ward.threads()[0].words) == 2
    # What ran already is not moved back.
    assert alert.late_at == ward.now - 50 * MINUTE + 2 * HOUR
    ward.attempt()
    ward.after(days=1)
    ward.answer(0, note="Suicidal again last night")
    assert (ward.alert().state, ward.alert().reason) == ("opened", "words")


def test_a_note_without_such_words_opens_nothing(ward: Ward) -> None:
    ward.answer(0, note="Killed an hour in the garden. Dying to see the new film.")
    assert alerts(ward) == []


def test_words_are_counted_with_how_many_proved_useful(ward: Ward) -> None:
    for note in ("I want to die", "quiero morirme de risa", "I cut myself shaving"):
        ward.answer(None, note=note, kind="note")
        ward.after(minutes=1)
    thread, actor = ward.threads()[0], ward.actor()
    with ward.database.writing() as session:
        patient = ward.make.row(session, ward.june)
        for found, useful in zip(thread.words[:2], (True, False), strict=True):
            mark_words(session, actor, patient, thread.alert.id, found.check_in_id, useful, ward.now)
    with ward.database.reading() as session:
        counted = count_words(session, actor)
    assert (counted.found, counted.useful, counted.not_useful) == (3, 1, 1)


def test_an_answer_from_a_phone_that_was_offline_counts_when_it_arrives(ward: Ward) -> None:
    ward.answer(0)
    ward.after(hours=5)
    ward.answer(2, answered_at=ward.now - timedelta(hours=9))
    (alert,) = alerts(ward)
    assert (alert.reason, alert.opened_at) == ("first", ward.now)
