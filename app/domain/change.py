"""What two scores say about each other, and which score may be called the baseline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

# Points that a person could notice. Below, both scores are "about the same"; never "reliable".
NOTICEABLE = {"phq9": 5, "gad7": 4}
REMISSION_BELOW = 5
SHOWN_FROM_BASELINE = 10
DAYS_BEFORE_COURSE = 14
DAYS_INTO_COURSE = 7


@dataclass(frozen=True)
class Change:
    """`direction` is better, worse or same. Response and remission are two words and never merged."""

    points: int
    direction: str
    response: bool | None
    remission: bool | None


@dataclass(frozen=True)
class DatedScore:
    """A complete total on the day it was answered. Prorated totals never become one of these."""

    day: date
    total: int


Dated = TypeVar("Dated", bound=DatedScore)


def compare(instrument_id: str, baseline: int, current: int) -> Change:
    is_phq9 = instrument_id == "phq9"
    return Change(
        points=current - baseline,
        direction=direction(instrument_id, baseline, current),
        response=responds(baseline, current) if is_phq9 else None,
        remission=remits(current) if is_phq9 else None,
    )


def direction(instrument_id: str, earlier: int, later: int) -> str:
    points = later - earlier
    if abs(points) < NOTICEABLE[instrument_id]:
        return "same"
    return "better" if points < 0 else "worse"


def responds(baseline: int, current: int) -> bool:
    """Half or less of the baseline. Nothing can be half of a baseline of 0."""
    return baseline > 0 and 2 * current <= baseline


def remits(current: int) -> bool:
    return current < REMISSION_BELOW


def outcome_is_shown(signed_baseline: int | None) -> bool:
    """Response and remission are words for a page only against a signed baseline of 10 or more."""
    return signed_baseline is not None and signed_baseline >= SHOWN_FROM_BASELINE


def propose_baseline(scores: Iterable[Dated], first_visit: date) -> Dated | None:
    """The last score up to 14 days before the course's first visit, else the first within 7 days after.

    The morning of the first visit counts as before it; a clinician signs the proposal or another score.
    """
    ordered = sorted(scores, key=lambda score: score.day)
    before = [s for s in ordered if timedelta(0) <= first_visit - s.day <= timedelta(DAYS_BEFORE_COURSE)]
    if before:
        return before[-1]
    after = [s for s in ordered if timedelta(0) < s.day - first_visit <= timedelta(DAYS_INTO_COURSE)]
    return after[0] if after else None
