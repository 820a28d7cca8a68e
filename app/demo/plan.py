"""What a demo story is made of. Days count from today: -1 is yesterday, times are the clinic's."""

from dataclasses import dataclass
from datetime import time

PhqProfile = tuple[int, int, int, int, int, int, int, int]
GadProfile = tuple[int, int, int, int, int, int, int]

EVEN_PHQ: PhqProfile = (5, 5, 5, 5, 5, 5, 5, 3)
EVEN_GAD: GadProfile = (5, 5, 5, 5, 3, 4, 3)


@dataclass(frozen=True)
class Words:
    """One dimension of a note: the direction, the person's text, and what they put it down to."""

    direction: str | None = None
    text: str = ""
    attribution: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShouldKnow:
    topics: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class CheckInPlan:
    """One check-in. `phq9` and `gad7` are totals as meant; items in `skipped` are then left unanswered.

    `offline_hours` is how long it waited on the phone. Unless `unread`, it is read on the next working
    morning by `read_by`, or by the lead; what arrived since the last working morning nobody has read.
    """

    day: int
    at: time
    phq9: int | None = None
    gad7: int | None = None
    item9: int | None = 0
    skipped_phq9: tuple[int, ...] = ()
    skipped_gad7: tuple[int, ...] = ()
    difficulty: int | None = None
    executive: Words | None = None
    hedonic: Words | None = None
    today: int | None = None
    should_know: ShouldKnow | None = None
    offline_hours: float = 0.0
    read_by: str = ""
    unread: bool = False
    in_person: bool = False

    @property
    def kind(self) -> str:
        if self.in_person:
            return "in_person"
        if self.phq9 is not None or self.gad7 is not None:
            return "full"
        return "note" if self.executive or self.hedonic else "today"


@dataclass(frozen=True)
class VisitPlan:
    day: int
    at: time
    modality: str
    minutes: int
    place: str
    cancelled: bool = False


@dataclass(frozen=True)
class CoursePlan:
    """Daily treatment from the week of `start` on, with so many visits in each week."""

    start: int
    weeks: tuple[int, ...]
    at: time
    modality: str
    minutes: int
    place: str


@dataclass(frozen=True)
class CadencePlan:
    modality: str
    interval_days: int
    set_on: int


@dataclass(frozen=True)
class Attempt:
    """One entry in an alert's log. `state` as alerts name it: trying, reached or decided."""

    hours_after: float
    state: str
    words: str


@dataclass(frozen=True)
class Standing:
    """A standing plan, signed when the alert was closed."""

    days: int
    clock: str
    words: str


@dataclass(frozen=True)
class AlertPlan:
    """What the clinic did about the alert that the check-in of `day` opened."""

    day: int
    by: str
    attempts: tuple[Attempt, ...]
    closed_hours_after: float | None = None
    closed_with: str = ""
    standing: Standing | None = None


@dataclass(frozen=True)
class CaregiverPlan:
    key: str
    name: str
    email: str
    language: str
    from_day: int
    until_day: int | None


@dataclass(frozen=True)
class ClinicPlan:
    name: str
    phone: str
    zone: str
    hours: dict[str, str]
    answer_words: dict[str, str]


@dataclass(frozen=True)
class StaffPlan:
    """Somebody who works there."""

    key: str
    name: str
    email: str
    role: str = "clinician"


@dataclass(frozen=True)
class Story:
    """One patient. `team` starts with the lead, who owns alerts. `agreed`: went through the three screens."""

    key: str
    name: str
    email: str
    team: tuple[str, ...]
    joined: int
    language: str = "en"
    phq_profile: PhqProfile = EVEN_PHQ
    gad_profile: GadProfile = EVEN_GAD
    safety_plan: str = ""
    visits: tuple[VisitPlan, ...] = ()
    course: CoursePlan | None = None
    cadences: tuple[CadencePlan, ...] = ()
    check_ins: tuple[CheckInPlan, ...] = ()
    alerts: tuple[AlertPlan, ...] = ()
    caregiver: CaregiverPlan | None = None
    numbers_hidden: bool = False
    agreed: bool = True
    sends_unfinished: bool = True


def each(modality: str, days: tuple[int, ...], at: time, minutes: int, place: str) -> tuple[VisitPlan, ...]:
    return tuple(VisitPlan(day, at, modality, minutes, place) for day in days)


def ratings(*pairs: tuple[int, int], at: time = time(20, 30)) -> tuple[CheckInPlan, ...]:
    """Today ratings alone, as (day, rating)."""
    return tuple(CheckInPlan(day, at, today=rating) for day, rating in pairs)
