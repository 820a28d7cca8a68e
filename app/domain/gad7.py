"""Scoring GAD-7: no published rule for missing items was found, so there is no score until it is complete."""

from collections.abc import Sequence

from app.domain.instruments import load_instrument
from app.domain.score import Score, check_answers, missing_items

ITEMS = 7


def score_gad7(answers: Sequence[object]) -> Score:
    checked = check_answers(answers, ITEMS)
    missing = missing_items(checked)
    if missing:
        return Score(None, None, "incomplete", missing, ITEMS - len(missing))
    total = sum(answer for answer in checked if answer is not None)
    return Score(total, load_instrument("gad7").band(total).id, "complete", missing, ITEMS)
