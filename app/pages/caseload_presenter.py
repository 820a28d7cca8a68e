"""Words for the caseload: why somebody stands where they stand, and since when."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.change import NOTICEABLE
from app.domain.instruments import INSTRUMENT_IDS, load_instrument
from app.languages import format_day, ngettext
from app.languages import gettext as _
from app.pages.chart import Spark, draw_spark
from app.pages.dates import Dates
from app.pages.waiting import state_words, waited
from app.pages.words import signed, treatment_name, treatments_words
from app.services.alert_reading import Occasion
from app.services.caseload_facts import Caseload, News, OpenAlert, Rise, Row, Score, Stretch, Unreached
from app.services.caseload_rows import PAGE

SOON_HOURS = 36


@dataclass(frozen=True)
class Detail:
    """A piece of the second line; `needs` sets it in plum."""

    text: str
    needs: bool = False


@dataclass(frozen=True)
class Line:
    """One row as it is shown."""

    patient_id: uuid.UUID
    name: str
    why: str
    details: list[Detail]
    spark: Spark | None
    last: str
    last_flag: str
    last_day: str
    change: str
    is_noticeable: bool
    treatments: list[str]
    calls: list[tuple[uuid.UUID, str]] = field(default_factory=list)


@dataclass(frozen=True)
class CaseloadPage:
    """The whole page in words."""

    day: str
    counts: list[Detail]
    needs: list[Line]
    news: list[Line]
    drifting: list[Line]
    unreached: list[Line]
    quiet: list[Line]
    is_empty: bool
    pages: list[int]
    page_number: int


def present_caseload(caseload: Caseload, dates: Dates, actor_id: uuid.UUID, page_number: int) -> CaseloadPage:
    """Word the caseload for one clinician."""
    return CaseloadPage(
        day=_capital(format_day(dates.today, dates.language)),
        counts=_counts(caseload),
        needs=[_why_needed(row, row.alert, dates, actor_id) for row in caseload.needs if row.alert],
        news=[_why_news(row, row.news, dates) for row in caseload.news if row.news],
        drifting=[_line(row, dates, *_why_drifting(row, dates)) for row in caseload.drifting],
        unreached=[_line(row, dates, *_why_call(row, dates)) for row in caseload.unreached],
        quiet=[_line(row, dates, _last_heard(row, dates), []) for row in caseload.quiet],
        is_empty=caseload.total == 0,
        pages=list(range(1, -(-caseload.quiet_total // PAGE) + 1)),
        page_number=page_number,
    )


def _counts(caseload: Caseload) -> list[Detail]:
    counts = [Detail(ngettext("{n} patient", "{n} patients", caseload.total))]
    if caseload.needs:
        counts.append(Detail(ngettext("{n} needs you", "{n} need you", len(caseload.needs)), needs=True))
    if caseload.news:
        counts.append(Detail(ngettext("{n} has news", "{n} have news", len(caseload.news))))
    if caseload.drifting:
        counts.append(Detail(ngettext("{n} is drifting", "{n} are drifting", len(caseload.drifting))))
    if caseload.unreached:
        counts.append(Detail(_("{n} to call", n=len(caseload.unreached))))
    counts.append(Detail(_("{n} with nothing new", n=caseload.quiet_total)))
    return counts


def _care_ended(at: datetime, dates: Dates) -> str:
    return _("care ended {day}", day=dates.near_day(at))


def _last_heard(row: Row, dates: Dates) -> str:
    if row.care_ended_at is not None:
        return _care_ended(row.care_ended_at, dates)
    if row.heard_at is None:
        return _("not heard from yet")
    return _("heard {day}", day=dates.near_day(row.heard_at))


def _line(row: Row, dates: Dates, why: str, details: list[Detail]) -> Line:
    if row.care_ended_at is not None:
        details = [Detail(_care_ended(row.care_ended_at, dates)), *details]
    last = row.scores[-1] if row.scores else None
    points = _last_change(row.scores)
    return Line(
        patient_id=row.patient_id,
        name=row.name,
        why=why,
        details=details,
        spark=draw_spark([(one.total, one.is_prorated) for one in row.scores])
        if len(row.scores) > 1
        else None,
        last=str(last.total) if last else "–",
        last_flag=_("prorated") if last and last.is_prorated else "",
        last_day=dates.day(last.at) if last else "",
        is_noticeable=points is not None and abs(points) >= NOTICEABLE["phq9"],
        change="–" if points is None else signed(points),
        treatments=treatments_words(row.treatments, dates) or [_("no visit yet")],
        calls=[(one.reminder_id, _call_reason(one)) for one in row.unreached],
    )


def _last_change(scores: list[Score]) -> int | None:
    """From one complete score to the next; a prorated one is compared with nothing."""
    complete = [one.total for one in scores if not one.is_prorated]
    if len(complete) < 2 or scores[-1].is_prorated:
        return None
    return complete[-1] - complete[-2]


def run_words(run: list[int | None]) -> str:
    """'0 · 1 · 1 · 2', oldest first; an answer that was not given is a dash."""
    return " · ".join("–" if value is None else str(value) for value in run)


def _why_needed(row: Row, alert: OpenAlert, dates: Dates, actor_id: uuid.UUID) -> Line:
    owner = _("yours") if alert.owner_id == actor_id else _("{name} has it", name=alert.owner)
    details = [*_sources(alert, dates), Detail(owner), _how_far(alert, dates)]
    if row.news and row.news.asked_at:
        details.append(Detail(_asks_since(row.news.asked_at, dates), needs=True))
    if row.news and row.news.unread:
        details.append(Detail(_unread(row.news)))
    details += _drift_details(row, dates)
    title = _("Item 9: {run}", run=run_words(row.item9_run)) if alert.newest else _("Words in a note")
    return _line(row, dates, title, details)


def _sources(alert: OpenAlert, dates: Dates) -> list[Detail]:
    """Where the alert comes from: the newest answer, words in a note, or both."""
    details = [Detail(occasion_words(alert.newest, dates))] if alert.newest else []
    if alert.words:
        when = answered_arrived(alert.words.answered_at, alert.words.arrived_at, dates)
        details.append(Detail(_("words in a note, {when}", when=when) if alert.newest else when))
    return details


def _how_far(alert: OpenAlert, dates: Dates) -> Detail:
    said, waits = alert.alert, alert.alert.state in ("opened", "trying")
    if waits and said.clock == "none":
        return Detail(_("covered by the standing plan"))
    return Detail(state_words(said.state, alert.attempts, waited(said.since, dates)), waits)


def occasion_words(occasion: Occasion, dates: Dates) -> str:
    """When it was answered and arrived; also when it was told, if that was before the whole check-in."""
    answer, told = occasion.answer, occasion.told
    words = answered_arrived(answer.answered_at, answer.arrived_at, dates)
    if told is None:
        return words
    return _(
        "told {told}, arrived {arrived}; the check-in after it: {check_in}",
        told=dates.near(told.answered_at),
        arrived=_came(told.answered_at, told.arrived_at, dates),
        check_in=words,
    )


def answered_arrived(answered: datetime, arrived: datetime, dates: Dates) -> str:
    """'answered today 9:10 AM, arrived 9:12 AM'."""
    came = _came(answered, arrived, dates)
    return _("answered {answered}, arrived {arrived}", answered=dates.near(answered), arrived=came)


def _came(answered: datetime, arrived: datetime, dates: Dates) -> str:
    same_day = dates.days_since(answered) == dates.days_since(arrived)
    return dates.time(arrived) if same_day else dates.near(arrived)


def _unread(news: News) -> str:
    """'2 check-ins to read, one with a note, a rating': each is one that has its own Sign off."""
    words = []
    if news.check_ins:
        words.append(ngettext("check-in to read", "{n} check-ins to read", news.check_ins))
        if news.with_note:
            words.append(ngettext("with a note", "{n} with a note", news.with_note))
    if news.notes:
        words.append(ngettext("a note to read", "{n} notes to read", news.notes))
    if news.ratings:
        words.append(ngettext("a rating", "{n} ratings", news.ratings))
    return _capital(", ".join(words))


def _asks_since(asked_at: datetime, dates: Dates) -> str:
    return _("Asks to talk in person, since {when}", when=dates.near(asked_at))


def _why_news(row: Row, news: News, dates: Dates) -> Line:
    newest = dates.near(news.newest_at)
    details = [Detail(_("newest {when}", when=newest) if news.unread > 1 else newest)]
    if news.asked_at:
        since = Detail(_("since {when}", when=dates.near(news.asked_at)), needs=True)
        details = [since, Detail(_unread(news))] if news.unread else [since]
    before = _before(row, dates)
    if before:
        details.append(Detail(before))
    if news.wants_known:
        details.append(Detail(_("something to know before the visit"), needs=True))
    if news.item9_skipped:
        details.append(Detail(_("item 9 not answered"), needs=True))
        details.append(Detail(_("Item 9: {run}", run=run_words(row.item9_run))))
    details += _drift_details(row, dates)
    return _line(row, dates, _("Asks to talk in person") if news.asked_at else _unread(news), details)


def _before(row: Row, dates: Dates) -> str | None:
    coming = [(one.next_at, name) for name, one in row.treatments.items() if one.next_at is not None]
    if not coming:
        return None
    next_at, name = min(coming)
    if (next_at - dates.now).total_seconds() > SOON_HOURS * 3600:
        return None
    treatment = treatment_name(name)
    if dates.days_since(next_at) == 0:
        return _("before {treatment} at {time}", treatment=treatment, time=dates.time(next_at))
    return _("before {treatment} {when}", treatment=treatment, when=dates.near(next_at))


def _drift_details(row: Row, dates: Dates) -> list[Detail]:
    details = [Detail(_stretch_words(one, dates)) for one in row.stretches]
    if row.rises:
        details.append(Detail(_rise_words(row.rises, dates)))
    return details


def _rise_words(rises: list[Rise], dates: Dates) -> str:
    # A hyphen that does not break: "PHQ-" at the end of a line is nobody's instrument.
    titles = {one: load_instrument(one).title.replace("-", "\u2011") for one in INSTRUMENT_IDS}
    scores = [f"{titles[one.instrument]} {signed(one.points)}" for one in reversed(rises)]
    day = dates.day(min(one.best_at for one in rises))
    return _("{scores} above the best of 90 days, {day}", scores=", ".join(scores), day=day)


def _why_drifting(row: Row, dates: Dates) -> tuple[str, list[Detail]]:
    details = _drift_details(row, dates)
    if row.stretches and row.rises:
        return _("Maintenance stretched, and worse"), details
    return (_("Maintenance stretched") if row.stretches else _("Worse than before")), details


def _stretch_words(stretch: Stretch, dates: Dates) -> str:
    return _(
        "plan about every {plan} days, now {days}, since {day}",
        plan=stretch.interval_days,
        days=dates.days_since(stretch.last_at),
        day=dates.day(stretch.last_at),
    )


def _why_call(row: Row, dates: Dates) -> tuple[str, list[Detail]]:
    details = [Detail(f"{_call_reason(one)}, {dates.near(one.due_at)}") for one in row.unreached]
    return _("No phone could be reached; please call"), details


def _call_reason(reminder: Unreached) -> str:
    if reminder.rule == "visit_tomorrow":
        return _("about the visit and its check-in")
    return _("about maintenance that is due")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
