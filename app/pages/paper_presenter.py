"""Words for a form on paper: on the paper itself, and where staff enter it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.languages import format_day, format_full_day, local
from app.languages import gettext as _
from app.models import PaperForm, Visit
from app.pages.dates import Dates
from app.services.invitations import spell_code
from app.services.paper import EnteredPaper


@dataclass(frozen=True)
class PaperWords:
    """What the paper says of whom it is for: initials, so that it is handed to the right person."""

    code: str
    initials: str
    visit: str
    printed: str


@dataclass(frozen=True)
class EntryWords:
    """The page where it is entered. `before` says that it was, `corrects` what this would correct."""

    patient_id: uuid.UUID
    form_id: uuid.UUID
    code: str
    name: str
    initials: str
    visit: str
    language: str
    first_day: str
    last_day: str
    before: str
    check_in_id: uuid.UUID | None
    corrects: str = ""


def present_paper(form: PaperForm, name: str, visit: Visit | None, language: str) -> PaperWords:
    """In the language of the paper."""
    return PaperWords(
        code=spell_code(form.code),
        initials=initials_of(name),
        visit=format_day(local(visit.starts_at, visit.zone).date(), language) if visit else "",
        printed=format_full_day(form.printed_at.date(), language),
    )


def present_entry(
    form: PaperForm, name: str, visit: Visit | None, before: EnteredPaper | None, zone: str, now: datetime
) -> EntryWords:
    """In the language of whoever enters it."""
    dates = Dates(zone, now)
    told = (
        _(
            "This form was entered by {name}, {when}. Nothing is stored twice.",
            name=before.by,
            when=dates.near(before.at),
        )
        if before
        else ""
    )
    return EntryWords(
        patient_id=form.patient_id,
        form_id=form.id,
        code=spell_code(form.code),
        name=name,
        initials=initials_of(name),
        visit=_("before the visit {when}", when=dates.near(visit.starts_at)) if visit else "",
        language=form.language,
        first_day=dates.local_day(form.printed_at).isoformat(),
        last_day=dates.today.isoformat(),
        before=told,
        check_in_id=before.envelope_id if before else None,
    )


def initials_of(name: str) -> str:
    """'J. K.'"""
    return " ".join(f"{part[0]}." for part in name.split()[:4])
