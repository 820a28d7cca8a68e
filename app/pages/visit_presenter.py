"""Words for visits and cadences on a patient's page."""

import uuid
from collections import Counter
from dataclasses import dataclass

from app.domain.modality import MODALITY_NAMES, OFF_LABEL, treatment_of
from app.languages import format_day, format_time, local, ngettext
from app.languages import gettext as _
from app.models import Cadence, Visit
from app.pages.dates import Dates
from app.pages.words import treatment_name

# The label of esketamine: weekly or every two weeks.
LABEL_DAYS = 14


@dataclass(frozen=True)
class VisitWords:
    """One visit in the list."""

    id: uuid.UUID
    name: str
    day: str
    time: str
    near: str
    length: str
    place: str
    state: str
    can_cancel: bool
    can_restore: bool


@dataclass(frozen=True)
class CadenceWords:
    """One cadence, and when it is due next."""

    id: uuid.UUID
    name: str
    rhythm: str
    due: str
    outside_label: str


@dataclass(frozen=True)
class Plan:
    """What is booked, cancelled and recorded, what was had, and how often maintenance is due."""

    ahead: list[VisitWords]
    cancelled: list[VisitWords]
    recorded: list[VisitWords]
    had: list[str]
    cadences: list[CadenceWords]
    off_label: bool
    undo: VisitWords | None


def present_plan(visits: list[Visit], cadences: list[Cadence], dates: Dates, undo: str) -> Plan:
    """Visits to come, those that were, cadences. `undo` names a visit just cancelled."""
    restorable = _restorable(visits)
    words = [_visit(visit, dates, restorable) for visit in visits]
    ahead = [one for one, visit in zip(words, visits, strict=True) if visit.starts_at > dates.now]
    past = [one for one in visits if one.starts_at <= dates.now and one.state != "cancelled"]
    return Plan(
        ahead=[one for one in ahead if one.can_cancel],
        cancelled=[one for one in ahead if one.can_restore],
        recorded=[_visit(one, dates, restorable) for one in reversed(past)],
        had=_had(past, dates),
        cadences=[_cadence(one, visits, dates) for one in cadences],
        off_label=not OFF_LABEL.isdisjoint([*(v.modality for v in visits), *(c.modality for c in cadences)]),
        undo=next((one for one in words if one.can_restore and str(one.id) == undo), None),
    )


def _restorable(visits: list[Visit]) -> set[uuid.UUID]:
    """Cancelled visits at a time that was not booked again; the last one, where it was cancelled twice."""
    taken = {visit.starts_at for visit in visits if visit.state != "cancelled"}
    last = {(one.starts_at, one.modality): one.id for one in visits if one.state == "cancelled"}
    return {visit_id for (starts_at, _modality), visit_id in last.items() if starts_at not in taken}


def _visit(visit: Visit, dates: Dates, restorable: set[uuid.UUID]) -> VisitWords:
    there = local(visit.starts_at, visit.zone)
    return VisitWords(
        id=visit.id,
        name=_(MODALITY_NAMES[visit.modality]),
        day=format_day(there.date(), dates.language, today=dates.today),
        time=format_time(visit.starts_at, visit.zone, dates.language),
        near=dates.near(visit.starts_at),
        length=length_words(visit.minutes),
        place=visit.place,
        state=visit.state,
        can_cancel=visit.state != "cancelled",
        can_restore=visit.id in restorable,
    )


def length_words(minutes: int) -> str:
    """'2 hours', '45 minutes', '1 h 30 min'."""
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return ngettext("{n} minute", "{n} minutes", minutes)
    if rest == 0:
        return ngettext("{n} hour", "{n} hours", hours)
    return _("{hours} h {minutes} min", hours=hours, minutes=rest)


def _had(past: list[Visit], dates: Dates) -> list[str]:
    counts = Counter(treatment_of(visit.modality) for visit in past)
    last = {treatment_of(visit.modality): visit.starts_at for visit in past}
    return [
        ngettext(
            "{treatment}: {n} visit, last {day}",
            "{treatment}: {n} visits, last {day}",
            count,
            treatment=treatment_name(name),
            day=dates.near_day(last[name]),
        )
        for name, count in counts.items()
    ]


def _cadence(cadence: Cadence, visits: list[Visit], dates: Dates) -> CadenceWords:
    held = [one.starts_at for one in visits if one.modality == cadence.modality and one.state != "cancelled"]
    past, ahead = [at for at in held if at <= dates.now], [at for at in held if at > dates.now]
    over = dates.days_since(past[-1]) - cadence.interval_days if past else None
    return CadenceWords(
        id=cadence.id,
        name=_(MODALITY_NAMES[cadence.modality]),
        rhythm=_("about every {n} days", n=cadence.interval_days),
        due=_("next {day}", day=dates.near_day(ahead[0])) if ahead else _due(over),
        outside_label=_("outside the label (at most {n} days)", n=LABEL_DAYS)
        if cadence.modality == "esketamine" and cadence.interval_days > LABEL_DAYS
        else "",
    )


def _due(over: int | None) -> str:
    if over is None:
        return _("no visit yet")
    if over > 0:
        return ngettext("due since {n} day", "due since {n} days", over)
    return _("due today") if over == 0 else ngettext("due in {n} day", "due in {n} days", -over)
