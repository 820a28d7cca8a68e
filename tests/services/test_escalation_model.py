"""Any order of answers, reviews, closings, plans and absences: what nobody answered ends at everybody."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import alerts as alerts_service
from tests.ward import Ward
from tests.ward_model import HAPPENINGS, run

DOINGS = st.one_of(*(st.tuples(st.just(doing), st.sampled_from(what)) for doing, what in HAPPENINGS.items()))


@pytest.fixture
def pair(ward: Ward) -> Ward:
    ward.hire("mensah")
    return ward


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(doings=st.lists(DOINGS, max_size=12))
def test_what_nobody_answered_ends_at_everybody(pair: Ward, doings: list[tuple[str, object]]) -> None:
    run(pair, doings)


def test_the_model_sees_a_plan_that_quietens_a_rise(pair: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a plan that covers whatever comes. Without it the same order of things holds."""
    doings: list[tuple[str, object]] = [("answer", 1), ("attempt", "reached"), ("sign", "none"), ("close", 0)]
    doings += [("answer", 2)]
    run(pair, doings)
    monkeypatch.setattr(alerts_service.Standing, "covers", lambda *_: True)
    monkeypatch.setattr("app.domain.risk.NO_RISE", frozenset(alerts_service.Reason))
    with pytest.raises(AssertionError):
        run(pair, doings)


def test_the_model_sees_an_answer_that_joins_what_was_reached_and_rings_nowhere(
    pair: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    doings: list[tuple[str, object]] = [("answer", 1), ("attempt", "reached"), ("wait", 1), ("answer", 1)]
    run(pair, doings)
    monkeypatch.setattr(alerts_service, "raise_thread", lambda *_: None)
    with pytest.raises(AssertionError):
        run(pair, doings)
