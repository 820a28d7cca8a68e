"""What is missing from a phone's numbers: never more than is lost, and in the end all of it."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.gaps import Numbered, count_missing, is_numbered

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def came(*items: tuple[int, int, int]) -> list[Numbered]:
    """Items by number, others waiting when sealed, and minute of arrival."""
    return [Numbered(number, pending, START + timedelta(minutes=minute)) for number, pending, minute in items]


@pytest.mark.parametrize(
    ("arrived", "missing"),
    [
        ([], 0),
        (came((1, 0, 0)), 0),
        (came((1, 0, 0), (2, 0, 1), (3, 0, 2)), 0),
        # The second may wait still: the third says that one other waited.
        (came((1, 0, 0), (3, 1, 2)), 0),
        # Nothing waited when the third was sealed, so the second is nowhere any more.
        (came((1, 0, 0), (3, 0, 2)), 1),
        (came((4, 0, 0)), 3),
        (came((4, 3, 0)), 0),
        # Two waited; one of them came with it, so one may wait still; what the second says is gone is gone.
        (came((2, 0, 5), (4, 2, 5)), 1),
        (came((2, 0, 5), (5, 2, 5)), 2),
        # An urgent answer overtook the two before it; they came a minute later.
        (came((1, 0, 0), (4, 2, 1), (2, 0, 2), (3, 1, 2)), 0),
        # One was sent without being kept; its number was used again.
        (came((1, 0, 0), (2, 0, 1), (2, 0, 2), (3, 0, 3)), 0),
    ],
)
def test_what_the_numbers_say(arrived: list[Numbered], missing: int) -> None:
    assert count_missing(arrived) == missing


def test_a_series_whose_storage_is_gone_is_missing_all_that_did_not_come() -> None:
    assert count_missing([], ended_at=2) == 2
    assert count_missing(came((1, 0, 0), (3, 1, 0)), ended_at=5) == 3
    # Told before the last one was sealed and sent by a tab that was still open.
    assert count_missing(came((1, 0, 0), (2, 0, 1)), ended_at=1) == 0


def test_only_ids_of_version_8_count_one_patient() -> None:
    assert is_numbered(uuid.UUID("0190163d-8694-8b5f-8c5e-96c55e2c6a1b"))
    assert not is_numbered(uuid.uuid4())
    assert not is_numbered(uuid.UUID(int=0))


@dataclass
class Phone:
    """A phone that seals, sends in any order, loses, and sends things that are refused."""

    sealed: int = 0
    clock: int = 0
    waiting: dict[int, int] = field(default_factory=dict)
    arrived: list[Numbered] = field(default_factory=list)
    lost: int = 0

    def seal(self) -> None:
        self.sealed += 1
        self.waiting[self.sealed] = len(self.waiting)

    def send(self, numbers: list[int]) -> None:
        """One request: everything in it arrives at one moment."""
        self.clock += 1
        for number in numbers:
            pending = self.waiting.pop(number)
            self.arrived.append(Numbered(number, pending, START + timedelta(minutes=self.clock)))

    def lose(self, number: int) -> None:
        del self.waiting[number]
        self.lost += 1


@st.composite
def phones(draw: st.DrawFn) -> Phone:
    phone = Phone()
    for _ in range(draw(st.integers(0, 30))):
        act = draw(st.sampled_from(["seal", "seal", "send", "lose"]))
        known = sorted(phone.waiting)
        if act == "seal":
            phone.seal()
        elif known and act == "send":
            phone.send(draw(st.lists(st.sampled_from(known), unique=True, min_size=1)))
        elif known:
            phone.lose(draw(st.sampled_from(known)))
    return phone


@settings(max_examples=600, deadline=None)
@given(phones())
def test_nothing_that_waits_or_overtook_is_called_missing(phone: Phone) -> None:
    assert count_missing(phone.arrived) <= phone.lost


@settings(max_examples=600, deadline=None)
@given(phones())
def test_the_next_that_comes_when_nothing_waits_tells_all_of_it(phone: Phone) -> None:
    phone.send(sorted(phone.waiting)) if phone.waiting else None
    phone.seal()
    phone.send([phone.sealed])
    assert count_missing(phone.arrived) == phone.lost


@settings(max_examples=600, deadline=None)
@given(phones(), st.randoms())
def test_the_order_in_which_rows_are_read_changes_nothing(phone: Phone, shuffler: object) -> None:
    before = count_missing(phone.arrived)
    shuffler.shuffle(phone.arrived)  # type: ignore[attr-defined]
    assert count_missing(phone.arrived) == before


@settings(max_examples=600, deadline=None)
@given(phones())
def test_what_comes_after_all_closes_the_gap(phone: Phone) -> None:
    before = count_missing(phone.arrived)
    came_already = {one.sequence for one in phone.arrived}
    highest = max(came_already, default=0)
    late = [number for number in range(1, highest) if number not in came_already]
    for number in late:
        phone.arrived.append(Numbered(number, 0, START + timedelta(days=1)))
        after = count_missing(phone.arrived)
        assert after <= before
        before = after
    assert before == 0
