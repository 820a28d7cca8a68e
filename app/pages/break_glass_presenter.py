"""Words for records opened from outside the team: for the team, and for whoever opened them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.languages import gettext as _
from app.models import BreakGlass
from app.pages.dates import Dates
from app.pages.words import role_name
from app.services.break_glass import Opening, Untold


@dataclass(frozen=True)
class OpeningWords:
    """One opening. `runs`: it can be closed; `is_new`: no clinician of the team saw it."""

    id: uuid.UUID
    by: str
    when: str
    until: str
    why: str
    runs: bool
    is_new: bool
    is_own: bool


@dataclass(frozen=True)
class RunningWords:
    """One line about somebody's opening, with the way to the page."""

    id: uuid.UUID
    patient_id: uuid.UUID
    patient: str
    words: str


def present_openings(openings: Sequence[Opening], dates: Dates, reader_id: uuid.UUID) -> list[OpeningWords]:
    """Newest first, for this reader."""
    return [
        OpeningWords(
            id=one.row.id,
            by=f"{one.by}, {role_name(one.role)}",
            when=_("opened it {when}", when=dates.near(one.row.opened_at)),
            until=_until(one.row, dates),
            why=one.row.why_text,
            runs=one.row.runs(dates.now),
            is_new=one.row.seen_at is None,
            is_own=one.row.membership_id == reader_id,
        )
        for one in openings
    ]


def present_running(running: Sequence[Untold], dates: Dates) -> list[RunningWords]:
    """What the reader has open."""
    return [
        RunningWords(one.row.id, one.row.patient_id, one.patient, _until(one.row, dates)) for one in running
    ]


def present_untold(untold: Sequence[Untold], dates: Dates) -> list[RunningWords]:
    """What the team has still to see."""
    return [
        RunningWords(
            one.row.id,
            one.row.patient_id,
            one.patient,
            _(
                "{name}, who is not on the team, opened the record of {patient} {when}.",
                name=one.by,
                patient=one.patient,
                when=dates.near(one.row.opened_at),
            ),
        )
        for one in untold
    ]


def _until(row: BreakGlass, dates: Dates) -> str:
    if row.runs(dates.now):
        return _("open until {when}", when=dates.near(row.until_at))
    return _("closed {when}", when=dates.near(row.ended_at or row.until_at))
