"""When an answer to item 9 opens an alert, joins an open one, or rises above what was last seen to.

This promises no detection: it orders what was answered, and never calls anybody low risk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# Within this time after a closed review an unchanged answer keeps the clinic's slower clock.
REVIEWED_FOR = timedelta(days=14)
RUN_LENGTH = 6


class Step(Enum):
    """What one answer does to the patient's alert thread.

    RAISE gives a thread on the slower clock the full one; it never moves a running deadline back.
    """

    NONE = "none"
    OPEN = "open"
    JOIN = "join"
    RAISE = "raise"


class Clock(Enum):
    FULL = "full"
    SLOWER = "slower"


class Reason(Enum):
    FIRST_EVER = "first_ever"
    HIGHER = "higher"
    NEW_AFTER_NEGATIVE = "new_after_negative"
    REVIEW_TOO_OLD = "review_too_old"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Closing:
    """The last closed review: when, and the answer it was about."""

    at: datetime
    answer: int


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
    open_highest: int | None,
    last_closing: Closing | None,
    now: datetime,
) -> Verdict:
    """`earlier` are the answers before this one, oldest first; `open_highest` the open thread's highest."""
    if answer is None or answer < 1:
        return NOTHING
    if open_highest is not None:
        return _in_open_thread(answer, open_highest, earlier)
    reason = _reason(answer, earlier, last_closing, now)
    return Verdict(Step.OPEN, Clock.SLOWER if reason is Reason.UNCHANGED else Clock.FULL, reason)


def _in_open_thread(answer: int, open_highest: int, earlier: Sequence[int | None]) -> Verdict:
    if answer > open_highest:
        return Verdict(Step.RAISE, Clock.FULL, Reason.HIGHER)
    if _came_back(earlier):
        return Verdict(Step.RAISE, Clock.FULL, Reason.NEW_AFTER_NEGATIVE)
    # The thread keeps the clock it has: joining stops no clock and starts none.
    return Verdict(Step.JOIN, None, Reason.UNCHANGED)


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
