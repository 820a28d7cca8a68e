"""Made-up item answers add up to what a story says, and item 9 is never made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.answers import gad7_answers, phq9_answers

weights = st.integers(1, 9)


@settings(deadline=None)
@given(
    st.integers(0, 24),
    st.lists(weights, min_size=8, max_size=8),
    st.sampled_from([None, 0, 1, 2, 3]),
    st.integers(0, 99),
)
def test_phq9_adds_up(shared: int, profile: list[int], item9: int | None, turn: int) -> None:
    answers = phq9_answers(shared + (item9 or 0), profile, item9, (), turn)
    assert answers[8] == item9
    assert sum(value for value in answers if value is not None) == shared + (item9 or 0)
    assert all(value is None or 0 <= value <= 3 for value in answers)
    assert answers == phq9_answers(shared + (item9 or 0), profile, item9, (), turn)


@settings(deadline=None)
@given(st.integers(0, 21), st.lists(weights, min_size=7, max_size=7), st.integers(0, 99))
def test_gad7_adds_up(total: int, profile: list[int], turn: int) -> None:
    assert sum(value or 0 for value in gad7_answers(total, profile, (), turn)) == total


def test_what_bothers_most_counts_most() -> None:
    answers = phq9_answers(8, (9, 1, 1, 1, 1, 1, 1, 1), 0, (), 0)
    assert answers[0] == 3


def test_skipped_items_are_empty() -> None:
    assert phq9_answers(12, (5,) * 8, 0, (2, 9), 1)[1::7] == [None, None]


@pytest.mark.parametrize("total", [-1, 25])
def test_an_impossible_total_is_refused(total: int) -> None:
    with pytest.raises(ValueError, match="cannot be shared"):
        phq9_answers(total, (5,) * 8, 0, (), 0)
