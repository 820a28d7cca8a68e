"""Words for the page about alerts: absences, ways, the ladder, and how useful the list of words was."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.escalation import Escalation, Stage
from app.languages import gettext as _
from app.languages import mark, ngettext
from app.pages.dates import Dates
from app.services.alert_desk import WordCount
from app.services.cover import Away, Colleague

WHO = {
    "owner": mark("whoever has it, or stands in"),
    "next": mark("the next colleague who is there"),
    "everybody": mark("everybody at the clinic"),
}


@dataclass(frozen=True)
class Ways:
    """`push_key` is empty and `address` None where the operator has not set it up."""

    push_key: str
    address: str | None


@dataclass(frozen=True)
class AwayWords:
    """One absence."""

    id: uuid.UUID
    days: str
    cover: str


@dataclass(frozen=True)
class AlertDesk:
    """The page in words."""

    away: list[AwayWords]
    colleagues: list[tuple[uuid.UUID, str]]
    today: str
    ways: Ways
    full: list[tuple[str, str]]
    slower: list[tuple[str, str]]
    counted: list[str]


def present_alert_desk(
    absences: Sequence[Away],
    colleagues: Sequence[Colleague],
    counted: WordCount,
    escalation: Escalation,
    ways: Ways,
    dates: Dates,
) -> AlertDesk:
    """Word the page for one clinician."""
    return AlertDesk(
        away=present_away(absences, dates),
        colleagues=[(one.membership_id, colleague_words(one, dates)) for one in colleagues],
        today=dates.today.isoformat(),
        ways=ways,
        full=[_stage(one) for one in escalation.full],
        slower=[_stage(one) for one in escalation.slower],
        counted=_counted(counted),
    )


def present_away(absences: Sequence[Away], dates: Dates) -> list[AwayWords]:
    """Each with its days and who stands in."""
    return [_away(one, dates) for one in absences]


def _away(away: Away, dates: Dates) -> AwayWords:
    absence = away.absence
    last = dates.near_day(absence.until_at - timedelta(seconds=1))
    days = _("{first} to {last}", first=dates.near_day(absence.from_at), last=last)
    cover = _("{name} stands in", name=away.cover) if away.cover else _("whoever is there stands in")
    return AwayWords(absence.id, days, cover)


def colleague_words(colleague: Colleague, dates: Dates) -> str:
    """The name, and until when away."""
    if colleague.away_until is None:
        return colleague.name
    last = dates.near_day(colleague.away_until - timedelta(seconds=1))
    return _("{name}, away until {day}", name=colleague.name, day=last)


def _stage(stage: Stage) -> tuple[str, str]:
    return _after(stage.after), _(WHO[stage.who])


def _after(minutes: int) -> str:
    if minutes == 0:
        return _("at once")
    if minutes % 60:
        return ngettext("after one minute", "after {n} minutes", minutes)
    return ngettext("after one hour", "after {n} hours", minutes // 60)


def _counted(counted: WordCount) -> list[str]:
    if not counted.found:
        return [_("No note had a word of the list yet.")]
    unmarked = counted.found - counted.useful - counted.not_useful
    words = [
        ngettext("Found in one note", "Found in {n} notes", counted.found),
        _("useful: {n}", n=counted.useful),
        _("not useful: {n}", n=counted.not_useful),
    ]
    return [*words, _("nobody has said yet: {n}", n=unmarked)] if unmarked else words
