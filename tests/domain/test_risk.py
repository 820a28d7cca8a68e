"""Which answers to item 9 open, join or raise an alert, and on which clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.risk import Clock, Closing, Reason, Step, Verdict, item9_run, judge_item9

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def closed(answer: int, days_ago: int = 3) -> Closing:
    return Closing(NOW - timedelta(days=days_ago), answer)


def judge(
    answer: int | None,
    earlier: list[int | None] | None = None,
    open_highest: int | None = None,
    last_closing: Closing | None = None,
) -> Verdict:
    return judge_item9(
        answer, earlier=earlier or [], open_highest=open_highest, last_closing=last_closing, now=NOW
    )


@given(
    st.lists(st.sampled_from([None, 0, 1, 2, 3])),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([None, closed(1), closed(3, 30)]),
)
def test_every_positive_answer_does_something(
    earlier: list[int | None], open_highest: int | None, last_closing: Closing | None
) -> None:
    for answer in (1, 2, 3):
        assert judge(answer, earlier, open_highest, last_closing).step is not Step.NONE
    for no_alert in (0, None):
        assert judge(no_alert, earlier, open_highest, last_closing).step is Step.NONE


def test_the_first_ever_opens_with_the_full_clock() -> None:
    assert judge(1, [0, 0, None]) == Verdict(Step.OPEN, Clock.FULL, Reason.FIRST_EVER)


def test_higher_than_at_the_last_closing() -> None:
    assert judge(2, [1, 1], None, closed(1)) == Verdict(Step.OPEN, Clock.FULL, Reason.HIGHER)


@pytest.mark.parametrize("earlier", [[1, 0], [1, 0, None]])
def test_new_after_a_negative(earlier: list[int | None]) -> None:
    assert judge(1, earlier, None, closed(1)) == Verdict(Step.OPEN, Clock.FULL, Reason.NEW_AFTER_NEGATIVE)


def test_unchanged_soon_after_a_review_keeps_the_slower_clock() -> None:
    assert judge(1, [1], None, closed(1)) == Verdict(Step.OPEN, Clock.SLOWER, Reason.UNCHANGED)
    assert judge(1, [1], None, closed(1, 14)).clock is Clock.SLOWER


def test_an_old_review_excuses_nothing() -> None:
    assert judge(1, [1], None, closed(1, 15)) == Verdict(Step.OPEN, Clock.FULL, Reason.REVIEW_TOO_OLD)


def test_an_open_thread_takes_the_answer_in() -> None:
    assert judge(1, [1], 1) == Verdict(Step.JOIN, None, Reason.UNCHANGED)
    assert judge(1, [2], 2) == Verdict(Step.JOIN, None, Reason.UNCHANGED)


def test_a_rise_in_an_open_thread_gets_the_full_clock() -> None:
    assert judge(2, [1], 1, closed(3)) == Verdict(Step.RAISE, Clock.FULL, Reason.HIGHER)


def test_coming_back_in_an_open_thread_gets_the_full_clock() -> None:
    assert judge(1, [1, 0], 1) == Verdict(Step.RAISE, Clock.FULL, Reason.NEW_AFTER_NEGATIVE)


def test_the_run_keeps_what_was_not_answered() -> None:
    assert item9_run([0, None, 1, 2]) == (0, None, 1, 2)
    assert item9_run([0, 0, 0, 1, 1, 1, 2]) == (0, 0, 1, 1, 1, 2)
