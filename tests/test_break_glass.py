"""What somebody outside the team may do who opened a record: exactly this, and nothing after its time."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.models import BreakGlass, Membership
from app.services.policies import POLICIES, SESSION
from tests.access_cells import cells
from tests.access_table import TABLE
from tests.access_world import World, address_of, ask, build_world

WHY = "Her sister rang: nobody has seen her since noon."
# A refused attempt says so over what was shown: its words had another version.
READS = {"patient.show_patient": 200, "check_in_page.show_check_in": 200, "alerts.add_attempt": 303}
# Answers by who asks, whoever's record is open.
ABOUT_SELF = ("devices.", "second_step.", "code_app.", "passkeys.", "recovery.", "passphrase.", "own.")


def open_record(world: World, name: str, who: str = "June Kowalski", why: str = WHY) -> int:
    response = world.browser(name).post("/clinic/open", data={"who": who, "why": why})
    return response.status_code


def asked() -> list[str]:
    """Every endpoint behind a sign-in that is about a patient or what hangs on one."""
    return [
        one
        for one, policy in POLICIES.items()
        if policy.authority == SESSION and not one.startswith((*ABOUT_SELF, "break_glass.", "subscriptions."))
    ]


@pytest.mark.parametrize("name", ["vega", "nurse2"])
def test_an_opened_record_is_read_and_nothing_else(sqlite_app: Flask, name: str) -> None:
    world = build_world(sqlite_app)
    before = {one: dict(cells(one))[name] for one in asked()}
    assert len(before) > len(TABLE) // 2
    assert open_record(world, name) == 303
    after = {one: ask(world, one, name) for one in before}
    assert after == before | READS
    with world.make.database.writing() as session:
        opening = session.scalars(sa.select(BreakGlass).where(BreakGlass.ended_at.is_(None))).all()
        for row in opening:
            row.opened_at, row.until_at = (
                world.make.now - timedelta(hours=5),
                world.make.now - timedelta(hours=1),
            )
    assert {ask(world, one, name) for one in READS} == {404}, "it has run out"


def test_only_who_cares_for_patients_there_opens_anything(sqlite_app: Flask) -> None:
    world = build_world(sqlite_app)
    for name in ("desk", "admin", "june", "marcus", "sam"):
        assert open_record(world, name) == 403, name
    assert open_record(world, "nobody") == 401
    for name in ("far", "nurse3"):
        assert open_record(world, name) == 422, "nobody of that name is at the other clinic"
    assert open_record(world, "vega") == 303
    path = address_of(world, "patient.show_patient")
    assert world.browser("far").get(path).status_code == 404, "what one opened, another has not"
    assert world.browser("nurse2").get(path).status_code == 404
    for state in ("suspended", "ended"):
        with world.make.database.writing() as session:
            own = (Membership.id == world.people["vega"].membership_id,)
            session.execute(sa.update(Membership).where(*own).values(state=state))
        assert world.browser("vega").get(path).status_code in (302, 401, 403), state
