"""Item answers that sum to a planned total and follow what a person is most bothered by. No chance in it."""

import math
from collections.abc import Sequence


def phq9_answers(
    total: int, profile: Sequence[int], item9: int | None, skipped: Sequence[int], turn: int
) -> list[int | None]:
    """Item 9 is never made up: it is what the story says, and the others share the rest of the total."""
    shared: list[int | None] = [*_spread(total - (item9 or 0), profile, turn)]
    return _without([*shared, item9], skipped)


def gad7_answers(total: int, profile: Sequence[int], skipped: Sequence[int], turn: int) -> list[int | None]:
    return _without([*_spread(total, profile, turn)], skipped)


def _spread(total: int, profile: Sequence[int], turn: int) -> list[int]:
    """Point after point to whoever deserves the next one most, as seats are given to parties."""
    if not 0 <= total <= 3 * len(profile):
        raise ValueError(f"{total} cannot be shared among {len(profile)} items")
    weights = [weight * _wobble(turn, item) for item, weight in enumerate(profile)]
    values = [0] * len(profile)
    for _ in range(total):
        open_items = [item for item, value in enumerate(values) if value < 3]
        values[max(open_items, key=lambda item: weights[item] / (values[item] + 1))] += 1
    return values


def _wobble(turn: int, item: int) -> float:
    """Two equal totals of one person are seldom the same answers."""
    return 1 + 0.3 * math.sin(7 * turn + 3 * item)


def _without(answers: list[int | None], skipped: Sequence[int]) -> list[int | None]:
    return [None if number in skipped else value for number, value in enumerate(answers, start=1)]
