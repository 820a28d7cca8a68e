"""What may be said about two scores, and which one may be called the baseline."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import DatedScore, compare, outcome_is_shown, propose_baseline

FIRST_VISIT = date(2026, 9, 7)


def on(days: int, total: int) -> DatedScore:
    return DatedScore(FIRST_VISIT + timedelta(days=days), total)


@given(st.integers(0, 27), st.integers(0, 27))
def test_better_one_way_is_worse_the_other(earlier: int, later: int) -> None:
    mirrored = {"better": "worse", "worse": "better", "same": "same"}
    there, back = compare("phq9", earlier, later), compare("phq9", later, earlier)
    assert back.direction == mirrored[there.direction]
    assert (there.direction == "same") is (abs(earlier - later) < 5)


@given(st.integers(0, 27))
def test_nothing_is_a_response_to_a_baseline_of_zero(current: int) -> None:
    assert compare("phq9", 0, current).response is False


@pytest.mark.parametrize(("baseline", "shown"), [(None, False), (0, False), (9, False), (10, True)])
def test_outcomes_are_words_only_against_a_signed_baseline_of_ten(baseline: int | None, shown: bool) -> None:
    assert outcome_is_shown(baseline) is shown


@pytest.mark.parametrize(
    ("scores", "proposed"),
    [
        ([], None),
        ([on(-20, 22), on(-15, 21)], None),
        ([on(-14, 21)], 21),
        ([on(-14, 21), on(-2, 19), on(3, 12)], 19),
        ([on(-2, 19), on(0, 18)], 18),
        ([on(-20, 22), on(2, 17), on(7, 15)], 17),
        ([on(1, 17), on(4, 15)], 17),
        ([on(7, 15)], 15),
        ([on(8, 15)], None),
    ],
)
def test_which_score_is_proposed(scores: list[DatedScore], proposed: int | None) -> None:
    for order in (scores, scores[::-1]):
        found = propose_baseline(order, FIRST_VISIT)
        assert (found.total if found else None) == proposed
