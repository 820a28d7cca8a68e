"""Words for an alert thread: the run of answers, who was tried and when, and how it was closed."""

import uuid
from dataclasses import dataclass

from app.languages import gettext as _
from app.languages import mark
from app.pages.caseload_presenter import occasion_words, run_words, state_words, waited
from app.pages.dates import Dates
from app.services.alert_review import ANSWERED_STATES, Thread
from app.services.journal import Entry

RUN_SHOWN = 6
REASONS = {
    "first": mark("The first answer above 0."),
    "higher": mark("Higher than what was last seen to."),
    "new_after_negative": mark("Above 0 again, after an answer of 0."),
    "review_too_old": mark("Above 0, and the last review is more than 14 days old."),
    "unchanged": mark("Unchanged since the last review."),
}
STATES = {"trying": mark("Tried"), "reached": mark("Reached"), "decided": mark("Decided")}


@dataclass(frozen=True)
class AttemptWords:
    """One entry in the log."""

    state: str
    words: str
    by: str


@dataclass(frozen=True)
class ThreadWords:
    """One alert, open or closed."""

    id: uuid.UUID
    run: str
    reason: str
    owner: str
    state: str
    is_waiting: bool
    can_close: bool
    received: int
    answers: list[tuple[uuid.UUID, str, str]]
    attempts: list[AttemptWords]
    outcome: str
    closed: str


def present_thread(thread: Thread, entries: list[Entry], dates: Dates, reader_id: uuid.UUID) -> ThreadWords:
    """Word one thread for a membership; `entries` give the run of all answers, also those of 0."""
    alert = thread.alert
    tries = len(thread.attempts)
    return ThreadWords(
        id=alert.id,
        run=run_words(item9_run(entries)),
        reason=_(REASONS[alert.reason]),
        owner=_("You have it") if alert.owner_id == reader_id else _("{name} has it", name=thread.owner),
        state=state_words(alert.state, tries, waited(alert.opened_at, dates)),
        is_waiting=alert.state in ("opened", "trying"),
        can_close=alert.state in ANSWERED_STATES,
        received=len(thread.answers),
        answers=[
            (one.answer.check_in_id, str(one.answer.value), occasion_words(one, dates))
            for one in reversed(thread.occasions)
        ],
        attempts=[
            AttemptWords(
                _(STATES[one.attempt.state]),
                one.attempt.words,
                f"{one.by}, {dates.near(one.attempt.made_at)}",
            )
            for one in thread.attempts
        ],
        outcome=alert.outcome,
        closed=f"{thread.closed_by}, {dates.near(alert.closed_at)}" if alert.closed_at else "",
    )


def item9_run(entries: list[Entry]) -> list[int | None]:
    """The newest answers, oldest first; None where the question was shown and not answered."""
    replaced = {entry.check_in.supersedes for entry in entries}
    current = [entry for entry in entries if entry.check_in.client_id not in replaced]
    asked = [entry for entry in current if "phq9" in entry.scores and entry.scores["phq9"].item9]
    return [entry.answers.get("phq9", {}).get(9) for entry in reversed(asked[:RUN_SHOWN])]
