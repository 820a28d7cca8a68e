"""Words for an alert thread: the run of answers, who was tried and told, and how it was closed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.languages import gettext as _
from app.languages import mark
from app.models import AlertNotice, AlertWords
from app.pages.caseload_presenter import answered_arrived, occasion_words, run_words
from app.pages.dates import Dates
from app.pages.waiting import state_words, waited
from app.services.alert_reading import Change, Thread
from app.services.alert_review import ANSWERED_STATES
from app.services.cover import Colleague
from app.services.journal import Entry

RUN_SHOWN = 6
REASONS = {
    "first": mark("The first answer above 0."),
    "higher": mark("Higher than what was last seen to."),
    "new_after_negative": mark("Above 0 again, after an answer of 0."),
    "review_too_old": mark("Above 0, and the last review is more than 14 days old."),
    "unchanged": mark("Unchanged since the last review."),
    "planned": mark("Unchanged, and a standing plan covers it."),
    "words": mark("A note has words from the list."),
}
STATES = {"trying": mark("Tried"), "reached": mark("Reached"), "decided": mark("Decided")}
CHANGES = {
    "trying": mark("{name} wrote down a try, {when}, while you were writing."),
    "reached": mark("{name} reached the patient: written down {when}, while you were writing."),
    "decided": mark("{name} wrote down a decision, {when}, while you were writing."),
    "owner": mark("{name} changed whose alert this is, {when}, while you were writing."),
    "closed": mark("{name} closed this alert, {when}, while you were writing."),
}
CHANNELS = {"push": mark("push"), "email": mark("e-mail")}
NEXT = {
    "owner": mark("Next, unless somebody is reached: the owner again, {when}."),
    "next": mark("Next, unless somebody is reached: a colleague, {when}."),
    "everybody": mark("Next, unless somebody is reached: everybody, {when}."),
}


@dataclass(frozen=True)
class AttemptWords:
    """One entry in the log."""

    state: str
    words: str
    by: str


@dataclass(frozen=True)
class FoundWords:
    """Words of the list in one note, and what was said of them. `useful` is yes, no or empty."""

    check_in_id: uuid.UUID
    found: str
    when: str
    useful: str
    marked: str


@dataclass(frozen=True)
class ThreadWords:
    """One alert, open or closed."""

    id: uuid.UUID
    version: int
    title: str
    reason: str
    owner: str
    state: str
    is_waiting: bool
    is_mine: bool
    can_close: bool
    answers: list[tuple[uuid.UUID, str, str]]
    found: list[FoundWords]
    attempts: list[AttemptWords]
    handovers: list[str]
    told: list[str]
    next_step: str
    colleagues: list[tuple[uuid.UUID, str]]
    outcome: str
    closed: str


def present_thread(
    thread: Thread,
    entries: list[Entry],
    dates: Dates,
    reader_id: uuid.UUID,
    colleagues: Sequence[Colleague] = (),
) -> ThreadWords:
    """Word one thread for a membership; `entries` give the run of all answers, also those of 0."""
    alert = thread.alert
    is_mine = alert.owner_id == reader_id
    return ThreadWords(
        id=alert.id,
        version=alert.version,
        title=_title(thread, entries),
        reason=_(REASONS[alert.reason]),
        owner=_("You have it") if is_mine else _("{name} has it", name=thread.names[alert.owner_id]),
        state=_state(thread, dates),
        is_waiting=alert.state in ("opened", "trying") and alert.clock != "none",
        is_mine=is_mine,
        can_close=alert.state in ANSWERED_STATES,
        answers=[
            (one.answer.check_in_id, str(one.answer.value), occasion_words(one, dates))
            for one in reversed(thread.occasions)
        ],
        found=[_found(thread, one, dates) for one in reversed(thread.words)],
        attempts=[
            AttemptWords(
                _(STATES[one.state]),
                one.words,
                f"{thread.names[one.membership_id]}, {dates.near(one.made_at)}",
            )
            for one in thread.attempts
        ],
        handovers=_handovers(thread, dates),
        told=_told(thread, dates),
        next_step=_next_step(thread, dates),
        colleagues=[(one.membership_id, one.name) for one in colleagues if one.away_until is None],
        outcome=alert.outcome,
        closed=f"{thread.names[alert.closed_by]}, {dates.near(alert.closed_at)}"
        if alert.closed_at and alert.closed_by
        else "",
    )


def change_words(change: Change, dates: Dates) -> str:
    """What happened meanwhile, for whoever comes second: who, and when."""
    if change.by is None:
        return _("Another answer arrived while you were writing. Look at it first; your words are kept here.")
    happened = _(CHANGES[change.what], name=change.by, when=dates.near(change.at))
    kept = _("Yours is not stored yet; your words are kept here.")
    return f"{happened} {kept}"


def item9_run(entries: list[Entry]) -> list[int | None]:
    """The newest answers, oldest first; None where the question was shown and not answered."""
    replaced = {entry.check_in.supersedes for entry in entries}
    current = [entry for entry in entries if entry.check_in.client_id not in replaced]
    asked = [entry for entry in current if "phq9" in entry.scores and entry.scores["phq9"].item9]
    return [entry.answers.get("phq9", {}).get(9) for entry in reversed(asked[:RUN_SHOWN])]


def _title(thread: Thread, entries: list[Entry]) -> str:
    if thread.alert.kind == "words":
        return _("Words in a note")
    return _("Item 9: {run}", run=run_words(item9_run(entries)))


def _state(thread: Thread, dates: Dates) -> str:
    alert = thread.alert
    if alert.state == "opened" and alert.clock == "none":
        return _("covered by the standing plan")
    return state_words(alert.state, len(thread.attempts), waited(alert.since, dates))


def _found(thread: Thread, one: AlertWords, dates: Dates) -> FoundWords:
    marked = ""
    if one.marked_by and one.marked_at:
        marked = f"{thread.names[one.marked_by]}, {dates.near(one.marked_at)}"
    return FoundWords(
        check_in_id=one.check_in_id,
        found=", ".join(f"“{entry}”" for entry in one.found),
        when=answered_arrived(one.answered_at, one.arrived_at, dates),
        useful={None: "", True: "yes", False: "no"}[one.useful],
        marked=marked,
    )


def _handovers(thread: Thread, dates: Dates) -> list[str]:
    lines = []
    for one in thread.handovers:
        facts = {"to": thread.names[one.to_id], "when": dates.near(one.made_at)}
        if one.by_id is None:
            away = thread.names[one.from_id]
            lines.append(_("{to} stands in for {away}, who is away, {when}", away=away, **facts))
        elif one.by_id == one.to_id:
            lines.append(_("{to} took it over, {when}", **facts))
        else:
            lines.append(_("{by} gave it to {to}, {when}", by=thread.names[one.by_id], **facts))
    return lines


def _told(thread: Thread, dates: Dates) -> list[str]:
    """One line for each clinician and step: when, and what took it."""
    lines = []
    for desk in (one for one in thread.notices if one.channel == "desk"):
        same = [one for one in thread.notices if _key(one) == _key(desk) and one.channel != "desk"]
        ways = [way for channel in CHANNELS if (way := _way(channel, same))]
        by = ", ".join(ways) or _("on the desk only")
        lines.append(f"{dates.near(desk.attempted_at)}: {thread.names[desk.membership_id]}, {by}")
    return lines


def _key(notice: AlertNotice) -> tuple[int, int, uuid.UUID]:
    return notice.round, notice.step, notice.membership_id


def _way(channel: str, notices: list[AlertNotice]) -> str:
    tried = [one for one in notices if one.channel == channel]
    if not tried:
        return ""
    if any(one.opened_at for one in tried):
        return _("{way}, opened", way=_(CHANNELS[channel]))
    if any(one.outcome == "accepted" for one in tried):
        return _(CHANNELS[channel])
    return _("{way} was not taken", way=_(CHANNELS[channel]))


def _next_step(thread: Thread, dates: Dates) -> str:
    ahead = [one for one in thread.steps if one.state in ("due", "claimed") and one.due_at > dates.now]
    if not ahead:
        return ""
    soonest = min(ahead, key=lambda one: one.due_at)
    return _(NEXT[soonest.who], when=dates.near(soonest.due_at))
