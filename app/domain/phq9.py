"""Scoring PHQ-9: one or two missing items are prorated, three or more give no score."""

from collections.abc import Sequence

from app.domain.instruments import load_instrument
from app.domain.score import Item9, Score, Status, check_answers, divide_half_up, missing_items

ITEMS = 9
MOST_MISSING = 2


def score_phq9(answers: Sequence[object]) -> Score:
    checked = check_answers(answers, ITEMS)
    missing = missing_items(checked)
    total = _total(checked, missing)
    return Score(
        total=total,
        band=None if total is None else load_instrument("phq9").band(total).id,
        status=_status(missing),
        missing=missing,
        answered=ITEMS - len(missing),
        item9=item9_state(checked[8]),
    )


def item9_state(answer: int | None) -> Item9:
    """Unanswered is not negative: somebody has to look."""
    if answer is None:
        return "not_answered"
    return "positive" if answer >= 1 else "negative"


def _total(answers: Sequence[int | None], missing: Sequence[int]) -> int | None:
    if len(missing) > MOST_MISSING:
        return None
    given = sum(answer for answer in answers if answer is not None)
    return divide_half_up(given * ITEMS, ITEMS - len(missing))


def _status(missing: Sequence[int]) -> Status:
    if not missing:
        return "complete"
    return "prorated" if len(missing) <= MOST_MISSING else "incomplete"
