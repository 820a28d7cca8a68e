"""Which course of treatment began here, and which had begun elsewhere when the patient came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.modality import treatment_of

# Visits are written down ahead, or on their day; what is written down later happened elsewhere.
WRITTEN_WITHIN = timedelta(days=1)
# One visit before a cadence is set may be that of somebody who came in maintenance; an induction has more.
FEWEST_OF_INDUCTION = 2


@dataclass(frozen=True)
class Session:
    """A visit that nobody cancelled. Moments are aware UTC."""

    modality: str
    starts_at: datetime
    written_at: datetime


@dataclass(frozen=True)
class Courses:
    """`first`: the treatment and first visit of the earliest course that began here, if any did.

    `is_maintained`: some treatment was in maintenance when the patient came.
    """

    first: tuple[str, datetime] | None
    is_maintained: bool


def find_courses(visits: Iterable[Session], maintained_since: Mapping[str, datetime]) -> Courses:
    """`maintained_since`: by treatment, when maintenance was first set here."""
    by_treatment: dict[str, list[Session]] = {}
    for visit in visits:
        by_treatment.setdefault(treatment_of(visit.modality), []).append(visit)
    came = {name for name in by_treatment if _came_in(by_treatment[name], maintained_since.get(name))}
    began = [
        (min(one.starts_at for one in had), name) for name, had in by_treatment.items() if name not in came
    ]
    first = min(began, default=None)
    return Courses((first[1], first[0]) if first else None, bool(came))


def _came_in(visits: Iterable[Session], since: datetime | None) -> bool:
    """Whether maintenance was set before there had been an induction here."""
    if since is None:
        return False
    had_here = [
        one for one in visits if one.starts_at < since and one.written_at <= one.starts_at + WRITTEN_WITHIN
    ]
    return len(had_here) < FEWEST_OF_INDUCTION
