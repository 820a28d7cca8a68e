"""What a careful person would remember of a ward, beside what the database says."""

import contextlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.models import Absence, Alert, AlertNotice
from app.services.alert_review import NotReachedError
from app.services.standing_plans import NotSignableError
from tests.ward import DAY, Ward

# Everything that can happen, with what it can happen to.
HAPPENINGS: dict[str, list[object]] = {
    "answer": [0, 1, 1, 2, 3],
    "note": ["A quiet day.", "I want to die"],
    "attempt": ["trying", "reached", "decided"],
    "close": [0],
    "sign": ["none", "slower"],
    "wait": [0.2, 1, 9, 40, 200, 400],
    "away": ["lindqvist", "mensah"],
    "work": [0],
}


@dataclass
class Model:
    """What a careful person would remember."""

    ward: Ward
    waits: bool = False
    last_answer: int | None = None
    plan_until: datetime | None = None
    plan_answer: int = 0

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
        session.execute(sa.update(Alert).values(state="closed", closed_at=ward.now))
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
