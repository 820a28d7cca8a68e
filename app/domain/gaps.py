"""What a phone sealed and the clinic never got, told from the numbers of what did come. Pure."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

# Up to 0.1.0 a phone numbered all its people together, under an id of version 4: that tells nothing of one.
NUMBERED_PER_PATIENT = 8
# The newest say most; looking at more of a long series finds hardly more and takes the square of its length.
LOOKED_AT = 50


@dataclass(frozen=True)
class Numbered:
    """One item that came: its number in its series, and how many others waited when it was sealed."""

    sequence: int
    pending: int
    arrived_at: datetime


def is_numbered(install_id: uuid.UUID) -> bool:
    """Whether the numbers under this id count the items of one patient on one phone, and nothing else."""
    return install_id.version == NUMBERED_PER_PATIENT


def count_missing(arrived: Iterable[Numbered], ended_at: int = 0) -> int:
    """How many items of one series are certainly not coming, at least.

    `ended_at` is the last number of a series whose storage is gone, else 0: then all that did not come are
    missing. Otherwise each item that came speaks for those before it. As many as it says were waiting may
    wait still; what came together with it or later was among those. Only what is beyond them is missing.
    """
    came = sorted(arrived, key=lambda one: one.sequence)
    numbers = sorted({one.sequence for one in came})
    if ended_at:
        return max(ended_at, *numbers, 0) - len(numbers)
    if not numbers or numbers[-1] == len(numbers):
        return 0
    below = {number: index for index, number in enumerate(numbers)}
    return max(_missing_before(one, came, below[one.sequence]) for one in came[-LOOKED_AT:])


def _missing_before(witness: Numbered, came: list[Numbered], before: int) -> int:
    holes = witness.sequence - 1 - before
    were_waiting = {
        one.sequence
        for one in came
        if one.sequence < witness.sequence and one.arrived_at >= witness.arrived_at
    }
    return max(0, holes - max(0, witness.pending - len(were_waiting)))
