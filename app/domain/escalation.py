"""Who is told of an unanswered alert, and after how many minutes: the clinic's own order, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from app.domain.risk import Clock

OWNER, NEXT, EVERYBODY = "owner", "next", "everybody"
WHO = (OWNER, NEXT, EVERYBODY)
MOST_STAGES = 8
# Longer than a week is no escalation.
MOST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True)
class Stage:
    """One step of the ladder, counted from the moment the clock began."""

    who: str
    after: int

    def due_at(self, begun_at: datetime) -> datetime:
        return begun_at + timedelta(minutes=self.after)


@dataclass(frozen=True)
class Escalation:
    """Both ladders of a clinic. Each begins with the owner and ends with everybody."""

    full: tuple[Stage, ...]
    slower: tuple[Stage, ...]

    def stages(self, clock: Clock) -> tuple[Stage, ...]:
        """The ladder of this clock; none for an alert that a standing plan keeps quiet."""
        return {Clock.FULL: self.full, Clock.SLOWER: self.slower, Clock.NONE: ()}[clock]


DEFAULT = Escalation(
    full=(Stage(OWNER, 0), Stage(OWNER, 30), Stage(NEXT, 60), Stage(EVERYBODY, 120)),
    slower=(Stage(OWNER, 60), Stage(OWNER, 8 * 60), Stage(NEXT, 24 * 60), Stage(EVERYBODY, 48 * 60)),
)


def read_escalation(stored: Mapping[str, Any]) -> Escalation:
    """`{"full": [["owner", 0], …, ["everybody", 120]], "slower": […]}`; what is left out is the default.

    Raises ValueError with one sentence for anything else.
    """
    if set(stored) - {"full", "slower"}:
        raise ValueError("an escalation has a full and a slower ladder, and nothing else")
    read = Escalation(
        _read_ladder(stored["full"]) if "full" in stored else DEFAULT.full,
        _read_ladder(stored["slower"]) if "slower" in stored else DEFAULT.slower,
    )
    if read.slower[-1].after < read.full[-1].after:
        raise ValueError("the slower ladder may not end before the full one")
    return read


def write_escalation(escalation: Escalation) -> dict[str, list[list[str | int]]]:
    """As it is stored."""
    return {
        "full": [[one.who, one.after] for one in escalation.full],
        "slower": [[one.who, one.after] for one in escalation.slower],
    }


def _read_ladder(stored: Any) -> tuple[Stage, ...]:
    if not isinstance(stored, Sequence) or not 2 <= len(stored) <= MOST_STAGES:
        raise ValueError(f"a ladder has 2 to {MOST_STAGES} steps")
    ladder = tuple(_read_stage(one) for one in stored)
    if ladder[0].who != OWNER or ladder[-1].who != EVERYBODY:
        raise ValueError("a ladder begins with the owner and ends with everybody")
    if any(later.after <= earlier.after for earlier, later in pairwise(ladder)):
        raise ValueError("each step of a ladder comes later than the one before it")
    return ladder


def _read_stage(stored: Any) -> Stage:
    if not isinstance(stored, list | tuple) or len(stored) != 2:
        raise ValueError("a step is who and after how many minutes")
    who, after = stored
    if who not in WHO or type(after) is not int or not 0 <= after <= MOST_MINUTES:
        raise ValueError(f"a step tells {', '.join(WHO)} after 0 to {MOST_MINUTES} minutes")
    return Stage(who, after)
