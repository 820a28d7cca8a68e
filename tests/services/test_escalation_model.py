"""Any order of answers, reviews, closings, plans and absences: what nobody answered ends at everybody."""

import contextlib
from dataclasses import dataclass
from datetime import datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models import Absence, AlertNotice
from app.services import alerts as alerts_service
from app.services.alert_review import NotReachedError
from app.services.standing_plans import NotSignableError
from tests.ward import DAY, Ward

DOINGS = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from([0, 1, 1, 2, 3])),
    st.tuples(st.just("note"), st.sampled_from(["A quiet day.", "I want to die"])),
    st.tuples(st.just("attempt"), st.sampled_from(["trying", "reached", "decided"])),
    st.tuples(st.just("close"), st.just(0)),
    st.tuples(st.just("sign"), st.sampled_from(["none", "slower"])),
    st.tuples(st.just("wait"), st.sampled_from([0.2, 1, 9, 40, 200, 400])),
    st.tuples(st.just("away"), st.sampled_from(["lindqvist", "mensah"])),
    st.tuples(st.just("work"), st.just(0)),
)


@dataclass
class Model:
    """What a careful person would remember."""

    ward: Ward
    waits: bool = False
    last_answer: int | None = None
    plan_until: datetime | None = None
    plan_answer: int = 0
    highest: int = 0

    def do(self, doing: str, what: object) -> None:
        getattr(self, doing)(what)
        self.ward.after(minutes=1)

    def answer(self, value: int) -> None:
        is_new = self.last_answer == 0
        planned = self.plan_until is not None and self.ward.now <= self.plan_until
        if value and (is_new or not planned or value > self.plan_answer):
            self.waits = True
        self.last_answer = value
        self.ward.answer(value)
        self.highest = max([one.value for one in self.ward.threads()[0].answers], default=0) if value else 0

    def note(self, text: str) -> None:
        self.ward.answer(None, note=text, kind="note")
        self.waits = self.waits or text == "I want to die"

    def attempt(self, state: str) -> None:
        if self._is_open():
            self.ward.attempt(state)
            self.waits = self.waits and state == "trying"

    def close(self, _what: object) -> None:
        if self._is_open():
            with contextlib.suppress(NotReachedError):
                self.ward.close()

    def sign(self, clock: str) -> None:
        try:
            self.ward.sign(clock, days=29)
        except NotSignableError:
            return
        newest = next(thread for thread in self.ward.threads() if thread.answers)
        self.plan_until = self.ward.now + 29 * DAY
        self.plan_answer = max(one.value for one in newest.answers)

    def wait(self, hours: float) -> None:
        self.ward.after(hours=hours)

    def away(self, name: str) -> None:
        self.ward.away(name, days=3)

    def work(self, _what: object) -> None:
        self.ward.work()

    def _is_open(self) -> bool:
        threads = self.ward.threads()
        return bool(threads) and threads[0].alert.closed_at is None


def begin(ward: Ward) -> None:
    """Another patient, everybody back."""
    ward.after(days=40)
    with ward.database.writing() as session:
        session.execute(sa.update(Absence).values(ended_at=ward.now))
        session.execute(sa.delete(AlertNotice))
    ward.june = ward.make.patient(ward.staff["lindqvist"])


def check(model: Model) -> None:
    ward = model.ward
    ward.after(hours=49)
    ward.work()
    if not model.waits:
        return
    alert = ward.alert()
    assert alert.closed_at is None
    assert alert.state in ("opened", "trying")
    assert alert.clock in ("full", "slower")
    assert ward.steps()[-1] == ("everybody", "desk_only")
    for name in ward.staff:
        assert alert.id in [late.id for late in ward.strip(name).late]


def run(ward: Ward, doings: list[tuple[str, object]]) -> None:
    begin(ward)
    model = Model(ward)
    for doing, what in doings:
        model.do(doing, what)
    check(model)


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
