"""Words for the end of care: since when, why, and what follows from it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.languages import gettext as _
from app.languages import mark
from app.pages.dates import Dates
from app.services.care_ends import Ended
from app.services.journal import Entry
from app.services.timeline import PatientRecord

REASONS = {
    "discharged": mark("discharged"),
    "transferred": mark("transferred to another clinic"),
    "in_hospital": mark("in hospital"),
    "died": mark("died"),
}


@dataclass(frozen=True)
class CareWords:
    """`ended` is empty while care goes on; `owners` are asked for while an alert is open."""

    ended: str
    words: str
    by: str
    earlier: list[str]
    reasons: list[tuple[str, str]]
    owners: list[tuple[uuid.UUID, str]]
    after: frozenset[uuid.UUID]


def present_care(record: PatientRecord, dates: Dates, reader_id: uuid.UUID) -> CareWords:
    """Word it for one patient's page."""
    last = record.care_end
    here = [(one.membership_id, one.name) for one in record.colleagues if one.away_until is None]
    return CareWords(
        ended=_ended(last, dates) if last else "",
        words=last.row.words_text if last else "",
        by=_("{name}, {when}", name=last.by, when=dates.near(last.row.ended_at)) if last else "",
        earlier=[_earlier(one, dates) for one in record.care_ends if not one.lasts],
        reasons=[(reason, _(words)) for reason, words in REASONS.items()],
        owners=[(reader_id, _("Me")), *here] if record.open_thread else [],
        after=frozenset(entry.check_in.id for entry in record.entries if came_after(entry, record.care_ends)),
    )


def came_after(entry: Entry, ends: Sequence[Ended]) -> bool:
    """Whether it arrived while care was over: kept like any other, and told apart."""
    return any(one.covers(entry.check_in.arrived_at) for one in ends)


def _ended(one: Ended, dates: Dates) -> str:
    return _("Care ended {day}: {why}.", day=dates.day(one.row.ended_at), why=_(REASONS[one.row.reason]))


def _earlier(one: Ended, dates: Dates) -> str:
    back = dates.day(one.row.returned_at) if one.row.returned_at else ""
    return _("{ended} In care again since {day}.", ended=_ended(one, dates), day=back)
