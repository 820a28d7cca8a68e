"""Words for who looked: one line for each reader, kind of page and day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.languages import format_full_day, local, mark, ngettext, request_language
from app.languages import gettext as _
from app.services.looked import Look

READERS = {
    "clinician": mark("{name} (clinician)"),
    "nurse": mark("{name} (nurse)"),
    "front_desk": mark("{name} (front desk)"),
    "administrator": mark("{name} (administrator)"),
    "caregiver": mark("{name} (caregiver)"),
}
KINDS = {
    "patient": mark("the page with your record"),
    "check_in": mark("one of your check-ins, with every answer"),
    "repair": mark("something you sent that could not be read"),
    "care_link": mark("the visits you share"),
}
OTHER = mark("a part of your record")
OUTSIDE = mark("opened your record without being on your team, with a reason in writing that your team reads")


@dataclass(frozen=True)
class LookedDay:
    """One day with a line for each reader and kind of page."""

    day: str
    lines: list[str]


def present_looks(looks: Sequence[Look], zone: str, now: datetime) -> list[LookedDay]:
    """Newest day first, in the patient's own zone."""
    days: dict[str, Counter[str]] = {}
    for look in looks:
        there, today = local(look.at, zone).date(), local(now, zone).date()
        day = format_full_day(there, request_language())
        shown = _("Today, {day}", day=day) if there == today else day
        days.setdefault(shown, Counter())[_line(look)] += 1
    return [LookedDay(day, [_counted(line, n) for line, n in lines.items()]) for day, lines in days.items()]


def _line(look: Look) -> str:
    # Who was erased, too, has no name any more.
    name = look.name or _("somebody who is not at the clinic any more")
    reader = _(READERS[look.role], name=name) if look.role in READERS else name
    return f"{reader}: {_(OUTSIDE if look.is_outside else KINDS.get(look.kind, OTHER))}"


def _counted(line: str, times: int) -> str:
    return line if times == 1 else ngettext("{line}, once", "{line}, {n} times", times, line=line)
