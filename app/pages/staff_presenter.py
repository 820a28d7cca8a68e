"""Words for the list of staff and for one of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.roles import ACTIVE, ADMINISTRATOR, CARERS, ENDED, INVITED, SUSPENDED
from app.languages import gettext as _
from app.languages import mark, ngettext
from app.pages.alert_desk_presenter import AwayWords, colleague_words, present_away
from app.pages.dates import Dates
from app.pages.words import role_name
from app.services import cover
from app.services.staff import Colleague, Held, StaffError

STATES = {
    INVITED: mark("invited, not yet here"),
    ACTIVE: mark("works here"),
    SUSPENDED: mark("suspended"),
    ENDED: mark("removed"),
}
WHY_NOT = {
    "last_administrator": mark("This is the last administrator. Make somebody else one first."),
    "last_clinician": mark(
        "This is the last clinician, and there are patients. Another one must be here first."
    ),
    "nobody_takes_over": mark("Choose the clinician to whom all of it goes. Nobody is left without one."),
    "not_now": mark("Somebody changed this before you. This is how it is now."),
}


@dataclass(frozen=True)
class StaffLine:
    """One membership in the list."""

    id: uuid.UUID
    name: str
    email: str
    role: str
    state: str
    away: str
    is_over: bool


@dataclass(frozen=True)
class StaffList:
    """Who works here or is invited, and who did."""

    here: list[StaffLine]
    gone: list[StaffLine]


@dataclass(frozen=True)
class MemberPage:
    """One of them."""

    line: StaffLine
    since: str
    held: list[str]
    takers: Sequence[tuple[uuid.UUID, str]]
    is_active: bool
    is_suspended: bool
    is_invited: bool
    may_be_away: bool
    sees: str
    away: list[AwayWords]
    colleagues: list[tuple[uuid.UUID, str]]
    today: str


def present_staff(found: Sequence[Colleague], dates: Dates) -> StaffList:
    """Word the list; whoever was removed stands below it."""
    lines = [_line(one, dates) for one in found]
    return StaffList([one for one in lines if not one.is_over], [one for one in lines if one.is_over])


def present_member(
    known: Colleague,
    held: Held,
    takers: Sequence[tuple[uuid.UUID, str]],
    absences: Sequence[cover.Away],
    colleagues: Sequence[cover.Colleague],
    dates: Dates,
) -> MemberPage:
    """Word one of them."""
    membership = known.membership
    return MemberPage(
        line=_line(known, dates),
        since=dates.near_day(membership.created_at),
        held=_held(held),
        takers=takers,
        is_active=membership.state == ACTIVE,
        is_suspended=membership.state == SUSPENDED,
        is_invited=membership.state == INVITED,
        may_be_away=membership.role in CARERS and membership.state == ACTIVE,
        sees=_sees(membership.role),
        away=present_away(absences, dates),
        colleagues=[(one.membership_id, colleague_words(one, dates)) for one in colleagues],
        today=dates.today.isoformat(),
    )


def why_not(error: StaffError) -> str:
    """The sentence for what was refused."""
    return _(WHY_NOT[error.why])


def _line(one: Colleague, dates: Dates) -> StaffLine:
    membership = one.membership
    return StaffLine(
        membership.id,
        one.name,
        one.email or "",
        role_name(membership.role),
        _(STATES[membership.state]),
        _away(one, dates),
        membership.state == ENDED,
    )


def _away(one: Colleague, dates: Dates) -> str:
    if one.away_until is None:
        return ""
    until = _("away until {day}", day=dates.near_day(one.away_until))
    return f"{until}, {_('{name} stands in', name=one.cover)}" if one.cover else until


def _held(held: Held) -> list[str]:
    said = (
        (held.alerts, ngettext("{n} open alert", "{n} open alerts", held.alerts)),
        (held.patients, ngettext("{n} patient led", "{n} patients led", held.patients)),
        (held.invited, ngettext("{n} patient invited", "{n} patients invited", held.invited)),
    )
    return [words for count, words in said if count]


def _sees(role: str) -> str:
    return {
        "clinician": _("Sees and signs everything about patients of the own team, and closes alerts."),
        "nurse": _("Sees everything about patients of the own team, takes alerts, and signs nothing."),
        "front_desk": _("Sees names and visits of everybody, and no answers, scores or notes."),
        ADMINISTRATOR: _("Sees settings and staff, and nothing that patients send."),
    }[role]
