"""Every case of the shared file through the server's scoring, and what holds for any answers at all."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import compare
from app.domain.gad7 import score_gad7
from app.domain.instruments import load_instrument
from app.domain.phq9 import score_phq9
from app.domain.score import AnswerError, divide_half_up

CASES = json.loads((Path(__file__).parent.parent / "data" / "scoring_cases.json").read_text())["cases"]
SCORERS = {"phq9": score_phq9, "gad7": score_gad7}

answer = st.one_of(st.none(), st.integers(0, 3))
phq9_answers = st.lists(answer, min_size=9, max_size=9)
gad7_answers = st.lists(answer, min_size=7, max_size=7)
not_an_answer = st.one_of(
    st.booleans(),
    st.floats(),
    st.text(),
    st.integers(max_value=-1),
    st.integers(min_value=4),
    st.lists(st.integers(0, 3)),
)


def named(case: dict[str, Any]) -> str:
    return f"{case['id']} {case['why']}".strip()


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case["kind"] in kinds]


def test_the_whole_file_is_used() -> None:
    kinds = ("phq9", "gad7", "change_phq9", "change_gad7", "invalid_phq9", "invalid_gad7")
    assert len(of_kind(*kinds)) == len(CASES) == 65


@pytest.mark.parametrize("case", of_kind("phq9", "gad7"), ids=named)
def test_a_score(case: dict[str, Any]) -> None:
    expect = case["expect"]
    score = SCORERS[case["kind"]](case["answers"])
    assert (score.total, score.band, list(score.missing)) == (
        expect["total"],
        expect["band"],
        expect["missing"],
    )
    # The file says "not scorable" where the code says "incomplete".
    assert score.status == {"not_scorable": "incomplete"}.get(expect["status"], expect["status"])
    assert score.answered + len(score.missing) == len(case["answers"])


@pytest.mark.parametrize("case", of_kind("phq9"), ids=named)
def test_item_9(case: dict[str, Any]) -> None:
    score = score_phq9(case["answers"])
    assert score.item9 == case["expect"]["item9"]
    assert (score.item9 == "positive") is case["expect"]["safety_flow"]
    assert score.needs_review is case["expect"]["clinician_review_item9"]


@pytest.mark.parametrize("case", of_kind("change_phq9", "change_gad7"), ids=named)
def test_a_change(case: dict[str, Any]) -> None:
    expect = case["expect"]
    change = compare(case["kind"].removeprefix("change_"), case["baseline"], case["current"])
    assert change.points == expect["change"]
    assert (change.direction == "better") is expect["mcid_improved"]
    assert (change.direction == "worse") is expect["mcid_worsened"]
    assert change.response is expect.get("response")
    assert change.remission is expect.get("remission")


@pytest.mark.parametrize("case", of_kind("invalid_phq9", "invalid_gad7"), ids=named)
def test_answers_that_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(AnswerError):
        SCORERS[case["kind"].removeprefix("invalid_")](case["answers"])


@given(phq9_answers)
def test_phq9_is_its_sum_or_its_exact_proration(answers: list[int | None]) -> None:
    given_answers = [value for value in answers if value is not None]
    score = score_phq9(answers)
    if len(given_answers) < 7:
        assert (score.total, score.band, score.status) == (None, None, "incomplete")
        return
    exact = Fraction(sum(given_answers) * 9, len(given_answers))
    assert score.total is not None
    assert exact - Fraction(1, 2) < score.total <= exact + Fraction(1, 2)
    assert load_instrument("phq9").band(score.total).id == score.band
    assert score.status == ("complete" if len(given_answers) == 9 else "prorated")


@given(phq9_answers)
def test_item_9_depends_on_nothing_else(answers: list[int | None]) -> None:
    last = answers[8]
    expected = "not_answered" if last is None else "positive" if last else "negative"
    assert score_phq9(answers).item9 == expected


@given(gad7_answers)
def test_gad7_has_a_total_only_when_complete(answers: list[int | None]) -> None:
    score = score_gad7(answers)
    complete = None not in answers
    assert (score.total is not None) is complete
    if complete:
        assert score.total == sum(value for value in answers if value is not None)
    assert score.item9 is None
    assert not score.needs_review


@given(phq9_answers, st.integers(0, 8), not_an_answer)
def test_anything_but_a_whole_number_from_0_to_3_is_refused(
    answers: list[object], position: int, wrong: object
) -> None:
    answers[position] = wrong
    with pytest.raises(AnswerError) as refusal:
        score_phq9(answers)
    # A message ends up in logs; an answer never does.
    assert str(refusal.value) in {
        f"the answer to item {position + 1} is not a whole number",
        f"the answer to item {position + 1} is not between 0 and 3",
    }


@given(st.lists(answer, max_size=30).filter(lambda answers: len(answers) not in (7, 9)))
def test_another_number_of_answers_is_refused(answers: list[int | None]) -> None:
    for scorer in SCORERS.values():
        with pytest.raises(AnswerError):
            scorer(answers)


@pytest.mark.parametrize("wrong", ["000000000", b"000000000", None, {"answers": []}, 7, iter([0] * 9)])
def test_what_is_no_list_is_refused(wrong: Any) -> None:
    with pytest.raises(AnswerError):
        score_phq9(wrong)


def test_a_half_goes_up_where_python_rounds_to_even() -> None:
    assert divide_half_up(25, 2) == 13
    assert round(12.5) == 12
