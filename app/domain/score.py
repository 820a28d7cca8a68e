"""What a list of item answers is worth, and what may be said when some are missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["complete", "prorated", "incomplete"]
Item9 = Literal["positive", "negative", "not_answered"]


class AnswerError(ValueError):
    """Answers of the wrong type, length or range. The message names the item, never the answer."""


@dataclass(frozen=True)
class Score:
    """`missing` counts items from 1. `item9` is None for an instrument that has no safety item."""

    total: int | None
    band: str | None
    status: Status
    missing: tuple[int, ...]
    answered: int
    item9: Item9 | None = None

    @property
    def needs_review(self) -> bool:
        """A positive or unanswered item 9 is looked at by a clinician at any total, and at none."""
        return self.item9 in ("positive", "not_answered")


def check_answers(answers: Sequence[object], expected: int) -> tuple[int | None, ...]:
    if isinstance(answers, (str, bytes)) or not isinstance(answers, Sequence):
        raise AnswerError("the answers are not a list")
    if len(answers) != expected:
        raise AnswerError(f"there are {len(answers)} answers where {expected} belong")
    return tuple(check_answer(answer, number) for number, answer in enumerate(answers, start=1))


def check_answer(answer: object, number: int) -> int | None:
    if answer is None:
        return None
    # bool is a subclass of int: `type is` keeps True from counting as 1.
    if type(answer) is not int:
        raise AnswerError(f"the answer to item {number} is not a whole number")
    if not 0 <= answer <= 3:
        raise AnswerError(f"the answer to item {number} is not between 0 and 3")
    return answer


def missing_items(answers: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(number for number, answer in enumerate(answers, start=1) if answer is None)


def divide_half_up(numerator: int, denominator: int) -> int:
    """Exact integer arithmetic: Python's round() takes 13.5 to 14 but 12.5 to 12."""
    return (2 * numerator + denominator) // (2 * denominator)
