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
from app.pages.words import signed, treatment_name, treatments_words
from app.services.caseload_facts import Caseload, News, OpenAlert, Rise, Row, Stretch, Unreached
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


def _last_heard(row: Row, dates: Dates) -> str:
    if not row.scores:
        return _("not heard from yet")
    return _("heard {day}", day=dates.near_day(row.scores[-1][0]))


def _line(row: Row, dates: Dates, why: str, details: list[Detail]) -> Line:
    totals = [total for _at, total in row.scores]
    return Line(
        patient_id=row.patient_id,
        name=row.name,
        why=why,
        details=details,
        spark=draw_spark(totals) if len(totals) > 1 else None,
        last=str(totals[-1]) if totals else "–",
        is_noticeable=len(totals) > 1 and abs(totals[-1] - totals[-2]) >= NOTICEABLE["phq9"],
        last_day=dates.day(row.scores[-1][0]) if row.scores else "",
        change=signed(totals[-1] - totals[-2]) if len(totals) > 1 else "–",
        treatments=treatments_words(row.treatments, dates) or [_("no visit yet")],
        calls=[(one.reminder_id, _call_reason(one)) for one in row.unreached],
    )


def run_words(run: list[int | None]) -> str:
    """'0 · 1 · 1 · 2', oldest first; an answer that was not given is a dash."""
    return " · ".join("–" if value is None else str(value) for value in run)


def _why_needed(row: Row, alert: OpenAlert, dates: Dates, actor_id: uuid.UUID) -> Line:
    owner = _("yours") if alert.owner_id == actor_id else _("{name} has it", name=alert.owner)
    details = [
        Detail(answered_arrived(alert.answered_at, alert.arrived_at, dates)),
        Detail(owner),
        Detail(
            state_words(alert.alert.state, alert.attempts, waited(alert.alert.opened_at, dates)),
            alert.alert.state in ("opened", "trying"),
        ),
    ]
    if row.news:
        details.append(Detail(_unread(row.news)))
    details += _drift_details(row, dates)
    return _line(row, dates, _("Item 9: {run}", run=run_words(row.item9_run)), details)


def answered_arrived(answered: datetime, arrived: datetime, dates: Dates) -> str:
    """'answered today 9:10 AM, arrived 9:12 AM'."""
    same_day = dates.days_since(answered) == dates.days_since(arrived)
    came = dates.time(arrived) if same_day else dates.near(arrived)
    return _("answered {answered}, arrived {arrived}", answered=dates.near(answered), arrived=came)


def state_words(state: str, attempts: int, time: str) -> str:
    """How far somebody got with an open alert."""
    if state == "opened":
        return _("unanswered for {time}", time=time)
    if state == "trying":
        return ngettext(
            "tried once, not reached for {time}",
            "tried {n} times, not reached for {time}",
            attempts,
            time=time,
        )
    return _("reached, not closed") if state == "reached" else _("decided, not closed")


def waited(since: datetime, dates: Dates) -> str:
    """'12 min', '2 h', '3 days'."""
    minutes = int((dates.now - since).total_seconds() // 60)
    if minutes < 60:
        return _("{n} min", n=max(minutes, 0))
    if minutes < 48 * 60:
        return _("{n} h", n=minutes // 60)
    return _("{n} days", n=minutes // (24 * 60))


def _unread(news: News) -> str:
    words = ngettext("Check-in to read", "{n} check-ins to read", news.unread)
    if news.notes == 0:
        return words
    notes = ngettext("a note", "{n} notes", news.notes)
    return _("{check_ins}, {notes}", check_ins=words, notes=notes)


def _why_news(row: Row, news: News, dates: Dates) -> Line:
    newest = dates.near(news.newest_at)
    details = [Detail(_("newest {when}", when=newest) if news.unread > 1 else newest)]
    before = _before(row, dates)
    if before:
        details.append(Detail(before))
    if news.wants_known:
        details.append(Detail(_("something to know before the visit"), needs=True))
    if news.item9_skipped:
        details.append(Detail(_("item 9 not answered"), needs=True))
    details += _drift_details(row, dates)
    return _line(row, dates, _unread(news), details)


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
