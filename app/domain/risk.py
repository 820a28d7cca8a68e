"""When an answer to item 9 opens an alert, joins an open one, or rises above what was last seen to.

This promises no detection: it orders what was answered, and never calls anybody low risk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# Within this time after a review an unchanged answer keeps the clinic's slower clock.
REVIEWED_FOR = timedelta(days=14)
PLANNED_FOR = timedelta(days=30)
RUN_LENGTH = 6


class Step(Enum):
    """What one answer does to the patient's alert thread.

    RAISE starts a clock in a thread that is open; it never moves a running deadline back.
    """

    NONE = "none"
    OPEN = "open"
    JOIN = "join"
    RAISE = "raise"


class Clock(Enum):
    """NONE: nobody is called; the thread stands on the caseload. Only a standing plan gives it."""

    FULL = "full"
    SLOWER = "slower"
    NONE = "none"


class Reason(Enum):
    FIRST_EVER = "first_ever"
    HIGHER = "higher"
    NEW_AFTER_NEGATIVE = "new_after_negative"
    REVIEW_TOO_OLD = "review_too_old"
    UNCHANGED = "unchanged"
    PLANNED = "planned"


# What is not higher and not new: the reasons that a review or a standing plan may quieten.
NO_RISE = frozenset({Reason.UNCHANGED, Reason.REVIEW_TOO_OLD})


@dataclass(frozen=True)
class Closing:
    """The last closed review: when, and the answer it was about."""

    at: datetime
    answer: int


@dataclass(frozen=True)
class Standing:
    """A plan that a clinician signed for answers up to `answer`, until then, with the clock it asks for."""

    answer: int
    until: datetime
    clock: Clock

    def covers(self, answer: int, now: datetime) -> bool:
        return answer <= self.answer and now <= self.until


@dataclass(frozen=True)
class OpenThread:
    """The open thread: its highest answer, whether a clock runs in it, and when somebody last was reached."""

    highest: int
    is_running: bool
    reached_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    step: Step
    clock: Clock | None = None
    reason: Reason | None = None


NOTHING = Verdict(Step.NONE)


def judge_item9(
    answer: int | None,
    *,
    earlier: Sequence[int | None],
    now: datetime,
    thread: OpenThread | None = None,
    last_closing: Closing | None = None,
    plan: Standing | None = None,
) -> Verdict:
    """`earlier` are the answers before this one, oldest first. A thread without answers is no `thread`."""
    if answer is None or answer < 1:
        return NOTHING
    reason = _reason_in(thread, answer, earlier, last_closing, now)
    if thread is not None and thread.is_running and reason in NO_RISE:
        # The thread keeps the clock it has: joining stops no clock and starts none.
        return Verdict(Step.JOIN, None, Reason.UNCHANGED)
    step = Step.OPEN if thread is None else Step.RAISE
    if reason in NO_RISE and plan is not None and plan.covers(answer, now):
        return Verdict(Step.JOIN if thread and plan.clock is Clock.NONE else step, plan.clock, Reason.PLANNED)
    return Verdict(step, Clock.SLOWER if reason is Reason.UNCHANGED else Clock.FULL, reason)


def _reason_in(
    thread: OpenThread | None,
    answer: int,
    earlier: Sequence[int | None],
    last_closing: Closing | None,
    now: datetime,
) -> Reason:
    """In an open thread its own answers and its own review count, not those of the thread before it."""
    if thread is None:
        return _reason(answer, earlier, last_closing, now)
    if answer > thread.highest:
        return Reason.HIGHER
    if _came_back(earlier):
        return Reason.NEW_AFTER_NEGATIVE
    reviewed_at = thread.reached_at or (last_closing.at if last_closing else None)
    is_recent = reviewed_at is not None and now - reviewed_at <= REVIEWED_FOR
    return Reason.UNCHANGED if is_recent else Reason.REVIEW_TOO_OLD


def _reason(
    answer: int, earlier: Sequence[int | None], last_closing: Closing | None, now: datetime
) -> Reason:
    given = [value for value in earlier if value is not None]
    if last_closing is None or not any(given):
        return Reason.FIRST_EVER
    if answer > last_closing.answer:
        return Reason.HIGHER
    if _came_back(earlier):
        return Reason.NEW_AFTER_NEGATIVE
    if now - last_closing.at > REVIEWED_FOR:
        return Reason.REVIEW_TOO_OLD
    return Reason.UNCHANGED


def _came_back(earlier: Sequence[int | None]) -> bool:
    given = [value for value in earlier if value is not None]
    return bool(given) and given[-1] == 0


def item9_run(answers: Sequence[int | None]) -> tuple[int | None, ...]:
    """The newest answers, oldest first, as the row shows them: 0 · 1 · 1 · 2. None was not answered."""
    return tuple(answers[-RUN_LENGTH:])
