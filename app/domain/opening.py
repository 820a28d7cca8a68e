"""What a clinic needs before patients may come: pure, so that every gap can be tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PHONE, HOURS, CLOSING, ANSWERS, CRISIS, CLINICIAN, REACH = (
    "phone",
    "hours",
    "closing",
    "answers",
    "crisis",
    "clinician",
    "reach",
)


@dataclass(frozen=True)
class Facts:
    """What is known of a clinic. `closing_days` is None while nobody has said."""

    phone: str
    languages: Sequence[str]
    hours: Mapping[str, str]
    answer_words: Mapping[str, str]
    crisis: Mapping[str, str]
    closing_days: Sequence[str] | None
    clinicians: int
    is_reachable: bool
    desk_only: bool


@dataclass(frozen=True)
class Gap:
    """One thing that is missing, in one language where it is about words."""

    what: str
    language: str = ""


def find_gaps(facts: Facts) -> list[Gap]:
    """Everything that stands in the way, in the order in which a person meets it."""
    gaps = [] if facts.phone else [Gap(PHONE)]
    gaps += [Gap(HOURS, one) for one in facts.languages if not facts.hours.get(one, "").strip()]
    gaps += [Gap(CLOSING)] if facts.closing_days is None else []
    gaps += [Gap(ANSWERS, one) for one in facts.languages if not facts.answer_words.get(one, "").strip()]
    gaps += [] if facts.crisis.get("call") and facts.crisis.get("emergency") else [Gap(CRISIS)]
    gaps += [] if facts.clinicians else [Gap(CLINICIAN)]
    gaps += [] if facts.is_reachable or facts.desk_only else [Gap(REACH)]
    return gaps
