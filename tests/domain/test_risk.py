"""Which answers to item 9 open, join or raise an alert, and on which clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.risk import (
    Clock,
    Closing,
    OpenThread,
    Reason,
    Standing,
    Step,
    Verdict,
    item9_run,
    judge_item9,
)

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
PLAN = Standing(2, NOW + timedelta(days=5), Clock.NONE)


def closed(answer: int, days_ago: int = 3) -> Closing:
    return Closing(NOW - timedelta(days=days_ago), answer)


def running(highest: int) -> OpenThread:
    return OpenThread(highest, is_running=True)


def reached(highest: int, days_ago: int = 1) -> OpenThread:
    return OpenThread(highest, is_running=False, reached_at=NOW - timedelta(days=days_ago))


def judge(
    answer: int | None,
    earlier: list[int | None] | None = None,
    thread: OpenThread | None = None,
    last_closing: Closing | None = None,
    plan: Standing | None = None,
) -> Verdict:
    return judge_item9(
        answer, earlier=earlier or [], thread=thread, last_closing=last_closing, plan=plan, now=NOW
    )


THREADS = st.sampled_from([None, running(1), running(3), reached(1), reached(2, 20)])
CLOSINGS = st.sampled_from([None, closed(1), closed(3, 30)])
PLANS = st.sampled_from([None, PLAN, Standing(1, NOW - timedelta(days=1), Clock.NONE)])
EARLIER = st.lists(st.sampled_from([None, 0, 1, 2, 3]))


@given(EARLIER, THREADS, CLOSINGS, PLANS)
def test_every_positive_answer_does_something(
    earlier: list[int | None], thread: OpenThread | None, closing: Closing | None, plan: Standing | None
) -> None:
    for answer in (1, 2, 3):
        assert judge(answer, earlier, thread, closing, plan).step is not Step.NONE
    for no_alert in (0, None):
        assert judge(no_alert, earlier, thread, closing, plan).step is Step.NONE


@given(EARLIER, THREADS, CLOSINGS, PLANS)
def test_only_a_plan_that_stands_quietens_and_never_a_rise(
    earlier: list[int | None], thread: OpenThread | None, closing: Closing | None, plan: Standing | None
) -> None:
    for answer in (1, 2, 3):
        verdict = judge(answer, earlier, thread, closing, plan)
        given_before = [value for value in earlier if value is not None]
        if verdict.clock is Clock.NONE:
            assert plan is not None
            assert plan.covers(answer, NOW)
            assert not given_before or given_before[-1] > 0
            assert thread is None or answer <= thread.highest
        elif verdict.clock is None:
            assert thread is not None
            assert thread.is_running


def test_the_first_ever_opens_with_the_full_clock() -> None:
    assert judge(1, [0, 0, None]) == Verdict(Step.OPEN, Clock.FULL, Reason.FIRST_EVER)
    assert judge(1, [0, 0, None], plan=PLAN).clock is Clock.FULL


def test_higher_than_at_the_last_closing() -> None:
    assert judge(2, [1, 1], None, closed(1)) == Verdict(Step.OPEN, Clock.FULL, Reason.HIGHER)
    assert judge(2, [1, 1], None, closed(1), PLAN).clock is Clock.FULL


@pytest.mark.parametrize("earlier", [[1, 0], [1, 0, None]])
def test_new_after_a_negative(earlier: list[int | None]) -> None:
    assert judge(1, earlier, None, closed(1)) == Verdict(Step.OPEN, Clock.FULL, Reason.NEW_AFTER_NEGATIVE)
    assert judge(1, earlier, None, closed(1), PLAN).clock is Clock.FULL


def test_unchanged_soon_after_a_review_keeps_the_slower_clock() -> None:
    assert judge(1, [1], None, closed(1)) == Verdict(Step.OPEN, Clock.SLOWER, Reason.UNCHANGED)
    assert judge(1, [1], None, closed(1, 14)).clock is Clock.SLOWER


def test_an_old_review_excuses_nothing_and_a_plan_does() -> None:
    assert judge(1, [1], None, closed(1, 15)) == Verdict(Step.OPEN, Clock.FULL, Reason.REVIEW_TOO_OLD)
    assert judge(1, [1], None, closed(1, 15), PLAN) == Verdict(Step.OPEN, Clock.NONE, Reason.PLANNED)


def test_a_running_thread_takes_the_answer_in() -> None:
    for plan in (None, PLAN):
        assert judge(1, [1], running(1), plan=plan) == Verdict(Step.JOIN, None, Reason.UNCHANGED)
        assert judge(1, [2], running(2), plan=plan) == Verdict(Step.JOIN, None, Reason.UNCHANGED)


def test_a_reached_thread_rings_again() -> None:
    assert judge(1, [1], reached(1)) == Verdict(Step.RAISE, Clock.SLOWER, Reason.UNCHANGED)
    assert judge(1, [1], reached(1, 15)) == Verdict(Step.RAISE, Clock.FULL, Reason.REVIEW_TOO_OLD)
    assert judge(1, [1], reached(1), plan=PLAN) == Verdict(Step.JOIN, Clock.NONE, Reason.PLANNED)


def test_a_rise_in_an_open_thread_gets_the_full_clock() -> None:
    for thread in (running(1), reached(1)):
        assert judge(2, [1], thread, closed(3), PLAN) == Verdict(Step.RAISE, Clock.FULL, Reason.HIGHER)


def test_coming_back_in_an_open_thread_gets_the_full_clock() -> None:
    came_back = Verdict(Step.RAISE, Clock.FULL, Reason.NEW_AFTER_NEGATIVE)
    assert judge(1, [1, 0], running(1), plan=PLAN) == came_back


def test_the_run_keeps_what_was_not_answered() -> None:
    assert item9_run([0, None, 1, 2]) == (0, None, 1, 2)
    assert item9_run([0, 0, 0, 1, 1, 1, 2]) == (0, 0, 1, 1, 1, 2)
