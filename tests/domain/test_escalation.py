"""The clinic's own ladder, checked before it is kept; and who stands in for whom."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cover import Rota
from app.domain.escalation import DEFAULT, read_escalation, write_escalation

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def test_nothing_stored_is_the_default() -> None:
    assert read_escalation({}) == DEFAULT
    assert read_escalation(write_escalation(DEFAULT)) == DEFAULT


@pytest.mark.parametrize(
    "stored",
    [
        {"fast": []},
        {"full": "soon"},
        {"full": [["owner", 0]]},
        {"full": [["next", 0], ["everybody", 5]]},
        {"full": [["owner", 0], ["next", 5]]},
        {"full": [["owner", 5], ["everybody", 5]]},
        {"full": [["owner", -1], ["everybody", 5]]},
        {"full": [["owner", 0], ["everybody", 7 * 24 * 60 + 1]]},
        {"full": [["owner", 0.5], ["everybody", 5]]},
        {"full": [["owner", True], ["everybody", 5]]},
        {"full": [["owner"], ["everybody", 5]]},
        {"full": [["owner", 0], ["somebody", 3], ["everybody", 5]]},
        {"full": [["owner", 0], *([["next", n] for n in range(1, 8)]), ["everybody", 50]]},
        {"slower": [["owner", 0], ["everybody", 60]]},
    ],
)
def test_a_ladder_that_is_none(stored: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ladder|step|escalation"):
        read_escalation(stored)


@given(
    st.lists(st.sampled_from([ONE, TWO, THREE]), unique=True),
    st.dictionaries(st.sampled_from([ONE, TWO, THREE]), st.sampled_from([None, ONE, TWO, THREE])),
    st.sampled_from([ONE, TWO, THREE]),
)
def test_an_owner_is_there_whenever_anybody_is(
    staff: list[UUID], away: dict[UUID, UUID | None], first: UUID
) -> None:
    rota = Rota(tuple(staff), away)
    owner = rota.stand_in(first)
    if rota.present:
        assert owner in rota.present
    assert owner in staff or not staff
    for who in ("owner", "next", "everybody"):
        told = rota.tell(who, first)
        assert told
        assert not rota.present or set(told) <= set(rota.present)
