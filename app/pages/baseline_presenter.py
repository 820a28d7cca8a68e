"""Words for the baseline: what was signed, what could be, and what may be said against it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.change import compare, outcome_is_shown
from app.domain.instruments import load_instrument
from app.languages import gettext as _
from app.pages.dates import Dates
from app.pages.words import change_words, signed, treatment_name
from app.services.baselines import NONE, PAST_TOTAL, Candidate, Signable, SignedBaseline
from app.services.journal import Entry
from app.services.past_totals import Entered


@dataclass(frozen=True)
class BaselineWords:
    """One instrument. `seen` goes with the form, so that nobody signs over what was not shown."""

    instrument: str
    title: str
    standing: str
    signed: str
    outcome: list[str]
    proposal: str
    unproposed: str
    proposed_key: str
    options: list[tuple[str, str]]
    seen: str
    replaced: list[str]


@dataclass(frozen=True)
class PastWords:
    """One past total in the list."""

    id: uuid.UUID
    day: str
    total: str
    source: str
    entered: str


def present_baselines(
    signables: dict[str, Signable], entries: Sequence[Entry], dates: Dates
) -> list[BaselineWords]:
    """One for each instrument that has something to sign, or something signed."""
    return [
        _present(one, entries, dates) for one in signables.values() if one.candidates or one.standing
    ] or [_present(signables["phq9"], entries, dates)]


def present_past(totals: Sequence[Entered], dates: Dates) -> list[PastWords]:
    """Newest first."""
    return [
        PastWords(
            id=one.row.id,
            day=dates.calendar_day(one.row.day),
            total=f"{load_instrument(one.row.instrument).title} {one.row.total}",
            source=one.row.source_text,
            entered=_("entered by {name}, {when}", name=one.by, when=dates.near(one.row.entered_at)),
        )
        for one in totals
    ]


def _present(one: Signable, entries: Sequence[Entry], dates: Dates) -> BaselineWords:
    return BaselineWords(
        instrument=one.instrument,
        title=load_instrument(one.instrument).title,
        standing=_standing(one.standing, dates),
        signed=_signed(one.standing, dates) if one.standing else "",
        outcome=_outcome(one, entries, dates),
        proposal=_proposal(one, dates),
        unproposed=_why_none(one),
        proposed_key=one.proposed.key if one.proposed else "",
        options=[
            *((candidate.key, _option(candidate, dates)) for candidate in reversed(one.candidates)),
            (NONE, _("There is none from before treatment")),
        ],
        seen=str(one.standing.row.id) if one.standing else "",
        replaced=[f"{_standing(earlier, dates)}, {_signed(earlier, dates)}" for earlier in one.replaced],
    )


def _standing(standing: SignedBaseline | None, dates: Dates) -> str:
    if standing is None:
        return ""
    row = standing.row
    if row.total is None or row.day is None:
        return _("None")
    return _("{total} on {day}", total=row.total, day=dates.calendar_day(row.day))


def _signed(standing: SignedBaseline, dates: Dates) -> str:
    return _("signed by {name}, {when}", name=standing.by, when=dates.near(standing.row.signed_at))


def _proposal(one: Signable, dates: Dates) -> str:
    """Said until somebody signs: a proposal is measured against by nobody."""
    first = one.courses.first
    if one.standing is not None or one.proposed is None or first is None:
        return ""
    return _(
        "Proposed: {total} on {day}, the nearest to the first {treatment} visit here.",
        total=one.proposed.total,
        day=dates.calendar_day(one.proposed.day),
        treatment=treatment_name(first[0]),
    )


def _why_none(one: Signable) -> str:
    """Somebody who came in maintenance would get a false baseline: a score under treatment is none."""
    if one.standing is not None or one.proposed is not None or not one.courses.is_maintained:
        return ""
    return _(
        "Nothing is proposed: maintenance was going on already at the first visit here, so what was answered"
        " around it is no baseline. Enter a total from before treatment, or sign that there is none."
    )


def _option(candidate: Candidate, dates: Dates) -> str:
    words = _("{total} on {day}", total=candidate.total, day=dates.calendar_day(candidate.day))
    return f"{words}, {_('entered')}" if candidate.kind == PAST_TOTAL else words


def _outcome(one: Signable, entries: Sequence[Entry], dates: Dates) -> list[str]:
    """The last complete score against the signed one. Response and remission only from a baseline of 10."""
    row = one.standing.row if one.standing else None
    newest = _newest(one.instrument, entries)
    total = newest.scores[one.instrument].total if newest else None
    if row is None or row.total is None or newest is None or total is None:
        return []
    when = newest.check_in.answered_at
    if newest.check_in.id == row.check_in_id or dates.local_day(when) < (row.day or dates.today):
        return []
    change = compare(one.instrument, row.total, total)
    words = [
        _(
            "Now {total}, {day}: {points}, {judged}.",
            total=total,
            day=dates.day(when),
            points=signed(change.points),
            judged=change_words(one.instrument, row.total, total),
        )
    ]
    if one.instrument != "phq9":
        return words
    if not outcome_is_shown(row.total):
        return [*words, _("Under 10, so neither response nor remission is said.")]
    responds = (
        _("Response: at most half of the baseline.")
        if change.response
        else _("No response: more than half of the baseline.")
    )
    remits = _("Remission: under 5.") if change.remission else _("No remission: 5 or more.")
    return [*words, responds, remits]


def _newest(instrument: str, entries: Sequence[Entry]) -> Entry | None:
    """The last one with a complete score for which no later version stands."""
    replaced = {entry.check_in.supersedes for entry in entries}
    for entry in entries:
        score = entry.scores.get(instrument)
        if score and score.status == "complete" and entry.check_in.client_id not in replaced:
            return entry
    return None
