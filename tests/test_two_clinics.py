"""Whatever is done in one clinic, every page of the other stays the same, byte by byte."""

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.services import access
from app.services.policies import APPEND, POLICIES, SESSION
from tests.access_table import TABLE
from tests.access_world import World, address_of, body_of, build_world, far_things

HERE = ("june", "marcus", "sam", "lead", "vega", "nurse", "desk", "admin")
THERE = ("away", "wide", "far", "nurse3", "desk3", "admin3")
DOABLE = sorted(one for one, policy in POLICIES.items() if policy.authority in (SESSION, APPEND))
# This one tells of the machine that both clinics share: its clock, its disk.
OF_THE_SERVER = "health_page.show_health"
READABLE = [one for one in DOABLE if TABLE[one].method == "GET" and one != OF_THE_SERVER]
# What somebody of this clinic asks for: an endpoint, by whom, and whether for the other clinic's things.
DOINGS = st.tuples(st.sampled_from(DOABLE), st.sampled_from(HERE), st.booleans())


def do(world: World, endpoint: str, name: str, is_far: bool) -> None:
    path = address_of(world, endpoint, world.far_ids if is_far else world.ids)
    world.browser(name).open(path, method=TABLE[endpoint].method, **body_of(world, endpoint))


def pages_there(world: World) -> dict[tuple[str, str], bytes]:
    """Every page that anybody of the other clinic can open, as its bytes."""
    found = {}
    for name in THERE:
        browser = world.browser(name)
        for endpoint in READABLE:
            response = browser.get(address_of(world, endpoint, world.far_ids))
            if response.status_code == 200:
                found[name, endpoint] = response.data
    return found


def steady_pages_there(world: World) -> dict[tuple[str, str], bytes]:
    """Without those that tell of the look itself: the list of one's own sign-ins, a form with a new id."""
    first, second = pages_there(world), pages_there(world)
    return {key: page for key, page in first.items() if second.get(key) == page}


@pytest.fixture
def world(sqlite_app: Flask, clock: time_machine.Traveller) -> World:
    """Time stands still: only what is done can change a page."""
    sqlite_app.testing = False
    made = build_world(sqlite_app)
    made.far_ids = far_things(made)
    # A caregiver's first look is told to the patient; every later one is at the same moment.
    made.browser("wide").get("/care")
    return made


def test_nothing_done_here_changes_a_page_there(world: World) -> None:
    before = steady_pages_there(world)
    assert len(before) > 20
    assert {name for name, _endpoint in before} == set(THERE)

    # What fails is not made smaller: that takes minutes, and the page that differs says where to look.
    @settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
    @given(doings=st.lists(DOINGS, min_size=20, max_size=40))
    def nothing_changes(doings: list[tuple[str, str, bool]]) -> None:
        for doing in doings:
            do(world, *doing)
        after = pages_there(world)
        assert [key for key in before if after.get(key) != before[key]] == []

    nothing_changes()


def test_a_front_desk_that_reached_over_would_be_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = steady_pages_there(world)
    monkeypatch.setitem(access.SCOPES, "desk", lambda _actor: sa.true())
    do(world, "visits.cancel_visit", "desk", is_far=True)
    after = pages_there(world)
    assert [key for key in before if after.get(key) != before[key]]
