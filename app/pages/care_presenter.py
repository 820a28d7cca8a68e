"""Words for the caregiver's page. Names only: no pronoun is guessed."""

import re
from dataclasses import dataclass
from datetime import datetime

from app.languages import format_day, format_full_day, format_time, local, request_language
from app.languages import gettext as _
from app.models import Visit
from app.pages.visit_presenter import length_words
from app.services.caregiving import Cared
from app.services.clinic_words import hours_of

# After these nobody drives until the next day.
NO_DRIVING = frozenset({"ketamine_iv", "ketamine_im", "esketamine"})


@dataclass(frozen=True)
class Next:
    """The next visit, large."""

    day: str
    time: str
    where: str
    length: str
    no_driving: str


@dataclass(frozen=True)
class Later:
    """A visit in the list. The treatment is not named: day, time and place were shared."""

    day: str
    time: str
    where: str


@dataclass(frozen=True)
class CaredWords:
    """One patient who shares, in words."""

    name: str
    clinic: str
    phone: str
    dial: str
    hours: str
    next: Next | None
    later: list[Later]
    shared: str


def present_cared(cared: Cared, now: datetime) -> CaredWords:
    """Word what one patient shares."""
    language, name = request_language(), first_name(cared.name)
    until = cared.link.until
    shared = (
        _("{name} shares visits with you until {day}.", name=name, day=format_full_day(until, language))
        if until
        else _("{name} shares visits with you and can end that at any time.", name=name)
    )
    return CaredWords(
        name=name,
        clinic=cared.clinic.name,
        phone=cared.clinic.phone,
        dial=re.sub(r"[^0-9+]", "", cared.clinic.phone),
        hours=hours_of(cared.clinic, language, local(now, cared.clinic.zone).date()),
        next=_next(cared.visits[0], cared, name, now) if cared.visits else None,
        later=[_later(visit, cared, now) for visit in cared.visits[1:]],
        shared=f"{shared} {_('{name} can see when you look.', name=name)}",
    )


def first_name(name: str) -> str:
    """What a caregiver calls the person; a title stays with its name."""
    first = name.split()[0] if name.split() else name
    return name if first.endswith(".") else first


def _next(visit: Visit, cared: Cared, name: str, now: datetime) -> Next:
    language = request_language()
    return Next(
        day=_day(visit, now),
        time=format_time(visit.starts_at, visit.zone, language),
        where=visit.place or cared.clinic.name,
        length=_("About {length}.", length=length_words(visit.minutes)),
        no_driving=_("{name} may not drive until the next day.", name=name)
        if visit.modality in NO_DRIVING
        else "",
    )


def _later(visit: Visit, cared: Cared, now: datetime) -> Later:
    time = format_time(visit.starts_at, visit.zone, request_language())
    # The place is said once, and again only where it is another one.
    return Later(_day(visit, now), time, visit.place if visit.place != cared.visits[0].place else "")


def _day(visit: Visit, now: datetime) -> str:
    """The whole day, also when it is near: somebody plans a ride by it."""
    language, there = request_language(), local(visit.starts_at, visit.zone).date()
    today = local(now, visit.zone).date()
    day = format_day(there, language)
    near = format_day(there, language, today=today)
    words = f"{near}, {day}" if abs((there - today).days) <= 1 else near
    # The number stays with its month.
    head, _space, tail = words.rpartition(" ")
    return f"{head[:1].upper()}{head[1:]}\u00a0{tail}"
